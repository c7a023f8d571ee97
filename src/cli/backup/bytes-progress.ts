import { bytesText } from '../../ui/backup/progress.js';
import type { CommandContext } from '../context.js';

/** Shows how far work on bytes has come. */
export interface BytesProgress {
  tell(done: number, total: number): void;
  close(): void;
}

const EVERY_MS = 1000;

/** A line that moves on a terminal, events with `--json`, nothing elsewhere. `what` is said before the numbers. */
export async function bytesProgress(context: CommandContext<unknown>, what: string): Promise<BytesProgress> {
  const { global, terminal, emit } = context;
  if (global.json) return throttled((done, total) => emit({ type: 'backup.progress', what, done, total }));
  if (!terminal.errIsTty || global.quiet) return { tell: () => {}, close: () => {} };
  const { default: ora } = await import('ora');
  const spinner = ora({
    text: what,
    stream: process.stderr,
    discardStdin: false,
    color: terminal.color.err ? 'cyan' : (false as never),
  }).start();
  const begun = performance.now();
  const { tell } = throttled((done, total) => {
    spinner.text = `${what}: ${bytesText(done, total, performance.now() - begun)}`;
  });
  return { tell, close: () => void spinner.stop() };
}

/** The first and the last are told always, those between once in a second. */
function throttled(show: BytesProgress['tell']): BytesProgress {
  let last = Number.NEGATIVE_INFINITY;
  const tell = (done: number, total: number): void => {
    if (done < total && performance.now() - last < EVERY_MS) return;
    last = performance.now();
    show(done, total);
  };
  return { tell, close: () => {} };
}
