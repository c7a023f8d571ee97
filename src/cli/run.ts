import { converge } from '../engine/converge.js';
import type { RunOutcome } from '../engine/events.js';
import { lookAll, type Plan, planOf, type Step } from '../engine/plan.js';
import type { Task } from '../engine/task.js';
import type { ExitCode } from '../errors.js';
import { preflight } from '../host/preflight.js';
import { planSummary } from '../ui/plan.js';
import { version } from '../version.js';
import type { CommandContext } from './context.js';
import { armInterrupt } from './interrupt.js';
import { commandLine, takeSessionLock } from './locked.js';
import { exitCodeOf, type OutcomeReporter, outcomeReporter } from './outcome.js';
import { operator, type Session, taskContext } from './session.js';

export interface ConvergeTasksOptions {
  /** Directory for the execution records. */
  report?: string;
  /** Throws when the fresh plan is not acceptable; nothing has been changed by then. */
  accept?: (plan: Plan) => void;
  /** Type of the event with the outcome, where it is not the last: default `result`. */
  resultEvent?: string;
}

/** The steps of the tasks as they are now, and the plan that they amount to. */
export async function lookAndPlan(
  session: Session,
  tasks: readonly Task[],
): Promise<{ steps: Step[]; plan: Plan }> {
  preflight(session.facts);
  const steps = await lookAll(session.host, tasks, taskContext(session));
  const { hostConfig, host, digest, gate } = session;
  const plan = planOf({ name: hostConfig.name, target: host.target }, digest, steps, gate.redactor);
  return { steps, plan };
}

/** Takes the lock, looks, applies what differs and verifies. */
export async function convergeTasks(
  context: CommandContext<unknown>,
  session: Session,
  tasks: readonly Task[],
  options: ConvergeTasksOptions = {},
): Promise<ExitCode> {
  const since = performance.now();
  const reporter = await outcomeReporter(context, session, options);
  const interrupt = armInterrupt(reporter.notice, reporter.lastWord);
  try {
    const lock = await takeSessionLock(context, session);
    try {
      const { steps, plan } = await lookAndPlan(session, tasks);
      options.accept?.(plan);
      if (!context.global.json)
        context.terminal.err(`${session.hostConfig.name} (${session.host.target}): ${planSummary(plan)}`);
      const outcome = await applied(context, session, { steps, since, stop: interrupt.signal, reporter });
      await reporter.tell({ steps, known: taskContext(session), outcome });
      return exitCodeOf(outcome);
    } finally {
      await lock.release();
    }
  } finally {
    interrupt.disarm();
  }
}

interface Applied {
  steps: readonly Step[];
  since: number;
  stop: AbortSignal;
  reporter: OutcomeReporter;
}

function applied(
  context: CommandContext<unknown>,
  session: Session,
  { steps, since, stop, reporter }: Applied,
): Promise<RunOutcome> {
  const command = commandLine(context, session);
  return converge(steps, {
    host: session.host,
    identity: { who: operator(), command, vdb: version() },
    stateDirectory: session.config.paths.state,
    again: command,
    since,
    stop,
    ...reporter.progress,
  });
}
