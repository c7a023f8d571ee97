import { Listr, type ListrRendererFactory, type ListrTask, PRESET_TIMER } from 'listr2';
import type { VdbError } from '../errors.js';
import type { Host } from '../host/host.js';
import { type OnEvent, outcomeOf, type RunOutcome, type StepOutcome, type TaskOutcome } from './events.js';
import { installPackages, missingPackages, packagesTask } from './packages.js';
import { groupByTask, type Step } from './plan.js';
import { asVdbError } from './step-errors.js';
import type { Task } from './task.js';
import { mustLookAgain, TaskRun } from './task-run.js';

export interface ApplyOptions {
  host: Host;
  steps: readonly Step[];
  /** The user asked to stop: the running step finishes, nothing new begins. */
  stop: AbortSignal;
  onEvent: OnEvent;
  /** The command line that does it again. */
  again: string;
  /** Draws the tree on a terminal; without it Listr2 is silent and `onEvent` tells what happens. */
  renderer?: ListrRendererFactory;
}

/** Tasks finish in any order; each waits here for those that it depends on, and for parts of them. */
interface Finished {
  tasks: Map<string, Promise<TaskOutcome>>;
  /** By the ids of sub-tasks: whether one may have changed something, as soon as its last step is over. */
  parts: Map<string, Promise<boolean>>;
}

/**
 * Applies the steps: first all missing packages in one transaction, then the tasks, side by side where they
 * do not depend on one another. A failed task holds back only those that depend on it.
 */
export async function applySteps(options: ApplyOptions): Promise<RunOutcome> {
  const started = performance.now();
  const tasks = groupByTask(options.steps);
  const packages = missingPackages(options.steps);
  const transaction = deferred<StepOutcome | null>();
  const finished: Finished = { tasks: new Map(), parts: new Map() };
  const entries = [
    ...(packages.length === 0 ? [] : [packageEntry(packages, transaction.resolve, options)]),
    ...tasks.map((steps) => taskEntry(steps, transaction.promise, finished, options)),
  ];
  const list = new Listr<unknown, ListrRendererFactory>(
    entries as ListrTask<unknown, ListrRendererFactory>[],
    {
      concurrent: true,
      exitOnError: false,
      collectErrors: 'minimal',
      registerSignalListeners: false,
      renderer: options.renderer ?? 'silent',
      rendererOptions: { timer: PRESET_TIMER },
    } as never,
  );
  if (packages.length === 0) transaction.resolve(null);
  await list.run();
  const outcomes = await Promise.all(
    tasks.map((steps) => finished.tasks.get(idOf(steps)) as Promise<TaskOutcome>),
  );
  const installed = await transaction.promise;
  const all = installed === null ? outcomes : [packagesTask(installed), ...outcomes];
  return outcomeOf(all, options.stop.aborted, performance.now() - started);
}

function idOf(steps: readonly Step[]): string {
  return (steps[0] as Step).task.id;
}

function packageEntry(
  packages: string[],
  done: (outcome: StepOutcome | null) => void,
  options: ApplyOptions,
) {
  return {
    title: `Packages: ${packages.length} in one transaction`,
    task: async (_: unknown, entry: Pick<ListrEntry, 'output' | 'skip'>): Promise<void> => {
      if (options.stop.aborted) {
        done(null);
        entry.skip('Packages: not installed, interrupted');
        return;
      }
      const outcome = await installPackages(options.host, options.steps, (event) => {
        if (event.type === 'step-output') entry.output = event.line;
        options.onEvent(event);
      });
      done(outcome);
      if (outcome.error !== undefined) throw outcome.error;
    },
  };
}

function taskEntry(
  steps: Step[],
  packages: Promise<StepOutcome | null>,
  finished: Finished,
  options: ApplyOptions,
) {
  const { task } = steps[0] as Step;
  const result = deferred<TaskOutcome>();
  finished.tasks.set(task.id, result.promise);
  const parts = new Map(steps.map(({ subtask }) => [subtask.id, deferred<boolean>()]));
  for (const [id, { promise }] of parts) finished.parts.set(id, promise);
  result.promise.then(() => {
    for (const { resolve } of parts.values()) resolve(true);
  });
  return {
    title: `${task.id} ${task.title}`,
    task: async (_: unknown, entry: ListrEntry): Promise<unknown> => {
      const needsPackages = steps.some(({ resource }) => resource.packages !== undefined);
      const packagesError = needsPackages ? ((await packages)?.error ?? null) : null;
      const blocked = await blocker(task, finished);
      if (blocked !== null || options.stop.aborted) {
        const why = blocked ?? 'interrupted';
        result.resolve(notRun(task, why, options.onEvent));
        entry.skip(`${task.id} ${task.title}: not run, ${why}`);
        return;
      }
      const run = new TaskRun(steps, {
        host: options.host,
        onEvent: options.onEvent,
        stopping: () => options.stop.aborted,
        packagesError,
        again: options.again,
      });
      try {
        await run.begin();
      } catch (error) {
        result.resolve(failedToLook(task, error, options.onEvent));
        throw error;
      }
      return stepEntries(run, entry, { finished, parts, done: result.resolve });
    },
  };
}

interface ListrEntry {
  title: string;
  output: string;
  skip(message: string): void;
  newListr(tasks: unknown[], options: unknown): unknown;
}

/** The steps of a task as a list of its own, its last entry the verification. */
function stepEntries(
  run: TaskRun,
  entry: ListrEntry,
  {
    finished,
    parts,
    done,
  }: {
    finished: Finished;
    parts: ReadonlyMap<string, Deferred<boolean>>;
    done(outcome: TaskOutcome): void;
  },
): unknown {
  /** Whoever waits for the parts before this one need not wait any more. */
  const begins = (part: string): void => {
    for (const [id, { resolve }] of parts) {
      if (id === part) return;
      resolve(true);
    }
  };
  const title = entry.title;
  const due = run.steps.map((step, index) => ({ step, index }));
  return entry.newListr(
    [
      ...due.map(({ step, index }) => ({
        title: step.resource.title,
        enabled: step.verdict.status !== 'ok' || mustLookAgain(step),
        task: async (_: unknown, child: ListrEntry): Promise<void> => {
          begins(step.subtask.id);
          if (await haveChanged(step.subtask.after, finished)) run.othersEnded();
          const outcome = await run.step(index);
          if (outcome === null) return;
          child.title = `${outcome.title}: ${outcome.summary}`;
          if (outcome.status === 'failed' || outcome.status === 'refused') throw new Error(outcome.summary);
          if (outcome.status !== 'changed') child.skip(child.title);
        },
      })),
      {
        title: 'look again',
        task: async (): Promise<void> => {
          const outcome = await run.finish();
          done(outcome);
          const changed = outcome.steps.filter((step) => step.status === 'changed').length;
          entry.title = changed === 0 ? `${title}: ${outcome.status}` : `${title}: ${changed} changed`;
          if (outcome.status === 'not-run') entry.skip(`${title}: ${outcome.why}`);
          if (outcome.status === 'failed') throw new Error('the task did not reach its desired state');
        },
      },
    ],
    { concurrent: false, exitOnError: false },
  );
}

/** Waits for the end of those tasks, and parts of tasks, of the run; true where one of them may have changed something. */
async function haveChanged(ids: readonly string[] = [], { tasks, parts }: Finished): Promise<boolean> {
  const changed = await Promise.all(
    ids.map(async (id) => {
      const outcome = await tasks.get(id);
      return outcome === undefined ? (parts.get(id) ?? false) : outcome.status !== 'unchanged';
    }),
  );
  return changed.includes(true);
}

/** Why a task cannot run: the first of the tasks it depends on that did not come to its desired state. */
async function blocker(task: Task, finished: Finished): Promise<string | null> {
  for (const id of task.dependsOn) {
    const outcome = await finished.tasks.get(id);
    if (outcome === undefined) continue;
    if (outcome.status === 'failed') return `it depends on ${id}, which failed`;
    if (outcome.status === 'not-run') return `it depends on ${id}, which was not run`;
  }
  return null;
}

function notRun(task: Task, why: string, onEvent: OnEvent): TaskOutcome {
  const outcome: TaskOutcome = {
    id: task.id,
    title: task.title,
    status: 'not-run',
    why,
    steps: [],
    startedAt: new Date().toISOString(),
    durationMs: 0,
  };
  onEvent({ type: 'task-finished', task: outcome });
  return outcome;
}

function failedToLook(task: Task, error: unknown, onEvent: OnEvent): TaskOutcome {
  const failure = asVdbError(error);
  const outcome: TaskOutcome = { ...notRun(task, failure.message, () => {}), status: 'failed' };
  outcome.steps.push(lookFailure(task, failure));
  onEvent({ type: 'task-finished', task: outcome });
  return outcome;
}

function lookFailure(task: Task, error: VdbError): StepOutcome {
  return {
    task: task.id,
    subtask: task.id,
    resource: `look:${task.id}`,
    title: task.title,
    status: 'failed',
    summary: error.message,
    durationMs: 0,
    error,
  };
}

interface Deferred<T> {
  promise: Promise<T>;
  resolve(value: T): void;
}

function deferred<T>(): Deferred<T> {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
