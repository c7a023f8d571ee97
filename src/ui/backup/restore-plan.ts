import type { PlannedCollection, RestorePlan } from '../../backup/restore/plan.js';
import type { Prepared } from '../../backup/restore/prepare.js';
import { formatSize } from '../../config/units.js';
import { columns } from '../columns.js';
import { count, indent, styleFor } from '../style.js';
import { ageText, oldText } from './values.js';

/** The plan of a restore for people: for each thing what the set has, what is there, what happens, what is kept. */
export function restorePlanText({ plan, need, room, files }: Prepared, now: Date, color: boolean): string {
  const style = styleFor(color);
  const rows = [
    ...collectionRows(plan),
    ...databaseRows(plan),
    ...redisRows(plan),
    ...configurationRows(plan, files.length),
  ];
  const table = columns([['', 'in the set', 'there now', 'what happens', 'kept as'], ...rows]);
  const aliases = plan.aliases.filter(({ alias }) => !plan.collections.some(({ name }) => name === alias));
  const bytes = need.storage + need.postgres;
  return [
    style.bold(`Restore of backup set ${plan.set}, ${oldText(ageOf(plan, now))}`),
    indent(table, '  '),
    ...aliases.map(({ alias, from, to }) => `  alias ${alias}: ${from ?? 'new'} -> ${to}`),
    ...files.map(
      ({ path, archived, there }) =>
        `  ${path}: ${there === null ? 'missing here' : formatSize(there)} -> ${formatSize(archived)}`,
    ),
    ...plan.leftovers.map((name) =>
      style.yellow(`  ${name}: left over by a run that was cut short, removed first`),
    ),
    ...plan.skipped.map((text) => style.dim(`  not restored: ${text}`)),
    `  Disk: about ${formatSize(bytes)} needed, ${formatSize(room.storage)} free`,
    `  What was written since ${plan.created} is not in the set (RPO ${ageText(ageOf(plan, now))}).`,
    ...(plan.collections.some(({ action }) => action === 'exchange' || action === 'replace')
      ? [
          '  The name of a collection that is exchanged means nothing for a moment; writers should be stopped.',
        ]
      : []),
    ...(files.length > 0
      ? [
          '  Afterwards `vdb provision --plan` shows what differs from vdb.yaml; provisioning restarts the services concerned.',
        ]
      : []),
  ].join('\n');
}

/** Milliseconds since a set was begun: what was written since is lost with it. */
export function ageOf({ created }: Pick<RestorePlan, 'created'>, now: Date): number {
  return now.getTime() - Date.parse(created);
}

const HAPPENS: Readonly<Record<PlannedCollection['action'], (planned: PlannedCollection) => string>> = {
  create: ({ target }) => `restored as ${target}`,
  switch: ({ target, name }) => `${target}, alias ${name} moves to it`,
  exchange: ({ target, name }) => `${target}, ${name} becomes an alias of it`,
  replace: ({ target, name }) => `${target}, ${name} becomes an alias of it`,
};

function collectionRows({ collections }: RestorePlan): string[][] {
  return collections.map((planned) => {
    const { name, part, there, kept } = planned;
    const points = part.points ?? part.points_between?.join('-');
    return [
      name,
      `${points ?? '?'} points, ${formatSize(part.bytes)}`,
      there === null ? 'nothing' : `${count(there.points, 'point')}, ${formatSize(there.bytes)}`,
      HAPPENS[planned.action](planned),
      kept ?? (there === null ? '-' : 'nothing: it is empty'),
    ];
  });
}

function databaseRows({ databases }: RestorePlan): string[][] {
  return databases.map(({ part, database, kept }) => [
    `database ${database}`,
    `${count(rowsOf(part.tables ?? {}), 'row')}, ${formatSize(part.bytes)}`,
    kept === null ? 'nothing' : 'a database',
    'restored beside, compared, renamed',
    kept ?? '-',
  ]);
}

function rowsOf(tables: Readonly<Record<string, { rows: number }>>): number {
  return Object.values(tables).reduce((sum, { rows }) => sum + rows, 0);
}

function redisRows({ redis }: RestorePlan): string[][] {
  if (redis === null) return [];
  return [
    [
      'Redis',
      `${redis.keys ?? '?'} keys, ${formatSize(redis.bytes)}`,
      'a cache',
      'replaced by the keys of the set',
      'an RDB file',
    ],
  ];
}

function configurationRows({ configuration }: RestorePlan, files: number): string[][] {
  if (configuration === null) return [];
  return [
    [
      'configuration',
      formatSize(configuration.bytes),
      `${count(files, 'file')} of other content`,
      'these are replaced',
      'an archive',
    ],
  ];
}

/** The plan for machines. */
export function restorePlanData({ plan, need, room, files }: Prepared, now: Date): Record<string, unknown> {
  return {
    set: plan.set,
    restore: plan.restore,
    created: plan.created,
    rpo_seconds: Math.round(ageOf(plan, now) / 1000),
    collections: plan.collections.map(({ name, action, collection, part, target, there, kept }) => ({
      ...{ name, action, collection, target, kept, bytes: part.bytes },
      ...(part.points === undefined ? {} : { points: part.points }),
      ...(part.points_between === undefined ? {} : { points_between: part.points_between }),
      there,
    })),
    aliases: plan.aliases,
    databases: plan.databases.map(({ database, restored, kept, part }) => ({
      database,
      restored,
      kept,
      bytes: part.bytes,
    })),
    redis: plan.redis === null ? null : { bytes: plan.redis.bytes, keys: plan.redis.keys ?? null },
    configuration: plan.configuration === null ? null : { files },
    leftovers: plan.leftovers,
    skipped: plan.skipped,
    disk: { storage_needed: need.storage, postgres_needed: need.postgres, storage_free: room.storage },
  };
}
