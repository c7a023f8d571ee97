import { quote } from '../host/shell.js';
import type { Check, CheckContext } from './check.js';

/** The command of a check that shows more, as who logs in to the host types it. Undefined for a check without one. */
export function inspectOf(check: Pick<Check, 'inspect'>, context: CheckContext): string | undefined {
  const command = check.inspect?.(context);
  return command === undefined || context.isRoot ? command : bySudo(command);
}

/** What the shell does itself, such as a pipe, a redirection or a pattern for names, is done as root too. */
function bySudo(command: string): string {
  const isPlain = !/[;|&$*?<>()[\]{}`#~"\\\n]/.test(command.replaceAll(/'[^']*'/g, ''));
  return `sudo ${isPlain ? command : `bash -c ${quote(command)}`}`;
}
