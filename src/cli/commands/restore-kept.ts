import { isDeepStrictEqual } from 'node:util';
import { assertDiscardable, discardKept } from '../../backup/restore/discard.js';
import {
  assertSeen,
  findKept,
  type KeptLook,
  type KeptRestore,
  lookAtKept,
} from '../../backup/restore/kept.js';
import type { RestoreRecord } from '../../backup/restore/record.js';
import {
  assertUndoable,
  isNothingToUndo,
  planUndo,
  runUndo,
  type UndoPlan,
} from '../../backup/restore/undo.js';
import { EXIT, VdbError } from '../../errors.js';
import { discardedText, keptData, keptLines, keptText, undoText } from '../../ui/backup/restore-kept.js';
import { confirmTyped } from '../../ui/confirm.js';
import type { CommandContext, Handler } from '../context.js';
import { underLock } from '../locked.js';
import { promptLine } from '../prompt.js';
import { restorePlace } from '../restore/place.js';
import { withSession } from '../session.js';

type Context = CommandContext<unknown>;

/** `vdb restore list`: what restores have kept. */
export const list: Handler = (context) =>
  withSession(context, async (session) => {
    const qdrant = restorePlace(session);
    const { kept } = await lookAtKept({ ...session, qdrant });
    const { emit, global, terminal } = context;
    emit({ type: 'result', status: 'listed', restores: kept.map(keptData), exit_code: EXIT.ok });
    if (!global.json) terminal.out(keptText(kept, terminal.color.out));
    return EXIT.ok;
  });

/** `vdb restore undo [SET]`: what was there before serves again. */
export const undo: Handler = (context) =>
  withSession(context, async (session) => {
    const options = { ...session, qdrant: restorePlace(session) };
    const look = await lookAtKept(options);
    const { restore } = chosenToUndo(look, context.args[0]);
    const { plan } = undoing(look, restore);
    await confirm(context, {
      what: 'Taking a restore back',
      expected: restore,
      warning: undoText(restore, plan),
    });
    await underLock(
      context,
      session,
      async () => {
        const now = await lookAtKept(options);
        const fresh = undoing(now, restore);
        assertSame(plan, fresh.plan, session.host.target);
        await runUndo({ ...options, record: fresh.record, present: now.qdrant }, fresh.plan);
      },
      () => ({ status: 'done', changed: changedBy(plan), failed: [] }),
    );
    const { emit, global, terminal } = context;
    emit({
      ...{ type: 'result', status: 'done', restore, ...plan },
      ...{ changed: changedBy(plan), exit_code: EXIT.ok },
    });
    if (!global.json)
      terminal.err(
        `Taken back: what was there before restore ${restore} serves again. vdb restore discard ${restore} removes what it had restored.`,
      );
    return EXIT.ok;
  });

/** The restore of that name; without one the newest that can be taken back. */
function chosenToUndo(
  { records, qdrant, databases }: KeptLook,
  word: string | undefined,
): Pick<RestoreRecord, 'restore'> {
  if (word !== undefined) return findKept(records, word);
  const standing = records.filter(({ state, discarded }) => state !== 'undone' && discarded === undefined);
  const newest = standing.find((record) => {
    assertSeen(record, databases);
    return !isNothingToUndo(planUndo(record, qdrant, databases.names ?? []));
  });
  if (newest !== undefined) return newest;
  const isUndone = records.some(({ state, discarded }) => state === 'undone' && discarded === undefined);
  throw new VdbError(
    isUndone ? 'Every restore was taken back already' : 'There is no restore that could be taken back',
    {
      code: isUndone ? 'restore.undone' : 'restore.none-kept',
      exitCode: EXIT.usage,
      meaning: isUndone
        ? 'What was there before the first of them serves.'
        : 'None was made, or what it had kept was discarded.',
      next: 'vdb restore list',
    },
  );
}

/** What taking that restore back does. Throws where it cannot be taken back, or there is nothing to. */
function undoing(
  { records, qdrant, databases }: KeptLook,
  restore: string,
): { record: RestoreRecord; plan: UndoPlan } {
  const record = findKept(records, restore);
  assertUndoable(record, records);
  assertSeen(record, databases);
  const plan = planUndo(record, qdrant, databases.names ?? []);
  if (!isNothingToUndo(plan)) return { record, plan };
  throw new VdbError(`There is nothing to take back of restore ${restore}`, {
    code: 'restore.nothing-to-undo',
    exitCode: EXIT.failed,
    meaning: plan.stays.join('; ') || 'What it had kept was discarded, or serves already.',
    next: 'vdb restore list',
  });
}

function changedBy({ moves, databases }: UndoPlan): number {
  return moves.length + databases.length;
}

/** `vdb restore discard [SET]`: removes what a restore has kept, or left over. */
export const discard: Handler = (context) =>
  withSession(context, async (session) => {
    const options = { ...session, qdrant: restorePlace(session) };
    const kept = discarding(await lookAtKept(options), context.args[0]);
    const { restore } = kept;
    const lines = keptLines(kept, context.terminal.color.err).join('\n');
    await confirm(context, {
      what: 'Discarding what a restore has kept',
      expected: restore,
      warning: `Removed for good:\n${lines}`,
    });
    await underLock(
      context,
      session,
      async () => {
        const now = await lookAtKept(options);
        const fresh = discarding(now, restore);
        assertSame(removedBy(kept), removedBy(fresh), session.host.target);
        await discardKept(options, fresh, now);
      },
      () => ({ status: 'done', changed: removedBy(kept).length, failed: [] }),
    );
    const { emit, global, terminal } = context;
    emit({
      ...{ type: 'result', status: 'done', ...keptData(kept) },
      ...{ changed: removedBy(kept).length, exit_code: EXIT.ok },
    });
    if (!global.json) terminal.err(discardedText(kept));
    return EXIT.ok;
  });

function discarding(look: KeptLook, word: string | undefined): KeptRestore {
  const found = findKept(look.kept, word);
  assertSeen(found.record, look.databases);
  assertDiscardable(found, look.qdrant);
  return found;
}

function removedBy({ collections, databases, files }: KeptRestore): string[] {
  return [...collections.map(({ collection }) => collection), ...databases, ...files];
}

/** What was confirmed is what is done. Throws `plan.stale`. */
function assertSame(confirmed: unknown, fresh: unknown, host: string): void {
  if (isDeepStrictEqual(confirmed, fresh)) return;
  throw new VdbError(`${host} has changed since you were asked, so nothing was done`, {
    code: 'plan.stale',
    exitCode: EXIT.notReady,
    host,
    next: 'Run the same command again.',
  });
}

async function confirm(
  { global, terminal }: Context,
  question: { what: string; expected: string; warning: string },
): Promise<void> {
  const { interactive, alert: say } = terminal;
  if (global.yes) terminal.err(question.warning);
  await confirmTyped({ ...question, yes: global.yes, interactive, say, ask: promptLine });
}
