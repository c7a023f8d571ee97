import type { PlannedCollection, RestorePlan } from '../../backup/restore/plan.js';
import type { Prepared } from '../../backup/restore/prepare.js';
import { formatSize } from '../../config/units.js';
import { count, styleFor } from '../style.js';
import { wrapWhole } from '../wrap.js';
import { oldText, rpoText } from './values.js';

export interface PlanView {
  now: Date;
  color: boolean;
  /** Columns of a line. */
  width: number;
}

/** The plan of a restore for people: for each thing what the set has, what is there, what happens, what is kept. */
export function restorePlanText({ plan, need, room, files }: Prepared, view: PlanView): string {
  const style = styleFor(view.color);
  const replaced = files.filter(({ state }) => state !== 'bound');
  const items = [
    ...collectionItems(plan),
    ...databaseItems(plan),
    ...redisItems(plan),
    ...configurationItems(plan, replaced.length),
  ];
  const aliases = plan.aliases.filter(({ alias }) => !plan.collections.some(({ name }) => name === alias));
  const bytes = need.storage + need.postgres;
  const age = ageOf(plan, view.now);
  const wrapped = (text: string): string => wrapWhole(text, view.width - 4).join('\n    ');
  const lines = [
    ...aliases.map(({ alias, from, to }) => `alias ${alias}: ${from ?? 'new'} -> ${to}`),
    ...files.map(
      ({ path, archived, there, state }) =>
        `${path}: ${there === null ? 'missing here' : formatSize(there)} -> ${state === 'bound' ? 'left alone, it is of the machine and its day' : formatSize(archived)}`,
    ),
  ];
  const notes = [
    `Disk: about ${formatSize(bytes)} needed, ${formatSize(room.storage)} free`,
    `What was written since ${plan.created} is not in the set (RPO ${rpoText(age)}).`,
    ...(plan.collections.some(({ action }) => action === 'exchange' || action === 'replace')
      ? ['The name of a collection that is exchanged means nothing for a moment; writers should be stopped.']
      : []),
    ...(replaced.length > 0
      ? [
          'Afterwards `vdb provision --plan` shows what differs from vdb.yaml; provisioning restarts the services concerned.',
        ]
      : []),
  ];
  return [
    style.bold(`Restore of backup set ${plan.set}, ${oldText(age)}`),
    ...items.flatMap((item) => itemLines(item, view)),
    ...lines.map((text) => `  ${wrapped(text)}`),
    ...plan.leftovers.map((name) =>
      style.yellow(`  ${wrapped(`${name}: left over by a run that was cut short, removed first`)}`),
    ),
    ...plan.skipped.map((text) => style.dim(`  ${wrapped(`not restored: ${text}`)}`)),
    ...notes.map((text) => `  ${wrapped(text)}`),
  ].join('\n');
}

/** One thing of a set: its name, and what is told of it. */
interface Item {
  name: string;
  told: readonly (readonly [label: string, text: string])[];
}

function itemLines({ name, told }: Item, { color, width }: PlanView): string[] {
  const room = Math.max(30, width - LABEL - 4);
  return [
    `  ${styleFor(color).bold(name)}`,
    ...told.flatMap(([label, text]) =>
      wrapWhole(text, room).map((line, index) => `    ${(index === 0 ? label : '').padEnd(LABEL)}${line}`),
    ),
  ];
}

const LABEL = 12;

/** Milliseconds since a set was begun: what was written since is lost with it. */
export function ageOf({ created }: Pick<RestorePlan, 'created'>, now: Date): number {
  return now.getTime() - Date.parse(created);
}

const HAPPENS: Readonly<Record<PlannedCollection['action'], (planned: PlannedCollection) => string>> = {
  create: ({ target, remains }) =>
    remains ? 'compared: a restore that was cut short has made it' : `restored as ${target}`,
  switch: ({ target, name }) => `${target}, alias ${name} moves to it`,
  exchange: ({ target, name }) => `${target}, ${name} becomes an alias of it`,
  replace: ({ target, name }) => `${target}, ${name} becomes an alias of it`,
};

function collectionItems({ collections }: RestorePlan): Item[] {
  return collections.map((planned) => {
    const { name, part, there, kept } = planned;
    const points =
      part.points === undefined
        ? `${part.points_between?.join('-') ?? '?'} points`
        : count(part.points, 'point');
    return itemOf(name, {
      set: `${points}, ${formatSize(part.bytes)}`,
      there: there === null ? null : `${count(there.points, 'point')}, ${formatSize(there.bytes)}`,
      happens: HAPPENS[planned.action](planned),
      kept: kept ?? (there === null || planned.remains ? null : 'nothing: it is empty'),
    });
  });
}

function itemOf(
  name: string,
  { set, there, happens, kept }: { set: string; there: string | null; happens: string; kept: string | null },
): Item {
  return {
    name,
    told: [
      ['in the set', set],
      ['there now', there ?? 'nothing'],
      ['happens', happens],
      ...(kept === null ? [] : [['kept as', kept] as const]),
    ],
  };
}

function databaseItems({ databases }: RestorePlan): Item[] {
  return databases.map(({ part, database, kept }) =>
    itemOf(`database ${database}`, {
      set: `${count(rowsOf(part.tables ?? {}), 'row')}, ${formatSize(part.bytes)}`,
      there: kept === null ? null : 'a database',
      happens: 'restored beside, compared, renamed',
      kept,
    }),
  );
}

function rowsOf(tables: Readonly<Record<string, { rows: number }>>): number {
  return Object.values(tables).reduce((sum, { rows }) => sum + rows, 0);
}

function redisItems({ redis }: RestorePlan): Item[] {
  if (redis === null) return [];
  const keys = redis.keys === undefined ? '? keys' : count(redis.keys, 'key');
  return [
    itemOf('Redis', {
      set: `${keys}, ${formatSize(redis.bytes)}`,
      there: 'a cache',
      happens: 'replaced by the keys of the set',
      kept: 'an RDB file',
    }),
  ];
}

function configurationItems({ configuration }: RestorePlan, files: number): Item[] {
  if (configuration === null) return [];
  const isSame = files === 0;
  return [
    itemOf('configuration', {
      set: formatSize(configuration.bytes),
      there: isSame
        ? 'the same files'
        : `${count(files, 'file')} of other content, mode or owner, or missing`,
      happens: isSame ? 'nothing' : 'these are replaced',
      kept: isSame ? null : 'an archive',
    }),
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
