import { EXIT, messageOf, VdbError } from '../../errors.js';
import { CommandError } from '../../host/host.js';
import { remainsOf, removeMade, restoreBeside } from './beside.js';
import { boundFiles, replaceConfiguration } from './configuration.js';
import { exchange } from './exchange.js';
import { forgetCommand, keptFile, type RestoreRecord, writeRecord } from './record.js';
import { restoreRedis } from './redis.js';
import {
  act,
  type RestoreOptions,
  type RestoreReport,
  Stopped,
  sourceOf,
  step,
  type Turn,
  unlessBegun,
} from './steps.js';
import { aliasCommand, NAMELESS } from './switch.js';
import { switchDatabase } from './switch-database.js';

/**
 * Restores what the plan says: first everything beside what is there, compared with the set; then the switches, one
 * after the other. What fails before the first switch leaves everything as it was, and what had been restored is removed
 * again. The lock is held, and the parts have been hashed. Throws `restore.half-switched` where a switch fails.
 */
export async function runRestore(options: RestoreOptions): Promise<RestoreReport> {
  const { host, config, plan } = options;
  const report: RestoreReport = {
    ...{ restore: plan.restore, interrupted: false },
    ...{ collections: [], databases: [], aliases: [], redis: null, configuration: null },
  };
  const record = newRecord(options);
  const turn = { begun: false };
  await writeRecord(host, config.paths.state, record);
  try {
    await restoreBeside(options, report);
    await switchAll(options, turn, report, record);
  } catch (error) {
    if (turn.begun) throw halfSwitched(plan.restore, record, error);
    await takeBack(options, report, record, error);
    if (!(error instanceof Stopped)) throw error;
    return { ...report, interrupted: true, collections: [], databases: [] };
  }
  record.state = 'done';
  if (isWorthKeeping(record)) await writeRecord(host, config.paths.state, record);
  else await host.run(forgetCommand(config.paths.state, record));
  return report;
}

/** Removes what was made; a record of what stays does too. Where that fails too, why it was to be removed is told first, and the record stays. */
async function takeBack(
  options: RestoreOptions,
  report: RestoreReport,
  record: RestoreRecord,
  cause: unknown,
): Promise<void> {
  const { host, config } = options;
  try {
    await removeMade(options, report);
    if (remainsOf(options.plan).length === 0) await host.run(forgetCommand(config.paths.state, record));
  } catch (error) {
    if (cause instanceof Stopped) throw error;
    const details = cause instanceof VdbError ? cause.details : undefined;
    throw new VdbError(messageOf(cause), {
      ...{ code: 'restore.failed', exitCode: EXIT.failed, ...details },
      meaning: [details?.meaning, `What had been restored is not all removed: ${messageOf(error)}`]
        .flatMap((text) => text ?? [])
        .join(' '),
      next: `vdb restore discard ${record.restore}`,
      cause,
    });
  }
}

function newRecord({ plan, by }: RestoreOptions): RestoreRecord {
  return {
    ...{ schema: 'vdb.restore/1', restore: plan.restore, set: plan.set, at: new Date().toISOString(), by },
    state: 'begun',
    collections: plan.collections.map(({ name, action, target, kept }) => ({
      ...{ name, action, target, kept },
      switched: false,
    })),
    aliases: [...plan.aliases],
    databases: plan.databases.map(({ database, restored, kept }) => ({
      ...{ database, restored, kept },
      switched: false,
    })),
    redis: null,
    configuration: null,
  };
}

async function switchAll(
  options: RestoreOptions,
  turn: Turn,
  report: RestoreReport,
  record: RestoreRecord,
): Promise<void> {
  const save = (): Promise<void> => writeRecord(options.host, options.config.paths.state, record);
  await switchCollections(options, turn, report, record, save);
  const determined = unlessBegun(options, turn);
  await switchDatabases(determined, record, save);
  await bringRedis(determined, report, record, save);
  await bringConfiguration(determined, report, record, save);
}

/** Where nothing was there before, there is nothing to take back and nothing to discard. */
function isWorthKeeping({ collections, databases, aliases, redis, configuration }: RestoreRecord): boolean {
  const kept = [...collections, ...databases].some((each) => each.kept !== null);
  return kept || redis !== null || configuration !== null || aliases.some(({ from }) => from !== null);
}

type Save = () => Promise<void>;

async function switchCollections(
  options: RestoreOptions,
  turn: Turn,
  report: RestoreReport,
  record: RestoreRecord,
  save: Save,
): Promise<void> {
  const { host, qdrant, plan } = options;
  const pending = new Map(plan.aliases.map((move) => [move.alias, move]));
  const settle = async (names: readonly string[]): Promise<void> => {
    for (const each of record.collections) if (names.includes(each.name)) each.switched = true;
    await save();
  };
  for (const planned of plan.collections.filter(
    ({ action }) => action === 'exchange' || action === 'replace',
  )) {
    const moves = [...pending.values()].filter(
      ({ alias, from }) => alias === planned.name || from === planned.name,
    );
    const namelessMs = await exchange(options, turn, planned, moves);
    for (const { alias } of moves) pending.delete(alias);
    const reported = report.collections.find(({ name }) => name === planned.name);
    if (reported !== undefined) reported.namelessMs = namelessMs;
    await settle([planned.name]);
  }
  act(options, turn);
  const rest = [...pending.values()];
  if (rest.length > 0)
    await step(unlessBegun(options, turn), `switch ${rest.map(({ alias }) => alias).join(', ')}`, 0, () =>
      host.run(aliasCommand(qdrant, rest)),
    );
  report.aliases = plan.aliases;
  await settle(plan.collections.map(({ name }) => name));
}

async function switchDatabases(options: RestoreOptions, record: RestoreRecord, save: Save): Promise<void> {
  const { host, config, plan } = options;
  for (const { database } of plan.databases) {
    await step(options, `switch database ${database}`, 0, () =>
      switchDatabase(host, config, { database, id: plan.restore }),
    );
    for (const each of record.databases) if (each.database === database) each.switched = true;
    await save();
  }
}

/** The file that keeps what was there is recorded first: the host goes on to its end, whatever becomes of the operator. */
async function bringRedis(
  options: RestoreOptions,
  report: RestoreReport,
  record: RestoreRecord,
  save: Save,
): Promise<void> {
  const { host, config, plan } = options;
  const { redis: part } = plan;
  if (part === null) return;
  const kept = keptFile(config.paths.state, plan.restore, 'rdb');
  record.redis = kept;
  await save();
  const { keys, expired } = await step(options, 'Redis', part.bytes, () =>
    restoreRedis(host, config, {
      ...{ rdb: `${sourceOf(options)}/${part.path}`, keep: kept },
      ...(part.keys === undefined ? {} : { keys: part.keys }),
    }),
  );
  report.redis = { keys, expired, kept };
}

async function bringConfiguration(
  options: RestoreOptions,
  report: RestoreReport,
  record: RestoreRecord,
  save: Save,
): Promise<void> {
  const { host, config, plan } = options;
  const { configuration: part } = plan;
  if (part === null) return;
  const keep = keptFile(config.paths.state, plan.restore, 'tar');
  record.configuration = keep;
  await save();
  const files = await step(options, 'configuration', part.bytes, () =>
    replaceConfiguration(host, {
      ...{ archive: `${sourceOf(options)}/${part.path}`, keep, bound: boundFiles(config) },
    }),
  );
  report.configuration = { files, kept: files.length === 0 ? null : keep };
  record.configuration = report.configuration.kept;
  await save();
}

function halfSwitched(restore: string, { collections, databases }: RestoreRecord, cause: unknown): VdbError {
  const all = [...collections, ...databases];
  const done = all.filter(({ switched }) => switched).length;
  const nameless = cause instanceof CommandError && cause.result.exitCode === NAMELESS;
  const details = cause instanceof VdbError ? cause.details : {};
  return new VdbError(
    `The restore stopped when ${done} of ${all.length} were switched: ${messageOf(cause)}`,
    {
      ...details,
      code: 'restore.half-switched',
      exitCode: cause instanceof VdbError ? cause.exitCode : EXIT.failed,
      meaning: nameless
        ? 'Qdrant was told to remove the collection and did not take the alias in its place, so that its name may mean nothing now. What was restored and what was kept are both there.'
        : 'What was there before is there still, under the names that `vdb restore list` shows.',
      next: `vdb restore undo ${restore}`,
      cause,
    },
  );
}
