import { randomUUID } from 'node:crypto';
import type { ListrRendererFactory } from 'listr2';
import type { Host } from '../host/host.js';
import { applySteps } from './apply.js';
import { type OnEvent, outcomeOf, type RunOutcome, type StepOutcome, type TaskOutcome } from './events.js';
import { appendCommand, type JournalRecord, outcomeRecord, type RunIdentity } from './journal.js';
import { groupByTask, type Step } from './plan.js';
import { asVdbError } from './step-errors.js';

/** What a converging run needs besides its steps. The gate of `host` must be open: the lock is held. */
export interface ConvergeOptions {
  host: Host;
  identity: Omit<RunIdentity, 'run'>;
  stateDirectory: string;
  /** When the run began, by `performance.now()`: what its duration counts from. */
  since: number;
  /** The command line that does it again, for remedies. */
  again: string;
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
  const due = steps.filter(({ verdict }) => verdict.status === 'change');
  if (due.length > 0) {
    await host.run(appendCommand(stateDirectory, intentRecord(identity, due)));
  }
  const outcome = { ...(await applied(steps, options)), durationMs: performance.now() - options.since };
  if (outcome.lost) return outcome;
  try {
    await host.run(appendCommand(stateDirectory, outcomeRecord(identity, outcome, new Date())));
    return outcome;
  } catch (error) {
    return { ...outcome, unrecorded: asVdbError(error) };
  }
}

/** A converged host is the common case, and needs no second look and no Listr2. */
async function applied(steps: readonly Step[], options: ConvergeOptions): Promise<RunOutcome> {
  if (!steps.every(isSettled)) return applySteps({ ...options, steps });
  const tasks = groupByTask(steps).map(settledTask);
  return outcomeOf(tasks, options.stop.aborted, 0);
}

/** Nothing can come of the step, whatever the other steps do. */
function isSettled({ verdict, observation }: Step): boolean {
  if (verdict.status === 'ok') return observation.status === 'known';
  return verdict.status === 'foreign' || verdict.status === 'left-out';
}

function settledTask(steps: readonly Step[]): TaskOutcome {
  const { task } = steps[0] as Step;
  return {
    id: task.id,
    title: task.title,
    status: 'unchanged',
    steps: steps.flatMap(settledStep),
    startedAt: new Date().toISOString(),
    durationMs: 0,
  };
}

function settledStep({ task, subtask, resource, verdict }: Step): StepOutcome[] {
  if (verdict.status !== 'foreign' && verdict.status !== 'left-out') return [];
  return [
    {
      task: task.id,
      subtask: subtask.id,
      resource: resource.id,
      title: resource.title,
      status: verdict.status,
      summary: verdict.why,
      durationMs: 0,
    },
  ];
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
