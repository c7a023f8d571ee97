import { randomUUID } from 'node:crypto';
import { VdbError } from '../errors.js';
import type { Host } from '../host/host.js';
import { appendCommand, type JournalRecord, type RunIdentity } from './journal.js';

/** What came of work that is no convergence: a backup, a restore. */
export interface OperationOutcome {
  status: 'done' | 'failed' | 'interrupted';
  /** Things that were made, replaced or removed. */
  changed: number;
  /** What could not be done, by name. */
  failed: readonly string[];
}

export interface OperationOptions {
  host: Host;
  identity: Omit<RunIdentity, 'run'>;
  stateDirectory: string;
  /** Told of a journal that could not be written after the work was done: that does not undo it. */
  onUnrecorded(error: unknown): void;
}

/**
 * Runs `work` with its intent in the host's journal before and its outcome after. The gate of `host` must be open:
 * the lock is held. What `work` throws is thrown again, after the journal has been told with which code.
 */
export async function journaled<T>(
  { host, identity, stateDirectory, onUnrecorded }: OperationOptions,
  work: () => Promise<T>,
  outcomeOf: (result: T) => OperationOutcome,
): Promise<T> {
  const common = { schema: 'vdb.journal/1' as const, run: randomUUID(), ...identity };
  const since = performance.now();
  const write = (record: Pick<JournalRecord, 'event'> & Record<string, unknown>): Promise<unknown> =>
    host.run(
      appendCommand(stateDirectory, { ...common, at: new Date().toISOString(), ...record } as JournalRecord),
    );
  const end = (outcome: OperationOutcome): Promise<unknown> =>
    write({
      event: 'outcome',
      ...outcome,
      skipped: [],
      duration_ms: Math.round(performance.now() - since),
      tasks: [],
    });
  await write({ event: 'intent', tasks: [], changes: 0 });
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await end({ status: 'failed', changed: 0, failed: [codeOf(error)] }).catch(() => {});
    throw error;
  }
  await end(outcomeOf(result)).catch(onUnrecorded);
  return result;
}

function codeOf(error: unknown): string {
  return (error instanceof VdbError ? error.details.code : undefined) ?? 'unexpected';
}
