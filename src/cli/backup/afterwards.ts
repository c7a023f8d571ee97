import type { CreateOutcome } from '../../backup/create/events.js';
import { messageOf } from '../../errors.js';
import type { Session } from '../session.js';

/** A set that was just made, while the lock is still held. */
export interface AfterSet {
  session: Session;
  outcome: Extract<CreateOutcome, { status: 'done' }>;
  stop: AbortSignal;
  /** Says what went wrong; the set stays what it is. */
  warn(text: string): void;
}

/** Something that is done with a finished set. */
export interface Afterwards {
  /** As in "could not be copied …": what failed, where it does. */
  failure: string;
  run(after: AfterSet): Promise<void>;
}

/** Does each step, whatever became of the one before it. None of them can fail the set. */
export async function doAfterwards(steps: readonly Afterwards[], after: AfterSet): Promise<void> {
  for (const { failure, run } of steps) {
    if (after.stop.aborted) return;
    await run(after).catch((error) => after.warn(`${failure}: ${messageOf(error)}`));
  }
}
