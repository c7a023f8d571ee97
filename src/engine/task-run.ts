import type { VdbError } from '../errors.js';
import type { Host } from '../host/host.js';
import { observe } from '../host/probe.js';
import { tail } from '../text.js';
import type { OnEvent, StepOutcome, TaskOutcome } from './events.js';
import { judge, type Step } from './plan.js';
import type { Change } from './resource.js';
import { asVdbError, explained, refusal, unseen, unverified } from './step-errors.js';

/** What a task needs while it is applied. */
export interface TaskRunContext {
  host: Host;
  onEvent: OnEvent;
  /** True once the user asked to stop: no further step begins. */
  stopping(): boolean;
  /** Steps whose packages could not be installed, with the transaction's error. */
  packagesError: VdbError | null;
  /** The command line that does it again: what a failure without a better remedy recommends. */
  again: string;
}

/**
 * Applies one task: looks again at its resources, applies what differs step by step, and looks once more
 * to verify. After a failed step, or a refusal that blocks, the rest of the task does not run.
 */
export class TaskRun {
  readonly #context: TaskRunContext;
  readonly #outcomes: StepOutcome[] = [];
  readonly #startedAt = new Date();
  readonly #started = performance.now();
  #steps: Step[];
  /** Something was changed since the steps' observations were made. */
  #stale = false;
  #failed = false;

  constructor(steps: Step[], context: TaskRunContext) {
    this.#steps = steps;
    this.#context = context;
  }

  get steps(): readonly Step[] {
    return this.#steps;
  }

  /** Looks at the task's resources again: earlier tasks of the run may have changed what they depend on. */
  async begin(): Promise<void> {
    const { task } = this.#first();
    this.#context.onEvent({ type: 'task-started', id: task.id, title: task.title });
    await this.#lookFrom(0);
  }

  /** Other tasks of the run have ended meanwhile: what they may have changed is looked at again before the next step. */
  othersEnded(): void {
    this.#stale = true;
  }

  /** Brings the step at `index` to its desired state. Never throws: the outcome says what happened. */
  async step(index: number): Promise<StepOutcome | null> {
    try {
      if (this.#stale && mustLookAgain(this.#at(index))) await this.#lookFrom(index);
    } catch (error) {
      return this.#record(this.#at(index), performance.now(), { status: 'failed', error: asVdbError(error) });
    }
    const step = this.#at(index);
    const { verdict } = step;
    if (verdict.status === 'ok' || verdict.status === 'later') return null;
    const started = performance.now();
    if (verdict.status === 'foreign' || verdict.status === 'left-out') {
      return this.#record(step, started, { status: verdict.status, summary: verdict.why });
    }
    if (verdict.status === 'unknown') {
      return this.#record(step, started, {
        status: 'failed',
        error: unseen(this.#context, step, verdict.why),
      });
    }
    if (this.#failed)
      return this.#record(step, started, { status: 'not-run', summary: 'an earlier step failed' });
    if (this.#context.stopping())
      return this.#record(step, started, { status: 'not-run', summary: 'interrupted' });
    if (verdict.status === 'refused') {
      if (verdict.change.refused?.blocks) this.#failed = true;
      return this.#record(step, started, {
        status: 'refused',
        summary: verdict.change.refused?.why ?? verdict.change.summary,
        error: refusal(this.#context, step, verdict.change),
      });
    }
    return this.#apply(step, verdict.change, started);
  }

  /** Looks at everything again and fails each step that still differs, then sums the task up. */
  async finish(): Promise<TaskOutcome> {
    if (this.#stale || this.#steps.some(({ verdict }) => verdict.status === 'later')) await this.#verify();
    const { task } = this.#first();
    const status = statusOf(this.#outcomes);
    const outcome: TaskOutcome = {
      id: task.id,
      title: task.title,
      status,
      ...(status === 'not-run' ? { why: interruptedAfter(this.#outcomes) } : {}),
      steps: this.#outcomes,
      startedAt: this.#startedAt.toISOString(),
      durationMs: performance.now() - this.#started,
    };
    this.#context.onEvent({ type: 'task-finished', task: outcome });
    return outcome;
  }

  async #apply(step: Step, change: Change, started: number): Promise<StepOutcome> {
    const { resource, task } = step;
    const { host, onEvent, packagesError } = this.#context;
    onEvent({
      type: 'step-started',
      task: task.id,
      resource: resource.id,
      title: resource.title,
      summary: change.summary,
    });
    if (resource.packages !== undefined) {
      const error =
        packagesError ?? unseen(this.#context, step, 'still missing after the package transaction');
      return this.#record(step, started, { status: 'failed', error });
    }
    const have = step.observation.status === 'known' ? step.observation.value : null;
    try {
      for (const command of resource.apply(change, have)) {
        this.#stale = true;
        const result = await host.run(command, {
          onLine: (line) =>
            command.progress && onEvent({ type: 'step-output', task: task.id, resource: resource.id, line }),
        });
        if (result.exitCode !== 0) {
          return this.#record(step, started, { status: 'skipped', summary: tail(result.stderr, 1) });
        }
      }
      return this.#record(step, started, {
        status: 'changed',
        action: change.action,
        summary: change.summary,
      });
    } catch (error) {
      return this.#record(step, started, {
        status: 'failed',
        error: explained(error, step, this.#context.again),
      });
    }
  }

  /** What was changed before a failure is verified too; what never ran is not asked for. */
  async #verify(): Promise<void> {
    const failedBefore = this.#failed;
    try {
      await this.#lookFrom(0);
    } catch (error) {
      this.#record(this.#first(), performance.now(), { status: 'failed', error: asVdbError(error) });
      return;
    }
    for (const step of this.#steps) {
      if (
        step.verdict.status === 'ok' ||
        step.verdict.status === 'foreign' ||
        step.verdict.status === 'left-out'
      )
        continue;
      const index = this.#outcomes.findIndex((outcome) => outcome.resource === step.resource.id);
      const previous = this.#outcomes[index];
      if (previous === undefined ? failedBefore : previous.status !== 'changed') continue;
      if (previous !== undefined) this.#outcomes.splice(index, 1);
      const { verdict } = step;
      const error =
        verdict.status === 'later' || verdict.status === 'unknown'
          ? unseen(this.#context, step, verdict.why)
          : unverified(this.#context, step);
      this.#record(step, performance.now(), { status: 'failed', error });
    }
  }

  async #lookFrom(index: number): Promise<void> {
    const rest = this.#steps.slice(index);
    const observations = await observe(
      this.#context.host,
      rest.map(({ resource }) => resource.probe),
    );
    this.#stale = false;
    this.#steps = this.#steps.map((step, i) => {
      const observation = observations[i - index];
      if (i < index || observation === undefined) return step;
      return { ...step, observation, verdict: judge(step.resource, observation) };
    });
  }

  #record(
    step: Step,
    started: number,
    result: Pick<StepOutcome, 'status'> & Partial<Pick<StepOutcome, 'summary' | 'action' | 'error'>>,
  ): StepOutcome {
    const outcome: StepOutcome = {
      task: step.task.id,
      subtask: step.subtask.id,
      resource: step.resource.id,
      title: step.resource.title,
      summary: result.summary ?? result.error?.message ?? '',
      durationMs: performance.now() - started,
      ...result,
    };
    if (outcome.status === 'failed') this.#failed = true;
    this.#outcomes.push(outcome);
    this.#context.onEvent({ type: 'step-finished', step: outcome });
    return outcome;
  }

  #at(index: number): Step {
    return this.#steps[index] as Step;
  }

  #first(): Step {
    return this.#at(0);
  }
}

/**
 * A pending thing may have become visible, a service follows the files that were just written, and what waits for
 * other tasks depends on what they bring.
 */
export function mustLookAgain({ observation, resource, subtask }: Step): boolean {
  return observation.status === 'pending' || resource.predict !== undefined || subtask.after !== undefined;
}

/** Without a failure only an interruption keeps steps from running. */
function interruptedAfter(outcomes: readonly StepOutcome[]): string {
  const changed = outcomes.filter(({ status }) => status === 'changed').length;
  const left = outcomes.filter(({ status }) => status === 'not-run').length;
  return `interrupted: ${changed} changed, ${left} not`;
}

function statusOf(outcomes: readonly StepOutcome[]): TaskOutcome['status'] {
  const has = (...statuses: StepOutcome['status'][]): boolean =>
    outcomes.some((outcome) => statuses.includes(outcome.status));
  if (has('failed', 'refused')) return 'failed';
  if (has('not-run')) return 'not-run';
  if (has('changed')) return 'changed';
  return has('skipped') ? 'skipped' : 'unchanged';
}
