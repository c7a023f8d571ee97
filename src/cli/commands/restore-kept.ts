import { discardKept } from '../../backup/restore/discard.js';
import { findKept, type KeptRestore, lookAtKept } from '../../backup/restore/kept.js';
import { assertUndoable, isNothingToUndo, planUndo, runUndo } from '../../backup/restore/undo.js';
import { EXIT, VdbError } from '../../errors.js';
import { keptData, keptLines, keptText, undoText } from '../../ui/backup/restore-kept.js';
import { assertAnswerable, confirmTyped } from '../../ui/confirm.js';
import type { CommandContext, Handler } from '../context.js';
import { underLock } from '../locked.js';
import { promptLine } from '../prompt.js';
import { restorePlace } from '../restore/place.js';
import { withSession } from '../session.js';

type Context = CommandContext<unknown>;

/** `vdb restore list`: what restores have kept. */
export const list: Handler = (context) =>
  withSession(context, async (session) => {
    const qdrant = await restorePlace(session);
    const { kept } = await lookAtKept({ ...session, qdrant });
    const { emit, global, terminal } = context;
    emit({ type: 'result', status: 'listed', restores: kept.map(keptData), exit_code: EXIT.ok });
    if (!global.json) terminal.out(keptText(kept, terminal.color.out));
    return EXIT.ok;
  });

/** `vdb restore undo [SET]`: what was there before serves again. */
export const undo: Handler = async (context) => {
  const what = 'Taking a restore back';
  assertAnswerable({ what, yes: context.global.yes, interactive: context.terminal.interactive });
  return withSession(context, async (session) => {
    const place = await restorePlace(session);
    const options = { ...session, qdrant: place };
    const before = await lookAtKept(options);
    const { restore, record } = chosenToUndo(before, context.args[0]);
    assertUndoable(restore, record);
    const plan = planUndo(record, before.qdrant);
    if (isNothingToUndo(plan)) throw nothingToUndo(restore, plan.stays);
    await confirm(context, { what, expected: restore, warning: undoText(restore, plan) });
    await underLock(
      context,
      session,
      async () => {
        const { qdrant: present } = await lookAtKept(options);
        await runUndo({ ...options, record, present }, planUndo(record, present));
      },
      () => ({ status: 'done', changed: plan.moves.length + plan.databases.length, failed: [] }),
    );
    const { emit, global, terminal } = context;
    emit({
      type: 'result',
      status: 'done',
      restore,
      ...plan,
      changed: plan.moves.length + plan.databases.length,
      exit_code: EXIT.ok,
    });
    if (!global.json)
      terminal.err(
        `Taken back: what was there before restore ${restore} serves again. vdb restore discard ${restore} removes what it had restored.`,
      );
    return EXIT.ok;
  });
};

/** The restore of that name; without one the newest that can be taken back. */
function chosenToUndo(
  { kept, qdrant }: Awaited<ReturnType<typeof lookAtKept>>,
  word: string | undefined,
): KeptRestore {
  if (word !== undefined) return findKept(kept, word);
  const newest = kept.find(
    ({ record }) =>
      record !== null && record.state !== 'undone' && !isNothingToUndo(planUndo(record, qdrant)),
  );
  return newest ?? findKept([], undefined);
}

function nothingToUndo(restore: string, stays: readonly string[]): VdbError {
  return new VdbError(`There is nothing to take back of restore ${restore}`, {
    code: 'restore.nothing-to-undo',
    exitCode: EXIT.failed,
    meaning: stays.join('; ') || 'What it had kept was discarded, or serves already.',
    next: 'vdb restore list',
  });
}

/** `vdb restore discard [SET]`: removes what a restore has kept, or left over. */
export const discard: Handler = async (context) => {
  const what = 'Discarding what a restore has kept';
  assertAnswerable({ what, yes: context.global.yes, interactive: context.terminal.interactive });
  return withSession(context, async (session) => {
    const options = { ...session, qdrant: await restorePlace(session) };
    const chosen = async (word: string | undefined): Promise<KeptRestore> =>
      findKept((await lookAtKept(options)).kept, word);
    const kept = await chosen(context.args[0]);
    const lines = keptLines(kept, context.terminal.color.err).join('\n');
    await confirm(context, { what, expected: kept.restore, warning: `Removed for good:\n${lines}` });
    const removed = await underLock(
      context,
      session,
      async () => {
        const now = await chosen(kept.restore);
        await discardKept(options, now);
        return now;
      },
      (now) => ({ status: 'done', changed: removedOf(now), failed: [] }),
    );
    const { emit, global, terminal } = context;
    emit({
      type: 'result',
      status: 'done',
      ...keptData(removed),
      changed: removedOf(removed),
      exit_code: EXIT.ok,
    });
    if (!global.json) terminal.err(`Discarded: what restore ${kept.restore} had kept.`);
    return EXIT.ok;
  });
};

function removedOf({ collections, databases, files }: KeptRestore): number {
  return collections.length + databases.length + files.length;
}

async function confirm(
  { global, terminal }: Context,
  question: { what: string; expected: string; warning: string },
): Promise<void> {
  const { interactive, alert: say } = terminal;
  if (global.yes) terminal.err(question.warning);
  await confirmTyped({ ...question, yes: global.yes, interactive, say, ask: promptLine });
}
