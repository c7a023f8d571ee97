import type { CreateOutcome, OnBackupEvent } from '../../backup/create/events.js';
import { EXIT, type ExitCode, type VdbError } from '../../errors.js';
import { createdText, eventData } from '../../ui/backup/created.js';
import { failureLine } from '../../ui/backup/failed.js';
import { reportError } from '../../ui/error.js';
import type { CommandContext } from '../context.js';
import { asVdbError } from '../failure.js';
import type { Session } from '../session.js';

/** How a run is told: to a person at a terminal, to a machine, or to cron, which wants to hear of failures alone. */
export interface CreateView {
  onEvent: OnBackupEvent;
  /** What is to be known although a set was made. Said whoever listens. */
  warn(text: string): void;
  /** What makes the run a failed one, although a set was made. */
  failed(text: string): void;
  hasFailed(): boolean;
  /** Shows the end and gives its exit code. */
  end(outcome: CreateOutcome, session: Session): ExitCode;
  /** Shows a failure and gives its exit code. */
  fail(error: unknown): ExitCode;
}

/** The view that fits the command's context. */
export async function createView(context: CommandContext<unknown>): Promise<CreateView> {
  const { global, terminal, emit } = context;
  const isWatched = terminal.errIsTty && !global.quiet && !global.json;
  const spinner = isWatched ? (await import('./spinner.js')).spinnerView(terminal) : undefined;
  const warnings: string[] = [];
  const failures: string[] = [];
  const onEvent: OnBackupEvent = (event) => {
    emit(eventData(event));
    spinner?.onEvent(event);
    if (event.type === 'remark' && event.isSerious) warn(event.text);
  };
  const warn = (text: string): void => {
    warnings.push(text);
    if (spinner === undefined && !global.json) terminal.alert(`vdb backup: ${text}`);
  };
  return {
    onEvent,
    warn: (text) => onEvent({ type: 'remark', text, isSerious: true }),
    failed(text) {
      failures.push(text);
      onEvent({ type: 'remark', text, isSerious: true });
    },
    hasFailed: () => failures.length > 0,
    end(outcome, { host }) {
      spinner?.end();
      const ended = failures.length > 0 ? { status: 'failed', failures, exit_code: EXIT.failed } : {};
      emit({ type: 'result', ...resultData(outcome), ...ended, warnings });
      if (outcome.status === 'interrupted') {
        if (!global.json)
          terminal.alert('Interrupted: there is no set of this run, and nothing of it is left.');
        return EXIT.interrupted;
      }
      if (isWatched) terminal.err(createdText(outcome, { target: host.target, color: terminal.color.err }));
      return failures.length > 0 ? EXIT.failed : EXIT.ok;
    },
    fail(thrown) {
      spinner?.end();
      const error = asVdbError(thrown, global.verbose);
      if (global.json || terminal.errIsTty || global.verbose) return reportError(error, context);
      terminal.alert(failureLine('vdb backup', error));
      return error.exitCode;
    },
  };
}

function resultData(outcome: CreateOutcome): Record<string, unknown> {
  const duration_ms = Math.round(outcome.durationMs);
  if (outcome.status === 'interrupted')
    return { status: 'interrupted', duration_ms, exit_code: EXIT.interrupted };
  const { manifest, directory } = outcome;
  return {
    status: 'done',
    id: manifest.id,
    directory,
    bytes: manifest.parts.reduce((sum, { bytes }) => sum + bytes, 0),
    parts: manifest.parts.length,
    collections: manifest.parts.filter(({ kind }) => kind === 'collection').length,
    genuine: manifest.genuine,
    left_out: manifest.left_out,
    left_out_databases: manifest.left_out_databases,
    duration_ms,
    exit_code: EXIT.ok,
  };
}

/** What a run that found the host locked says where it was told to give way: nothing, but to machines. */
export function skipped({ emit }: CommandContext<unknown>, error: VdbError): ExitCode {
  emit({ type: 'result', status: 'skipped', why: error.message, exit_code: EXIT.ok });
  return EXIT.ok;
}
