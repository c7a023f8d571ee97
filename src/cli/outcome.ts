import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import type { ConvergeOptions } from '../engine/converge.js';
import type { RunOutcome, TaskStatus } from '../engine/events.js';
import { type Plan, type Step, stepCount } from '../engine/plan.js';
import type { TaskContext } from '../engine/task.js';
import { EXIT, type ExitCode, messageOf, VdbError } from '../errors.js';
import { errorData, errorText } from '../ui/error.js';
import { jsonProgress, plainProgress, taskData } from '../ui/progress.js';
import type { CommandContext } from './context.js';
import { operator, type Session } from './session.js';

/** What a run that has ended consists of. */
interface Ended {
  steps: readonly Step[];
  known: TaskContext;
  outcome: RunOutcome;
}

/** Shows a run in the form that the user's end wants: a tree on a terminal, plain lines, or NDJSON. */
export interface OutcomeReporter {
  /** Where the engine tells what happens. */
  progress: Pick<ConvergeOptions, 'onEvent' | 'renderer'>;
  /** A remark while the run goes on. */
  notice(text: string): void;
  /** What is said when the program ends at once. */
  lastWord(text: string): void;
  /** The end: execution records, the result event, the summary. */
  tell(ended: Ended): Promise<void>;
}

/** Throws when the execution records cannot be written, before anything has changed. */
export async function outcomeReporter(
  context: CommandContext<unknown>,
  session: Session,
  { report, resultEvent = 'result' }: { report?: string; resultEvent?: string },
): Promise<OutcomeReporter> {
  if (report !== undefined) await assertWritable(report);
  const { global, terminal, emit } = context;
  const tell = async (ended: Ended): Promise<void> => {
    if (report !== undefined) await record(context, session, report, ended);
    emit({ type: resultEvent, ...resultData(ended.outcome, session.host.commandCount) });
    if (!global.json) await summarise(context, session, ended);
  };
  const plain = { notice: terminal.err, lastWord: terminal.alert, tell };
  if (global.json) return { ...plain, progress: { onEvent: jsonProgress(emit) } };
  if (!terminal.errIsTty || global.quiet || global.verbose) {
    const onEvent = plainProgress((line) => terminal.err(line), terminal.color.err);
    return { ...plain, progress: { onEvent } };
  }
  const { ThrottledTree, showNotice, writePast } = await import('../ui/tree.js');
  return {
    tell,
    notice: showNotice,
    lastWord: writePast,
    progress: { onEvent: () => {}, renderer: ThrottledTree as never },
  };
}

/** A refused change is a failure: the host is not in the state that was asked for. */
export function exitCodeOf(outcome: RunOutcome): ExitCode {
  if (outcome.lost) return EXIT.unreachable;
  if (outcome.interrupted) return EXIT.interrupted;
  const failed = outcome.failed + outcome.refused > 0 || outcome.unrecorded !== undefined;
  return failed ? EXIT.failed : EXIT.ok;
}

/** What applying the plan would end with as far as it is known: what is refused or cannot be seen is a failure. */
export function planExitCode(plan: Plan): ExitCode {
  return stepCount(plan, 'unknown') + stepCount(plan, 'refused') === 0 ? EXIT.ok : EXIT.failed;
}

async function assertWritable(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.W_OK);
  } catch (error) {
    throw new VdbError(`The execution records cannot be written to ${directory}: ${messageOf(error)}`, {
      code: 'report.unwritable',
      exitCode: EXIT.usage,
      meaning: 'Nothing was changed on the host.',
      next: 'Give --report a directory that can be written to.',
    });
  }
}

async function record(
  { terminal }: CommandContext<unknown>,
  { host }: Session,
  report: string,
  { steps, known, outcome }: Ended,
): Promise<void> {
  const { writeReports } = await import('../ui/report.js');
  const files = await writeReports(report, { steps, outcome, known, who: operator(), host: host.target });
  for (const file of files) terminal.err(`Record: ${file}`);
}

/** The result event: what changed, counts and the exit code. */
function resultData(outcome: RunOutcome, commands: number): Record<string, unknown> {
  const exitCode = exitCodeOf(outcome);
  return {
    status: outcome.interrupted ? 'interrupted' : exitCode === EXIT.ok ? 'done' : 'failed',
    changed: outcome.changed,
    failed: outcome.failed,
    refused: outcome.refused,
    skipped: outcome.skipped,
    tasks: outcome.tasks.map(taskData),
    ...(outcome.unrecorded === undefined ? {} : { unrecorded: errorData(outcome.unrecorded) }),
    ssh_commands: commands,
    duration_ms: Math.round(outcome.durationMs),
    exit_code: exitCode,
  };
}

/** What went wrong is said with `--quiet` too. */
async function summarise(
  { terminal, global }: CommandContext<unknown>,
  { hostConfig }: Session,
  { steps, known, outcome }: Ended,
): Promise<void> {
  const { resultText } = await import('../ui/result.js');
  const text = resultText(outcome, {
    host: hostConfig.name,
    running: runningLines(steps, outcome, known),
    color: terminal.color.err,
    verbose: global.verbose,
  });
  const say = exitCodeOf(outcome) === EXIT.ok ? terminal.err : terminal.alert;
  say(text);
  if (outcome.unrecorded !== undefined) {
    say('What came of this run could not be written to the journal of the host:');
    say(errorText(outcome.unrecorded, terminal.color.err, global.verbose));
  }
}

/** What runs where, of the tasks that were verified. */
function runningLines(steps: readonly Step[], outcome: RunOutcome, known: TaskContext): string[] {
  const reached: readonly TaskStatus[] = ['changed', 'unchanged', 'skipped'];
  const verified = outcome.tasks.filter(({ status }) => reached.includes(status));
  const tasks = new Set(steps.map(({ task }) => task));
  return [...tasks]
    .filter((task) => verified.some(({ id }) => id === task.id))
    .flatMap((task) => task.runs?.(known) ?? []);
}
