import type { Config } from '../../config/schema.js';
import { DEFINITIONS, type Definitions } from '../definitions.js';
import type { BackupPart } from '../manifest.js';
import { readTables } from '../tables.js';
import { inOrder } from './collections.js';
import { CONFIGURATION_PART, configurationCommand, readLeftOut } from './configuration.js';
import { sealedOf, writtenPartCommand } from './directory.js';
import type { PlannedPart } from './events.js';
import { snapshotPart } from './files.js';
import { databaseCommand, databasePart, GLOBALS_PART, globalsCommand } from './postgres.js';
import { hasCache, hasDatabase } from './preflight.js';
import { REDIS_PART, readKeys, redisCommand } from './redis.js';
import { Interrupted, partOf, type Run } from './run.js';
import type { Sizes } from './space.js';

/** Settings, indexes and aliases of what was taken. */
const SETTINGS: PlannedPart = { path: DEFINITIONS, kind: 'definitions', estimate: 0 };

/** What will be taken, as far as it is known before. */
export function plannedParts(config: Config, collections: readonly string[], sizes: Sizes): PlannedPart[] {
  const { database } = config.postgres;
  return [
    ...inOrder(collections, config).map((collection) => ({
      path: snapshotPart(collection),
      kind: 'collection',
      collection,
      estimate: sizes.collections.get(collection) ?? 0,
    })),
    SETTINGS,
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

/** Takes what is no collection, and says which files of the configuration are left out. */
export async function takeOthers(
  run: Run,
  definitions: Definitions,
  secrets: readonly string[],
): Promise<{ parts: BackupPart[]; leftOut: string[] }> {
  const settings = `${JSON.stringify(definitions)}\n`;
  const parts = [
    await takePart(run, SETTINGS, () => writtenPartCommand(run.directory, DEFINITIONS, settings)),
    ...(hasDatabase(run.config) ? await takeDatabase(run) : []),
    ...(hasCache(run.config) ? [await takeCache(run)] : []),
  ];
  const { part, leftOut } = await takeConfiguration(run, secrets);
  return { parts: [...parts, part], leftOut };
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
