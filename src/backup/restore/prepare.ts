import type { Config } from '../../config/schema.js';
import { EXIT, VdbError } from '../../errors.js';
import type { Host } from '../../host/host.js';
import { sh } from '../../host/shell.js';
import { DEFINITIONS, type Definitions, readDefinitions } from '../definitions.js';
import type { BackupManifest, BackupPart } from '../manifest.js';
import { setDirectory } from '../set.js';
import { findSet } from '../sets/find.js';
import { comparePartsOf, type HashingOptions, partFinding, WITHOUT_HASTE } from '../sets/hashes.js';
import { lookAtSets } from '../sets/look.js';
import { findingText } from '../sets/notes.js';
import { type JudgedSet, judgeSets } from '../sets/state.js';
import { boundFiles, type ConfigurationFile, compareConfiguration } from './configuration.js';
import { beginRestore } from './made.js';
import { chosenParts, namesToLookAt, planRestore, type RestorePlan, type Selection, wants } from './plan.js';
import { lookAtCollections, lookAtQdrant, lookAtRoom, type RestorePlace, type Room } from './present.js';
import { readRecords } from './record.js';
import { assertFits, assertPossible, assertRoom, type Need, needOf } from './refusals.js';
import { databases } from './switch-database.js';

export interface PrepareOptions {
  host: Host;
  config: Config;
  qdrant: RestorePlace;
  /** A set's name, the beginning of it, or `latest`. */
  word: string;
  selection: Selection;
}

/** Everything that is known before a restore begins. */
export interface Prepared {
  plan: RestorePlan;
  manifest: BackupManifest;
  definitions: Definitions | null;
  need: Need;
  room: Room;
  /** Files that `--only config` replaces, and those that it leaves alone though they differ. */
  files: readonly ConfigurationFile[];
}

/**
 * Looks at the set and at what is there, and plans. Changes nothing. Throws where the restore has to be refused: the
 * set is unfinished or cannot be read, does not fit the server, is not there, or there is no room for it.
 */
export async function prepareRestore(options: PrepareOptions): Promise<Prepared> {
  const { host, config, qdrant, selection } = options;
  const { manifest } = await chooseSet(options);
  const isQdrant = wants(selection, 'qdrant') && manifest.parts.some(({ kind }) => kind === 'collection');
  const definitions = isQdrant ? await readDefinitionsOf(host, config, manifest) : null;
  const present =
    isQdrant && chosenParts(manifest, definitions, selection).length > 0
      ? await lookAtQdrant(host, qdrant)
      : null;
  if (present !== null) assertFits(manifest, present);
  const there =
    present === null
      ? {}
      : await lookAtCollections(host, qdrant, namesToLookAt(manifest, definitions, selection, present));
  const records = await readRecords(host, config.paths.state);
  const names = await databasesOf(options, manifest);
  const plan = planRestore({
    ...{ manifest, definitions, selection, there, qdrant: present },
    ...beginRestore(manifest.id, records, { qdrant: present, databases: names.seen }),
    databases: names.planned,
    redis: config.redis.enabled,
  });
  assertPossible(plan, selection, present);
  const room = await lookAtRoom(host, qdrant, setDirectory(config, manifest.id));
  const need = needOf(plan, room);
  assertRoom(need, room);
  return { plan, manifest, definitions, need, room, files: await filesOf(options, plan) };
}

async function chooseSet({
  host,
  config,
  word,
}: PrepareOptions): Promise<JudgedSet & { manifest: BackupManifest }> {
  const { sets } = await lookAtSets(host, config.paths.backups);
  const set = findSet(judgeSets(sets, new Date()), word);
  if (set.manifest !== null) return { ...set, manifest: set.manifest };
  const isUnfinished = set.state === 'unfinished';
  throw new VdbError(
    `Backup set ${set.id} ${isUnfinished ? 'is unfinished' : `cannot be read: ${set.why}`}`,
    {
      code: isUnfinished ? 'restore.unfinished' : 'backup.manifest-unreadable',
      exitCode: EXIT.failed,
      host: host.target,
      meaning:
        'Without its manifest nobody knows what belongs to the set, and whether it is whole. Nothing was changed.',
      next: 'vdb backup list',
    },
  );
}

async function readDefinitionsOf(
  host: Host,
  config: Config,
  { id, parts }: BackupManifest,
): Promise<Definitions> {
  const part = parts.find(({ kind }) => kind === 'definitions');
  const path = `${setDirectory(config, id)}/${part?.path ?? DEFINITIONS}`;
  const { stdout, exitCode } = await host.read(sh`cat -- ${path}`);
  return readDefinitions(exitCode === 0 ? stdout : '', id);
}

/** Null where PostgreSQL is not configured; `seen` also where nothing of it is restored, so that nobody looked. */
async function databasesOf(
  { host, config, selection }: PrepareOptions,
  { parts }: BackupManifest,
): Promise<{ planned: string[] | null; seen: string[] | null }> {
  if (!config.postgres.enabled) return { planned: null, seen: null };
  const isWanted = wants(selection, 'postgres') && parts.some(({ kind }) => kind === 'postgres');
  if (!isWanted) return { planned: [], seen: null };
  const seen = await databases(host, config);
  return { planned: seen, seen };
}

async function filesOf(
  { host, config }: PrepareOptions,
  { set, configuration }: RestorePlan,
): Promise<ConfigurationFile[]> {
  return configuration === null
    ? []
    : compareConfiguration(host, {
        archive: `${setDirectory(config, set)}/${configuration.path}`,
        bound: boundFiles(config),
      });
}

/**
 * Reads every part that is restored and compares it with the manifest. Throws `restore.damaged` with all that is wrong,
 * before anything has changed.
 */
export async function assertWhole(
  { host, config }: Pick<PrepareOptions, 'host' | 'config'>,
  { plan, manifest }: Pick<Prepared, 'plan' | 'manifest'>,
  options: Pick<HashingOptions, 'onProgress' | 'signal'>,
): Promise<void> {
  const parts = neededParts(plan, manifest);
  const seen = await comparePartsOf(
    host,
    config.paths.backups,
    { ...manifest, parts },
    { ...options, seconds: WITHOUT_HASTE },
  );
  const findings =
    seen.status === 'known'
      ? (seen.value ?? []).flatMap((each) => partFinding(each) ?? []).map(findingText)
      : [seen.why];
  if (findings.length === 0) return;
  throw new VdbError(`Backup set ${manifest.id} is damaged: ${findings.join('; ')}`, {
    code: 'restore.damaged',
    exitCode: EXIT.failed,
    host: host.target,
    meaning: 'What cannot be trusted is not restored. Nothing was changed.',
    next: `Restore another set (vdb backup list), or this one without what is damaged (--collection, --only).`,
  });
}

/** The parts that a plan reads. The definitions go with collections. Pure. */
export function neededParts(plan: RestorePlan, { parts }: BackupManifest): BackupPart[] {
  const { collections, databases: planned, globals, redis, configuration } = plan;
  const paths = new Set(
    [
      ...collections.map(({ part }) => part),
      ...planned.map(({ part }) => part),
      globals,
      redis,
      configuration,
    ].flatMap((part) => part?.path ?? []),
  );
  return parts.filter(
    ({ path, kind }) => paths.has(path) || (kind === 'definitions' && collections.length > 0),
  );
}
