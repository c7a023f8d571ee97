import type { Config, SlotName } from '../../config/schema.js';
import { slotStorage } from '../../config/slots.js';
import type { Host } from '../../host/host.js';
import { adminHeader } from '../../services/qdrant/place.js';
import { DEFINITIONS } from '../definitions.js';
import type { BackupManifest, BackupPart } from '../manifest.js';
import { readTables } from '../tables.js';
import { inOrder, takeCollections } from './collections.js';
import { CONFIGURATION_PART, configurationCommand, readLeftOut } from './configuration.js';
import {
  type Begun,
  beginSet,
  discardCommand,
  manifestCommand,
  sealedOf,
  writtenPartCommand,
} from './directory.js';
import type { CreateOutcome, OnBackupEvent, PlannedPart } from './events.js';
import { snapshotPart } from './files.js';
import { databaseCommand, databasePart, GLOBALS_PART, globalsCommand } from './postgres.js';
import { hasCache, hasDatabase, type Preflight, preflight } from './preflight.js';
import { REDIS_PART, readKeys, redisCommand } from './redis.js';
import { Interrupted, newRun, partOf, type Run } from './run.js';
import type { QdrantPlace } from './snapshot.js';
import { sweep } from './sweep.js';

export interface CreateOptions {
  /** Its lock is held. */
  host: Host;
  config: Config;
  /** The slot whose Qdrant serves. */
  slot: SlotName;
  /** The host: its name in the configuration and its own, and its operating system. */
  about: { name: string; hostname: string; os: string };
  /** The version of vdb. */
  vdb: string;
  /** What must not be in the set, in every form in which it may stand in a file. */
  secrets: readonly string[];
  /** Aborted when the operator wants no further part. */
  stop: AbortSignal;
  onEvent: OnBackupEvent;
}

/**
 * Takes a set of everything that the host holds. A set is whole or it is not there: what is thrown, and what is
 * interrupted, leaves neither a part of it nor a snapshot in Qdrant.
 */
export async function createSet(options: CreateOptions): Promise<CreateOutcome> {
  const { host, config, slot, onEvent } = options;
  const since = performance.now();
  const qdrant = placeOf(config, slot);
  const { remarks } = await sweep(host, config.paths.backups, qdrant);
  for (const text of remarks) onEvent({ type: 'remark', text, isSerious: true });
  const seen = await preflight(host, config, qdrant, `${slotStorage(config, slot)}/storage`);
  const begun = await beginSet(host, config);
  try {
    const manifest = await fill(options, begun, qdrant, seen);
    return { status: 'done', manifest, directory: begun.directory, durationMs: performance.now() - since };
  } catch (error) {
    await discard(options, begun);
    if (!(error instanceof Interrupted)) throw error;
    return { status: 'interrupted', durationMs: performance.now() - since };
  }
}

/** The Qdrant of a slot, on the host. */
export function placeOf(config: Config, slot: SlotName): QdrantPlace {
  const base = slotStorage(config, slot);
  return {
    port: config.qdrant.slots[slot].http,
    keyFile: adminHeader(config),
    unit: `qdrant@${slot}.service`,
    snapshots: `${base}/snapshots`,
    temp: `${base}/tmp`,
  };
}

async function fill(
  options: CreateOptions,
  begun: Begun,
  qdrant: QdrantPlace,
  seen: Preflight,
): Promise<BackupManifest> {
  const { host, config, stop, onEvent, about, vdb } = options;
  const run = newRun({ host, config, qdrant, directory: begun.directory, sizes: seen.sizes, stop, onEvent });
  onEvent({ type: 'started', id: begun.id, parts: plannedParts(config, seen) });
  const { parts: collections, definitions } = await takeCollections(run);
  const parts = [
    ...collections,
    await takePart(run, DEFINITION_PART, () =>
      writtenPartCommand(run.directory, DEFINITIONS, `${JSON.stringify(definitions)}\n`),
    ),
    ...(hasDatabase(config) ? await takeDatabase(run) : []),
    ...(hasCache(config) ? [await takeCache(run)] : []),
  ];
  const { part: configuration, leftOut } = await takeConfiguration(run, options.secrets);
  const manifest: BackupManifest = {
    schema: 'vdb.backup/1',
    id: begun.id,
    created: begun.created.toISOString(),
    finished: latest([...parts, configuration], begun.created),
    parts: [...parts, configuration],
    host: { name: about.name, hostname: about.hostname },
    versions: { vdb, ...seen.versions, os: about.os },
    genuine: seen.genuine,
    consistent: false,
    left_out: leftOut,
  };
  if (stop.aborted) throw new Interrupted();
  await host.run(manifestCommand(run.directory, manifest));
  return manifest;
}

const DEFINITION_PART: PlannedPart = { path: DEFINITIONS, kind: 'definitions', estimate: 0 };

/** What will be taken, as far as it is known before. */
export function plannedParts(
  config: Config,
  { sizes, collections }: Pick<Preflight, 'sizes' | 'collections'>,
): PlannedPart[] {
  const { database } = config.postgres;
  return [
    ...inOrder(collections, config).map((collection) => ({
      path: snapshotPart(collection),
      kind: 'collection',
      collection,
      estimate: sizes.collections.get(collection) ?? 0,
    })),
    DEFINITION_PART,
    ...(hasDatabase(config) ? [databasePlan(database, sizes.database), GLOBALS] : []),
    ...(hasCache(config) ? [CACHE] : []),
    CONFIGURATION,
  ];
}

const GLOBALS: PlannedPart = { path: GLOBALS_PART, kind: 'postgres-globals', estimate: 0 };
const CACHE: PlannedPart = { path: REDIS_PART, kind: 'redis', estimate: 0 };
const CONFIGURATION: PlannedPart = { path: CONFIGURATION_PART, kind: 'configuration', estimate: 0 };

function databasePlan(database: string, estimate: number): PlannedPart {
  return { path: databasePart(database), kind: 'postgres', database, estimate };
}

async function takeDatabase(run: Run): Promise<BackupPart[]> {
  const { port, database } = run.config.postgres;
  const { directory, sizes } = run;
  return [
    await takePart(
      run,
      databasePlan(database, sizes.database),
      () => databaseCommand({ port, database, directory }),
      (stdout) => ({ tables: readTables(stdout) }),
    ),
    await takePart(run, GLOBALS, () => globalsCommand({ port, directory })),
  ];
}

function takeCache(run: Run): Promise<BackupPart> {
  const { port } = run.config.redis;
  return takePart(
    run,
    CACHE,
    () => redisCommand({ port, directory: run.directory }),
    (stdout) => {
      const keys = readKeys(stdout);
      return keys === undefined ? {} : { keys };
    },
  );
}

async function takeConfiguration(
  run: Run,
  secrets: readonly string[],
): Promise<{ part: BackupPart; leftOut: string[] }> {
  let leftOut: string[] = [];
  const part = await takePart(
    run,
    CONFIGURATION,
    () => configurationCommand(run.config, run.directory, secrets),
    (stdout) => {
      leftOut = readLeftOut(stdout);
      return {};
    },
  );
  return { part, leftOut };
}

/** Runs the command of one part between two looks at whether to go on. */
async function takePart(
  run: Run,
  planned: PlannedPart,
  command: () => Parameters<Run['run']>[0],
  more: (stdout: string) => Partial<BackupPart> = () => ({}),
): Promise<BackupPart> {
  if (run.stop.aborted) throw new Interrupted();
  run.onEvent({ type: 'part-started', part: planned });
  const since = performance.now();
  const result = await run.run(command(), planned);
  const part = { ...partOf(planned, sealedOf(result)), ...more(result.stdout) };
  run.onEvent({ type: 'part-finished', part, durationMs: performance.now() - since });
  return part;
}

/** The end of the last part. The host's clock may have been set back meanwhile. */
function latest(parts: readonly BackupPart[], created: Date): string {
  const ends = parts.map(({ until }) => (until === undefined ? 0 : Date.parse(until)));
  return new Date(Math.max(created.getTime(), ...ends)).toISOString();
}

/** What cannot be removed now, as when the connection is lost, the next run sweeps. */
async function discard({ host, onEvent }: CreateOptions, { directory }: Begun): Promise<void> {
  try {
    await host.run(discardCommand(directory));
  } catch {
    const text = `The unfinished set in ${directory} is still there; the next backup removes it`;
    onEvent({ type: 'remark', text, isSerious: true });
  }
}
