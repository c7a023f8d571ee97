import { converge } from '../engine/converge.js';
import type { OnEvent, RunOutcome } from '../engine/events.js';
import { lookAll, type Plan, planOf, type Step } from '../engine/plan.js';
import type { Task, TaskContext } from '../engine/task.js';
import { EXIT, type ExitCode } from '../errors.js';
import { takeLock } from '../host/lock.js';
import { preflight } from '../host/preflight.js';
import { quote } from '../host/shell.js';
import { planSummary } from '../ui/plan.js';
import { jsonProgress, plainProgress, taskData } from '../ui/progress.js';
import type { CommandContext } from './context.js';
import { armInterrupt } from './interrupt.js';
import { version } from './program.js';
import { operator, type Session, taskContext } from './session.js';

export interface ConvergeTasksOptions {
  /** Directory for the execution records. */
  report?: string;
  /** Throws when the fresh plan is not acceptable; nothing has been changed by then. */
  accept?: (plan: Plan) => void;
}

interface Run {
  steps: readonly Step[];
  known: TaskContext;
  since: number;
  stop: AbortSignal;
  report?: string;
}

/** The steps of the tasks as they are now, and the plan that they amount to. */
export async function lookAndPlan(
  session: Session,
  tasks: readonly Task[],
  known?: TaskContext,
): Promise<{ steps: Step[]; plan: Plan }> {
  const facts = known ?? (await taskContext(session));
  preflight(facts.facts);
  const steps = await lookAll(session.host, tasks, facts);
  const { hostConfig, host, digest, gate } = session;
  const plan = planOf({ name: hostConfig.name, target: host.target }, digest, steps, gate.redactor);
  return { steps, plan };
}

/** Takes the lock, looks, applies what differs and verifies. `accept` may refuse the fresh plan. */
export async function convergeTasks(
  context: CommandContext<unknown>,
  session: Session,
  tasks: readonly Task[],
  options: ConvergeTasksOptions = {},
): Promise<ExitCode> {
  const since = performance.now();
  const interrupt = armInterrupt((text) => context.terminal.err(text));
  try {
    const { host, hostConfig } = session;
    const holder = { who: operator(), what: commandLine(context, session), since: new Date().toISOString() };
    const [lock, known] = await Promise.all([takeLock(host, holder), taskContext(session)]);
    try {
      const { steps, plan } = await lookAndPlan(session, tasks, known);
      options.accept?.(plan);
      if (!context.global.json)
        context.terminal.err(`${hostConfig.name} (${host.target}): ${planSummary(plan)}`);
      const run: Run = { steps, known, since, stop: interrupt.signal, ...options };
      return exitCodeOf(await runSteps(context, session, run));
    } finally {
      await lock.release();
    }
  } finally {
    interrupt.disarm();
  }
}

/** What was typed, without secrets: for the lock and the journal. */
function commandLine({ argv }: CommandContext<unknown>, { gate }: Session): string {
  return gate.redactor.mask(['vdb', ...argv].map(quote).join(' '));
}

/** A refused change is a failure: the host is not in the state that was asked for. */
export function exitCodeOf(outcome: RunOutcome): ExitCode {
  if (outcome.lost) return EXIT.unreachable;
  if (outcome.interrupted) return EXIT.interrupted;
  return outcome.failed + outcome.refused > 0 ? EXIT.failed : EXIT.ok;
}

/** Applies steps while showing what happens in the form that the user's end wants, then sums up. */
async function runSteps(context: CommandContext<unknown>, session: Session, run: Run): Promise<RunOutcome> {
  const { steps, known, since, stop } = run;
  const { global, terminal, emit } = context;
  const tree = terminal.errIsTty && !global.json && !global.quiet && !global.verbose;
  const outcome = await converge(steps, {
    host: session.host,
    identity: { who: operator(), command: commandLine(context, session), vdb: version() },
    stateDirectory: session.config.paths.state,
    since,
    stop,
    onEvent: tree ? () => {} : progressFor(context),
    ...(tree ? { renderer: (await import('../ui/tree.js')).ThrottledTree as never } : {}),
  });
  if (run.report !== undefined) {
    const { writeReports } = await import('../ui/report.js');
    const files = await writeReports(run.report, {
      steps,
      outcome,
      known,
      who: operator(),
      host: session.host.target,
    });
    for (const file of files) terminal.err(`Record: ${file}`);
  }
  emit({
    type: 'result',
    status: outcome.interrupted ? 'interrupted' : exitCodeOf(outcome) === 0 ? 'done' : 'failed',
    changed: outcome.changed,
    failed: outcome.failed,
    refused: outcome.refused,
    skipped: outcome.skipped,
    tasks: outcome.tasks.map(taskData),
    ssh_commands: session.host.commandCount,
    duration_ms: Math.round(outcome.durationMs),
    exit_code: exitCodeOf(outcome),
  });
  if (!global.json) {
    const { resultText } = await import('../ui/result.js');
    terminal.err(
      resultText(outcome, {
        host: session.hostConfig.name,
        running: runningLines(steps, outcome, known),
        color: terminal.color.err,
        verbose: global.verbose,
      }),
    );
  }
  return outcome;
}

/** What runs where, of the tasks that were verified. */
function runningLines(steps: readonly Step[], outcome: RunOutcome, known: TaskContext): string[] {
  const verified = outcome.tasks.filter(({ status }) => status === 'changed' || status === 'unchanged');
  const tasks = new Set(steps.map(({ task }) => task));
  return [...tasks]
    .filter((task) => verified.some(({ id }) => id === task.id))
    .flatMap((task) => task.runs?.(known) ?? []);
}

function progressFor(context: CommandContext): OnEvent {
  if (context.global.json) return jsonProgress(context.emit);
  return plainProgress((line) => context.terminal.err(line), context.terminal.color.err);
}
