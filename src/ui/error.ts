import { type ErrorDetails, EXIT, type ExitCode, type VdbError } from '../errors.js';
import { indent, shortened, styleFor } from './style.js';

/** Where an error is shown: what of a command's context it takes. */
export interface ErrorPlace {
  global: { json: boolean; verbose: boolean };
  terminal: { alert(text: string): void; color: { err: boolean } };
  emit(event: { type: string } & Record<string, unknown>): void;
}

/** Shows an error to whoever is there, a person on stderr or a machine on stdout, and returns its exit code. */
export function reportError(error: VdbError, context: ErrorPlace): ExitCode {
  const { terminal, global, emit } = context;
  if (global.json) {
    const status = error.exitCode === EXIT.interrupted ? 'interrupted' : 'failed';
    emit({ type: 'result', status, exit_code: error.exitCode, error: errorData(error) });
  } else {
    terminal.alert(errorText(error, terminal.color.err, global.verbose));
  }
  return error.exitCode;
}

/** An error as data. */
export function errorData(error: VdbError): Omit<ErrorDetails, 'cause' | 'exitCode'> & { message: string } {
  const { code, host, step, command, stderr, meaning, next } = error.details;
  return {
    code,
    message: error.message,
    ...(host === undefined ? {} : { host }),
    ...(step === undefined ? {} : { step }),
    ...(command === undefined ? {} : { command }),
    ...(stderr === undefined ? {} : { stderr }),
    ...(meaning === undefined ? {} : { meaning }),
    ...(next === undefined ? {} : { next }),
  };
}

/** What failed, where, what the host said, what it means, what to do. The whole command only with `--verbose`. */
export function errorText(error: VdbError, color: boolean, verbose: boolean): string {
  const style = styleFor(color);
  const { host, step, command, stderr, meaning, next } = error.details;
  const line = (label: string, text: string | undefined): string[] =>
    text === undefined
      ? []
      : [`  ${style.dim(`${label}:`.padEnd(9))}${indent(text, ' '.repeat(11)).trimStart()}`];
  return [
    `${style.red('error')} ${error.message}`,
    ...line('step', step),
    ...line('host', host),
    ...line('command', verbose ? command : oneLine(command)),
    ...line('stderr', stderr),
    ...line('meaning', meaning),
    ...line('next', next),
  ].join('\n');
}

/** A script on one line, cut to what a screen holds. */
function oneLine(command: string | undefined): string | undefined {
  return command === undefined ? undefined : shortened(command.trim().replaceAll(/\s*\n\s*/g, '; '), 160);
}
