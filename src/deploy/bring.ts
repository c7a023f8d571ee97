import { applySteps } from '../engine/apply.js';
import type { RunEvent, RunOutcome } from '../engine/events.js';
import { lookAll } from '../engine/plan.js';
import type { SubTask, Task, TaskContext } from '../engine/task.js';
import { EXIT, VdbError } from '../errors.js';
import type { Host } from '../host/host.js';
import { Stopped } from './machine.js';

/** What a phase that converges needs. */
export interface BringOptions {
  host: Host;
  context: TaskContext;
  /** The command line that does it again, for remedies. */
  again: string;
  stop: AbortSignal;
  /** Lines that are worth showing. */
  onLine(line: string): void;
}

/** Resources of no documented task of their own, as one. */
export function taskOf(id: string, title: string, subtasks: readonly SubTask[]): Task {
  return { id, title, description: title, dependsOn: [], subtasks };
}

/**
 * Brings tasks to their desired state by the engine: looks, applies what differs, looks again. Gives the number of changes.
 * Throws the error of the first step that failed, and {@link Stopped} where a person asked to stop before the end.
 */
export async function bring(tasks: readonly Task[], options: BringOptions): Promise<number> {
  const { host, context, again, stop, onLine } = options;
  const steps = await lookAll(host, tasks, context);
  const onEvent = (event: RunEvent): void => {
    if (event.type === 'step-output') onLine(event.line);
    if (event.type === 'step-started') onLine(`${event.title}: ${event.summary}`);
  };
  const outcome = await applySteps({ host, steps, stop, onEvent, again });
  const failure = failureOf(outcome);
  if (failure !== undefined) throw failure;
  if (outcome.interrupted) throw new Stopped();
  return outcome.changed;
}

function failureOf(outcome: RunOutcome): VdbError | undefined {
  const steps = outcome.tasks.flatMap((task) => task.steps);
  const wrong = steps.find(({ status }) => ['failed', 'refused', 'skipped'].includes(status));
  if (wrong === undefined) return undefined;
  if (wrong.error !== undefined) return wrong.error;
  return new VdbError(`${wrong.title}: ${wrong.summary}`, { code: 'deploy.step', exitCode: EXIT.failed });
}
