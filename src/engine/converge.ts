import { randomUUID } from 'node:crypto';
import type { ListrRendererFactory } from 'listr2';
import type { Host } from '../host/host.js';
import { applySteps } from './apply.js';
import { type OnEvent, outcomeOf, type RunOutcome } from './events.js';
import { appendCommand, type JournalRecord, outcomeRecord, type RunIdentity } from './journal.js';
import type { Step } from './plan.js';

/** What a converging run needs besides its steps. The gate of `host` must be open: the lock is held. */
export interface ConvergeOptions {
  host: Host;
  identity: Omit<RunIdentity, 'run'>;
  stateDirectory: string;
  stop: AbortSignal;
  onEvent: OnEvent;
  renderer?: ListrRendererFactory;
}

/**
 * Applies what differs, with the intent in the host's journal before and the outcome after. A converged
 * host is left alone but for one line in its journal.
 */
export async function converge(steps: readonly Step[], options: ConvergeOptions): Promise<RunOutcome> {
  const { host, stateDirectory } = options;
  const identity = { run: randomUUID(), ...options.identity };
  const due = steps.filter(({ verdict }) => verdict.status !== 'ok');
  if (due.some(({ verdict }) => verdict.status === 'change')) {
    await host.run(appendCommand(stateDirectory, intentRecord(identity, due)));
  }
  const outcome = await applied(steps, options);
  await host.run(appendCommand(stateDirectory, outcomeRecord(identity, outcome, new Date())));
  return outcome;
}

/** Nothing to do is the common case, and needs no second look and no Listr2. */
async function applied(steps: readonly Step[], options: ConvergeOptions): Promise<RunOutcome> {
  if (steps.every(({ verdict }) => verdict.status === 'ok')) {
    return outcomeOf([], options.stop.aborted, 0);
  }
  return applySteps({ ...options, steps });
}

function intentRecord(identity: RunIdentity, due: readonly Step[]): JournalRecord {
  return {
    schema: 'vdb.journal/1',
    ...identity,
    at: new Date().toISOString(),
    event: 'intent',
    tasks: [...new Set(due.map(({ task }) => task.id))],
    changes: due.length,
  };
}
