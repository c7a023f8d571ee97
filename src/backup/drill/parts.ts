import type { Config } from '../../config/schema.js';
import { EXIT, messageOf, VdbError } from '../../errors.js';
import type { Host } from '../../host/host.js';
import { sh } from '../../host/shell.js';
import { type CollectionDefinition, type Definitions, readDefinitions } from '../definitions.js';
import type { BackupManifest, BackupPart } from '../manifest.js';
import { discardCollection, restoreCollection } from '../restore/collections.js';
import { differingTables } from '../restore/compare-tables.js';
import { loadDatabase } from '../restore/database.js';
import type { QdrantPlace } from '../restore/recover.js';
import { holdsKeys, tryRedis } from '../restore/redis.js';
import { createdRoles, missingRolesSql } from '../restore/roles.js';
import { setDirectory } from '../set.js';
import type { DrilledContent } from './events.js';
import { drillDatabase } from './names.js';

/** What a part came to, apart from how long it took. */
export interface Tried {
  findings: string[];
  seen: DrilledContent;
  skipped?: string;
}

/** What all parts of a drill share. */
export interface Drill {
  host: Host;
  config: Config;
  manifest: BackupManifest;
  /** Null where they cannot be read. */
  definitions: Definitions | null;
  /** A scratch Qdrant that runs, for a collection. */
  qdrant: QdrantPlace | null;
}

type Try = (drill: Drill, part: BackupPart) => Promise<Tried>;

/** How a part of each kind is tried. Of a kind that this vdb does not know, only the hash can be compared. */
const TRIES: Readonly<Record<string, Try>> = {
  collection: tryCollection,
  definitions: tryDefinitions,
  postgres: tryDatabase,
  'postgres-globals': tryGlobals,
  redis: tryCache,
  configuration: tryConfiguration,
};

/** Restores a part and compares it. What the part is to blame for is a finding; anything else is thrown. */
export async function tryPart(drill: Drill, part: BackupPart): Promise<Tried> {
  const attempt = TRIES[part.kind];
  if (attempt === undefined) return { findings: [], seen: {}, skipped: `this vdb knows no ${part.kind}` };
  try {
    return await attempt(drill, part);
  } catch (error) {
    if (
      !(error instanceof VdbError) ||
      error.exitCode !== EXIT.failed ||
      error.details.code === 'gate.closed'
    )
      throw error;
    return { findings: [wordsOf(error)], seen: {} };
  }
}

/** The message, and the host's last words where those are not in it. Pure. */
export function wordsOf(error: VdbError): string {
  const said = (error.details.stderr ?? '').trim().split('\n').slice(-3).join(' ');
  return said === '' || error.message.includes(said) ? error.message : `${error.message}: ${said}`;
}

const UNKNOWN: CollectionDefinition = { config: {}, payload_schema: {}, sample: [] };

async function tryCollection(drill: Drill, part: BackupPart): Promise<Tried> {
  const { host, config, manifest, definitions, qdrant } = drill;
  const { collection } = part;
  if (collection === undefined || qdrant === null)
    return { findings: ['the manifest does not name its collection'], seen: {} };
  const known = definitions?.collections[collection];
  const { points, sampled, indexed, remarks } = await restoreCollection(host, qdrant, {
    set: setDirectory(config, manifest.id),
    part,
    definition: known ?? UNKNOWN,
    target: collection,
  });
  await discardCollection(host, qdrant, collection);
  return {
    findings: known === undefined ? ['its settings are not in the set, so they were not compared'] : [],
    seen: {
      points,
      sampled,
      ...(indexed.length === 0 ? {} : { indexed }),
      ...(remarks.length === 0 ? {} : { remarks }),
    },
  };
}

/** Read already: what is compared is whether it fits the other parts. */
async function tryDefinitions({ manifest, definitions }: Drill): Promise<Tried> {
  if (definitions === null) return { findings: ['it cannot be read'], seen: {} };
  const aliases = Object.entries(definitions.aliases);
  const snapshots = new Set(manifest.parts.map(({ collection }) => collection));
  const pruned = new Set((manifest.pruned ?? []).map(({ collection }) => collection));
  const nowhere = aliases.filter(([, to]) => !snapshots.has(to) && !pruned.has(to));
  return {
    findings: nowhere.map(([alias, to]) => `alias ${alias} points to ${to}, which is not in the set`),
    seen: { aliases: aliases.length },
  };
}

async function tryDatabase({ host, config, manifest }: Drill, part: BackupPart): Promise<Tried> {
  if (!config.postgres.enabled) return { findings: [], seen: {}, skipped: 'postgres.enabled is false' };
  const set = setDirectory(config, manifest.id);
  const globals = manifest.parts.find(({ kind }) => kind === 'postgres-globals');
  const { tables } = await loadDatabase(host, config, {
    dump: `${set}/${part.path}`,
    bytes: part.bytes,
    ...(globals === undefined ? {} : { globals: `${set}/${globals.path}` }),
    name: drillDatabase(manifest.id),
    database: part.database ?? config.postgres.database,
    scratch: true,
  });
  const all = Object.values(tables);
  return {
    findings: part.tables === undefined ? [] : differingTables(part.tables, tables),
    seen: {
      tables: all.length,
      rows: all.reduce((sum, { rows }) => sum + rows, 0),
      sampled_tables: all.filter(({ rows, sample }) => rows > 0 && sample !== undefined).length,
    },
  };
}

async function tryGlobals({ host, config, manifest }: Drill, { path }: BackupPart): Promise<Tried> {
  const text = await contentOf(host, `${setDirectory(config, manifest.id)}/${path}`);
  const roles = createdRoles(missingRolesSql(text, [])).length;
  return { findings: roles === 0 ? ['it names no role'] : [], seen: { roles } };
}

async function tryCache({ host, config, manifest }: Drill, { path, keys }: BackupPart): Promise<Tried> {
  if (!config.redis.enabled) return { findings: [], seen: {}, skipped: 'redis.enabled is false' };
  const loaded = await tryRedis(host, `${setDirectory(config, manifest.id)}/${path}`);
  const fits = keys === undefined || holdsKeys(loaded, keys);
  const { expired } = loaded;
  return {
    findings: fits ? [] : [`${loaded.keys + expired} keys, ${keys} in the set`],
    seen: { keys: loaded.keys, ...(expired === 0 ? {} : { expired }) },
  };
}

async function tryConfiguration({ host, config, manifest }: Drill, { path }: BackupPart): Promise<Tried> {
  const { stdout, stderr, exitCode } = await host.read(sh`
    set -o pipefail
    tar -tf ${`${setDirectory(config, manifest.id)}/${path}`} | grep -cv '/$'`);
  const files = Number(stdout.trim());
  if (exitCode === 0 && files > 0) return { findings: [], seen: { files } };
  return { findings: [`it cannot be listed: ${stderr.trim() || 'it is empty'}`], seen: {} };
}

/** The settings of the set, or why they cannot be read. */
export async function definitionsOf(
  host: Host,
  config: Config,
  { id, parts }: BackupManifest,
): Promise<Definitions | null> {
  const part = parts.find(({ kind }) => kind === 'definitions');
  if (part === undefined) return null;
  try {
    return readDefinitions(await contentOf(host, `${setDirectory(config, id)}/${part.path}`), id);
  } catch (error) {
    if (error instanceof VdbError && error.exitCode === EXIT.failed) return null;
    throw error;
  }
}

async function contentOf(host: Host, path: string): Promise<string> {
  const { stdout, stderr, exitCode } = await host.read(sh`cat -- ${path}`);
  if (exitCode === 0) return stdout;
  throw new VdbError(`${path} cannot be read: ${messageOf(stderr.trim())}`, {
    code: 'drill.unreadable',
    exitCode: EXIT.failed,
    host: host.target,
  });
}
