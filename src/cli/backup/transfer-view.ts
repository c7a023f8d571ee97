import type { OnTransfer } from '../../backup/repositories/events.js';
import {
  afterTransfer,
  NOTHING_YET,
  remarkOf,
  transferData,
  transferLine,
} from '../../ui/backup/transfer.js';
import { shortened } from '../../ui/style.js';
import type { CommandContext } from '../context.js';

/** Shows how a set travels. */
export interface TransferView {
  /** `repository` where there are several. */
  onEvent(event: Parameters<OnTransfer>[0], repository?: string): void;
  close(): void;
}

const DRAW_EVERY_MS = 200;
const TELL_EVERY_MS = 1000;

/** A line that moves on a terminal, remarks alone elsewhere, events with `--json`. */
export async function transferView(context: CommandContext<unknown>): Promise<TransferView> {
  const { global, terminal } = context;
  if (global.json) return machineView(context);
  const say = (text: string): void => terminal.err(text);
  if (!terminal.errIsTty || global.quiet) return { onEvent: (event) => remark(event, say), close: () => {} };
  return spinnerView(context);
}

function remark(event: Parameters<OnTransfer>[0], say: (text: string) => void): void {
  const text = remarkOf(event);
  if (text !== undefined) say(text);
}

async function spinnerView({ terminal }: CommandContext<unknown>): Promise<TransferView> {
  const { default: ora } = await import('ora');
  const spinner = ora({
    text: 'looking at what is there',
    stream: process.stderr,
    discardStdin: false,
  }).start();
  let state = NOTHING_YET;
  const due = every(DRAW_EVERY_MS);
  return {
    onEvent(event, repository) {
      const now = performance.now();
      state = afterTransfer(state, event, now);
      remark(event, (text) => {
        spinner.clear();
        terminal.err(text);
      });
      const where = repository === undefined ? '' : `${repository}: `;
      if (event.type === 'bytes' && due(now))
        spinner.text = shortened(`${where}${transferLine(state, now)}`, terminal.columns - 3);
    },
    close: () => void spinner.stop(),
  };
}

function machineView({ emit }: CommandContext<unknown>): TransferView {
  let state = NOTHING_YET;
  const due = every(TELL_EVERY_MS);
  return {
    onEvent(event, repository) {
      const now = performance.now();
      state = afterTransfer(state, event, now);
      const data = transferData(event, repository);
      if (data !== undefined) emit(data);
      if (event.type !== 'bytes' || !due(now)) return;
      const { path, done, total, transferred } = state;
      const common = repository === undefined ? {} : { repository };
      emit({ type: 'transfer.progress', ...common, path, done, total, transferred });
    },
    close: () => {},
  };
}

function every(ms: number): (now: number) => boolean {
  let last = Number.NEGATIVE_INFINITY;
  return (now) => {
    if (now - last < ms) return false;
    last = now;
    return true;
  };
}
