import { converge } from '../engine/converge.js';
import type { OnEvent, RunOutcome } from '../engine/events.js';
import type { Step } from '../engine/plan.js';
import type { TaskContext } from '../engine/task.js';
import { jsonProgress, plainProgress, taskData } from '../ui/progress.js';
import { exitCodeOf } from './commands/provision.js';
import type { CommandContext } from './context.js';
import { version } from './program.js';
import { operator, type Session } from './session.js';

export interface RunOptions {
  /** Directory for the execution records. */
  report?: string;
}

/** Applies steps while showing what happens in the form that the user's end wants, then sums up. */
export async function runSteps(
  context: CommandContext<RunOptions>,
  session: Session,
  steps: readonly Step[],
  what: string,
  stop: AbortSignal,
  known: TaskContext,
): Promise<RunOutcome> {
  const { global, terminal, emit } = context;
  const tree = terminal.errIsTty && !global.json && !global.quiet && !global.verbose;
  const outcome = await converge(steps, {
    host: session.host,
    identity: { who: operator(), command: what, vdb: version() },
    stateDirectory: session.config.paths.state,
    stop,
    onEvent: tree ? () => {} : progressFor(context),
    ...(tree ? { renderer: (await import('../ui/tree.js')).ThrottledTree as never } : {}),
  });
  if (context.options.report !== undefined) {
    const { writeReports } = await import('../ui/report.js');
    const files = await writeReports(context.options.report, {
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
