import { EXIT, type ExitCode } from '../errors.js';
import type { CommandContext } from './context.js';
import { loadForRun } from './session.js';

/**
 * Runs a command on the host that is meant, or, where the inventory has several and none is named, on each of them: one
 * after the other, in the order of the inventory. The first that does not end well is the last.
 */
export async function overHosts<Options>(
  context: CommandContext<Options>,
  work: (context: CommandContext<Options>) => Promise<ExitCode>,
): Promise<ExitCode> {
  if (context.global.host !== undefined) return work(context);
  const { config } = await loadForRun(context);
  const names = config.hosts.map(({ name }) => name);
  if (names.length === 1) return work(context);
  for (const [index, name] of names.entries()) {
    context.terminal.err(`${name} (${index + 1} of ${names.length})`);
    const exitCode = await work({ ...context, global: { ...context.global, host: name } });
    if (exitCode === EXIT.ok) continue;
    const left = names.slice(index + 1);
    if (left.length > 0) context.terminal.alert(`Not begun, as ${name} did not end well: ${left.join(', ')}`);
    return exitCode;
  }
  return EXIT.ok;
}
