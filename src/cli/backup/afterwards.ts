import type { CreateOutcome } from '../../backup/create/events.js';
import { messageOf } from '../../errors.js';
import type { CommandContext } from '../context.js';
import type { Session } from '../session.js';
import { copyAfterwards } from './copy-afterwards.js';
import { pruneEverywhere } from './prune-everywhere.js';

/** A set that was just made, while the lock is still held. */
export interface AfterSet {
  context: CommandContext<unknown>;
  session: Session;
  outcome: Extract<CreateOutcome, { status: 'done' }>;
  stop: AbortSignal;
  /** Says what went wrong and does not count. */
  warn(text: string): void;
  /** Says what makes the run a failed one, although its set is whole. */
  fail(text: string): void;
}

/** Something that is done with a finished set. */
export interface Afterwards {
  run(after: AfterSet): Promise<void>;
  /** Called with what `run` has thrown. */
  caught(why: string, after: AfterSet): void;
}

/** A set that has no copy elsewhere is only half of what was asked for. */
const copies: Afterwards = {
  async run({ context, session, outcome, stop, fail }) {
    const { id } = outcome.manifest;
    for (const why of await copyAfterwards(context, session, { id, stop })) fail(copyFailure(id, why));
  },
  caught: (why, { outcome, fail }) => fail(copyFailure(outcome.manifest.id, why)),
};

function copyFailure(id: string, why: string): string {
  return `Set ${id} is whole on the host, but could not be copied: ${why}`;
}

/** Too many old sets are no reason to call a new one a failure. */
const retention: Afterwards = {
  async run({ context, session, stop, warn }) {
    for (const { where, refused, failed } of await pruneEverywhere(context, session, { stop })) {
      if (refused !== null) warn(`No older set was removed ${where}: ${refused}`);
      for (const { what, why } of failed) warn(`${what} could not be removed ${where}: ${why}`);
    }
  },
  caught: (why, { warn }) => warn(`Older sets could not be removed: ${why}`),
};

/** What is done with a finished set, in this order: what is copied may then go. */
export const AFTERWARDS: readonly Afterwards[] = [copies, retention];

/** Does each step, whatever became of the one before it. */
export async function doAfterwards(steps: readonly Afterwards[], after: AfterSet): Promise<void> {
  for (const { run, caught } of steps) {
    if (after.stop.aborted) return;
    await run(after).catch((error) => caught(messageOf(error), after));
  }
}
