import type { RunOutcome, StepOutcome } from '../engine/events.js';
import { errorText } from './error.js';
import { count, duration, styleFor } from './style.js';

/** The end of a run for people: every failure with its remedy, what was left out and why, and one line of sum. */
export function resultText(
  outcome: RunOutcome,
  { host, running, color, verbose }: { host: string; running: string[]; color: boolean; verbose: boolean },
): string {
  const style = styleFor(color);
  const steps = outcome.tasks.flatMap((task) => task.steps);
  const errors = steps.flatMap((step) =>
    step.error === undefined ? [] : [errorText(step.error, color, verbose)],
  );
  const notRun = outcome.tasks.filter((task) => task.status === 'not-run');
  const skipped = steps.filter((step) => step.status === 'skipped');
  const foreign = steps.filter((step) => step.status === 'foreign');
  const leftOut = steps.filter((step) => step.status === 'left-out');
  return [
    ...errors,
    ...skipped.map((step) => `${style.yellow('skipped')} ${step.task} ${step.title}: ${step.summary}`),
    ...(foreign.length === 0 ? [] : [foreignLine(foreign, color)]),
    ...leftOutLines(leftOut, color),
    ...notRun.map(({ id, title, steps, why }) => {
      const word = steps.length === 0 ? 'not run' : 'not done';
      return `${style.yellow(word)} ${id} ${title}${why === undefined ? '' : `: ${why}`}`;
    }),
    '',
    ...(running.length === 0 ? [] : [...running.map((line) => `  ${line}`), '']),
    sumLine(outcome, host, color),
  ].join('\n');
}

/** Many, and of no consequence for the run: one line, the plan has them one by one. */
function foreignLine(steps: readonly StepOutcome[], color: boolean): string {
  const what = steps.length === 1 ? 'setting that is' : 'settings that are';
  return `${styleFor(color).dim('not set')} ${steps.length} ${what} not this host's to set (see: vdb provision --plan)`;
}

/** One line for each reason, with the parts that are left out for it. */
function leftOutLines(steps: readonly StepOutcome[], color: boolean): string[] {
  const reasons = [...new Set(steps.map(({ summary }) => summary))];
  return reasons.map((reason) => {
    const parts = steps.filter(({ summary }) => summary === reason).map(({ subtask }) => subtask);
    return `${styleFor(color).dim('left out')} ${[...new Set(parts)].join(', ')}: ${reason}`;
  });
}

function sumLine(outcome: RunOutcome, host: string, color: boolean): string {
  const style = styleFor(color);
  const failed = outcome.failed + outcome.refused;
  const word = outcome.interrupted
    ? style.yellow('Interrupted')
    : failed > 0
      ? style.red('Failed')
      : style.green('Done');
  const parts = [
    count(outcome.changed, 'change'),
    ...(outcome.failed > 0 ? [`${outcome.failed} failed`] : []),
    ...(outcome.refused > 0 ? [`${outcome.refused} refused`] : []),
    ...(outcome.skipped > 0 ? [`${outcome.skipped} skipped`] : []),
  ];
  return `${word}: ${host}, ${parts.join(', ')}, ${duration(outcome.durationMs)}`;
}
