import type { CommandContext } from '../context.js';

/** Runs `work`, which says nothing while it goes on; on a terminal a line moves meanwhile, and goes again. */
export async function whileBusy<T>(
  { global, terminal }: CommandContext<unknown>,
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  if (!terminal.errIsTty || global.quiet || global.json) return work();
  const { default: ora } = await import('ora');
  const color = terminal.color.err ? 'cyan' : (false as never);
  const spinner = ora({ text: what, isEnabled: true, discardStdin: false, color }).start();
  try {
    return await work();
  } finally {
    spinner.stop();
  }
}
