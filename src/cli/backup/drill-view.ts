import type { DrillOutcome, OnDrillEvent } from '../../backup/drill/events.js';
import { EXIT, type ExitCode } from '../../errors.js';
import { afterFailure, drillData, drillEventData, drilledText, drillText } from '../../ui/backup/drilled.js';
import { failureLine } from '../../ui/backup/failed.js';
import { reportError } from '../../ui/error.js';
import type { CommandContext } from '../context.js';
import { asVdbError } from '../failure.js';

/** How a drill is told: to a person at a terminal, to a machine, or to cron, which wants to hear of failures alone. */
export interface DrillView {
  onEvent: OnDrillEvent;
  /** What is to be known whatever came of the drill. */
  warn(text: string): void;
  /** Shows the end and gives its exit code. */
  end(outcome: DrillOutcome, host: string): ExitCode;
  /** Shows a failure and gives its exit code. */
  fail(error: unknown): ExitCode;
}

const COMMAND = 'vdb backup drill';

/** The view that fits the command's context. */
export async function drillView(context: CommandContext<unknown>): Promise<DrillView> {
  const { global, terminal, emit } = context;
  const isWatched = terminal.errIsTty && !global.quiet && !global.json;
  const spinner = isWatched ? (await import('./drill-spinner.js')).drillSpinner(terminal) : undefined;
  return {
    onEvent(event) {
      emit(drillEventData(event));
      spinner?.onEvent(event);
    },
    warn(text) {
      if (!global.json) terminal.alert(`${COMMAND}: ${text}`);
      emit({ type: 'remark', text });
    },
    end(outcome, host) {
      spinner?.end();
      const code = exitCodeOf(outcome);
      const next = outcome.status === 'failed' ? { next: afterFailure(outcome.id) } : {};
      emit({ type: 'result', ...drillData(outcome), ...next, exit_code: code });
      if (global.json) return code;
      if (isWatched || global.verbose) terminal.alert(drillText(outcome, terminal.color.err));
      else if (code !== EXIT.ok) terminal.alert(failedLine(outcome, host));
      return code;
    },
    fail(thrown) {
      spinner?.end();
      const error = asVdbError(thrown, global.verbose);
      if (global.json || terminal.errIsTty || global.verbose) return reportError(error, context);
      terminal.alert(failureLine(COMMAND, error));
      return error.exitCode;
    },
  };
}

function exitCodeOf({ status }: DrillOutcome): ExitCode {
  if (status === 'interrupted') return EXIT.interrupted;
  return status === 'done' ? EXIT.ok : EXIT.failed;
}

/** One line, for a mail of cron. */
function failedLine(outcome: DrillOutcome, host: string): string {
  if (outcome.status === 'interrupted') return `${COMMAND}: ${drillText(outcome, false)}`;
  const wrong = outcome.parts.filter(({ findings }) => findings.length > 0);
  const each = wrong.map((part) => `${part.path}: ${drilledText(part)}`);
  return `${COMMAND} failed on ${host}: backup set ${outcome.id} does not restore to what it says: ${each.join(' | ') || 'nothing of it could be restored'} (next: vdb backup verify ${outcome.id})`;
}
