import type { CopyOutcome } from '../../backup/repositories/copy.js';
import type { TransferEvent, Transferred } from '../../backup/repositories/events.js';
import { formatSize } from '../../config/units.js';
import { errorData, errorText } from '../error.js';
import { duration, styleFor } from '../style.js';

/** How far a transfer is, and how fast of late. */
export interface TransferState {
  /** The part at work. */
  path: string;
  /** Bytes of the set that are taken care of, and all of them. */
  done: number;
  total: number;
  /** Bytes that have travelled. */
  transferred: number;
  /** Bytes that had travelled at instants of the last seconds, in milliseconds. */
  marks: readonly { at: number; transferred: number }[];
}

export const NOTHING_YET: TransferState = { path: '', done: 0, total: 0, transferred: 0, marks: [] };

/** The rate is that of so many milliseconds. */
const WINDOW_MS = 5000;
const MARK_EVERY_MS = 250;

/** What is known after an event. Pure. */
export function afterTransfer(state: TransferState, event: TransferEvent, at: number): TransferState {
  if (event.type === 'set') return { ...NOTHING_YET, total: event.bytes };
  if (event.type !== 'bytes') return state;
  const transferred = state.transferred + (event.transferred ? event.count : 0);
  const done = Math.min(state.done + event.count, state.total);
  return { ...state, path: event.path, done, transferred, marks: marked(state.marks, { at, transferred }) };
}

function marked(marks: TransferState['marks'], mark: { at: number; transferred: number }) {
  const last = marks.at(-1);
  if (last !== undefined && mark.at - last.at < MARK_EVERY_MS) return marks;
  return [...marks.filter(({ at }) => mark.at - at <= WINDOW_MS), mark];
}

/** `postgres/app.dump  1.2 GiB of 3.4 GiB (35 %), 230 MiB/s, 9.8 s left`. Pure. */
export function transferLine({ path, done, total, transferred, marks }: TransferState, at: number): string {
  const percent = total === 0 ? 100 : Math.floor((done * 100) / total);
  const amount = `${path}  ${formatSize(done)} of ${formatSize(total)} (${percent} %)`;
  const [first] = marks;
  const elapsed = first === undefined ? 0 : at - first.at;
  const rate =
    first === undefined || elapsed < 500 ? 0 : ((transferred - first.transferred) * 1000) / elapsed;
  if (rate <= 0) return amount;
  return `${amount}, ${formatSize(Math.round(rate))}/s, ${duration(((total - done) * 1000) / rate)} left`;
}

/** A remark of a transfer for people; undefined for what only moves the line. Pure. */
export function remarkOf(event: TransferEvent): string | undefined {
  switch (event.type) {
    case 'cut':
      return `${event.why}; connecting again in ${duration(event.delayMs)}, and going on from what has come`;
    case 'again':
      return `${event.path} once more: ${event.why}`;
    case 'note':
      return event.text;
    default:
      return undefined;
  }
}

/** An event for machines; undefined for the small steps between them. Pure. */
export function transferData(
  event: TransferEvent,
  repository?: string,
): ({ type: string } & Record<string, unknown>) | undefined {
  const common = repository === undefined ? {} : { repository };
  switch (event.type) {
    case 'set':
      return { type: 'transfer.started', ...common, id: event.id, parts: event.parts, bytes: event.bytes };
    case 'part':
      return {
        type: 'transfer.part',
        ...common,
        path: event.path,
        bytes: event.bytes,
        resumed_at: event.from,
      };
    case 'cut':
      return { type: 'transfer.cut', ...common, why: event.why, delay_ms: event.delayMs };
    case 'again':
      return { type: 'transfer.again', ...common, path: event.path, why: event.why };
    case 'note':
      return { type: 'transfer.note', ...common, text: event.text };
    case 'bytes':
      return undefined;
  }
}

/** `20261124T020000Z is in /srv/copies: 3.4 GiB, 1.2 GiB of them fetched in 9.8 s (125 MiB/s)`. Pure. */
export function transferredText({ id, place, bytes, transferred }: Transferred, ms: number): string {
  const size = formatSize(bytes);
  if (transferred === 0) return `${id} is in ${place}: ${size}, all of it was there already`;
  const rate = formatSize(Math.round((transferred * 1000) / Math.max(ms, 1)));
  const amount = transferred === bytes ? size : `${size}, ${formatSize(transferred)} of them transferred`;
  return `${id} is in ${place}: ${amount} in ${duration(ms)} (${rate}/s)`;
}

export function transferredResult({ id, place, bytes, transferred }: Transferred): Record<string, unknown> {
  return { id, place, bytes, transferred };
}

/** A line for each repository; a failure with all that is known of it. Pure. */
export function copiesText(
  outcomes: readonly CopyOutcome[],
  { color, verbose }: { color: boolean; verbose: boolean },
): string {
  const style = styleFor(color);
  const width = Math.max(...outcomes.map(({ repository }) => repository.length));
  return outcomes
    .map(({ repository, status, id, place, bytes, error }) => {
      const name = style.bold(repository.padEnd(width));
      if (error !== undefined) return `${style.red('failed')}  ${name}  ${errorText(error, color, verbose)}`;
      return `${style.green(status.padEnd(6))}  ${name}  ${id} in ${place}: ${formatSize(bytes)}`;
    })
    .join('\n');
}

/** The same for machines. Pure. */
export function copiesData(outcomes: readonly CopyOutcome[]): Record<string, unknown>[] {
  return outcomes.map(({ repository, status, error, ...transferred }) => ({
    repository,
    status,
    ...transferredResult(transferred),
    ...(error === undefined ? {} : { error: errorData(error) }),
  }));
}

/** The copies that failed, each in a few words, for a line: `nas: /mnt/nas does not exist on the host`. Pure. */
export function failedCopies(outcomes: readonly CopyOutcome[]): string[] {
  return outcomes.flatMap(({ repository, error }) =>
    error === undefined ? [] : [`${repository}: ${error.message}`],
  );
}
