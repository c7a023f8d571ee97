import { findSet } from '../../backup/sets/find.js';
import { lookAtSets } from '../../backup/sets/look.js';
import { pinSet, unpinSet } from '../../backup/sets/pin.js';
import { type JudgedSet, judgeSets } from '../../backup/sets/state.js';
import { EXIT, type ExitCode, VdbError } from '../../errors.js';
import type { CommandContext, Handler } from '../context.js';
import { underLock } from '../locked.js';
import { operator, type Session, withSession } from '../session.js';

interface PinFlags {
  reason?: string;
}

/** `vdb backup pin SET --reason TEXT`: keeps a set whatever its age. */
export const pin: Handler<PinFlags> = (context) => {
  const reason = (context.options.reason ?? '').trim();
  if (reason === '') throw needsReason(context.args[0] ?? 'SET');
  return onSet(context, async ({ host, config }, { id }) => {
    const by = operator();
    await pinSet(host, config.paths.backups, id, { reason, by, at: new Date().toISOString() });
    return { changed: 1, said: `${id} is pinned: ${reason}` };
  });
};

/** `vdb backup unpin SET`: leaves a set to retention again. */
export const unpin: Handler<PinFlags> = (context) =>
  onSet(context, async ({ host, config }, { id, pin: pinned }) => {
    if (pinned === null) return { changed: 0, said: `${id} is not pinned.` };
    await unpinSet(host, config.paths.backups, id);
    return { changed: 1, said: `${id} is pinned no more; it was for: ${pinned.reason}` };
  });

interface Done {
  changed: number;
  said: string;
}

/** The set is looked for under the lock, so that it is there when it is worked on. */
async function onSet(
  context: CommandContext<PinFlags>,
  work: (session: Session, set: JudgedSet) => Promise<Done>,
): Promise<ExitCode> {
  return withSession(context, async (session) => {
    const { changed, said, id } = await underLock(
      context,
      session,
      async () => {
        const { sets } = await lookAtSets(session.host, session.config.paths.backups);
        const set = findSet(judgeSets(sets, new Date()), context.args[0] as string);
        if (set.state === 'unfinished') throw noSet(set.id);
        return { id: set.id, ...(await work(session, set)) };
      },
      (done) => ({ status: 'done', changed: done.changed, failed: [] }),
    );
    context.emit({ type: 'result', id, changed, exit_code: EXIT.ok });
    if (!context.global.json) context.terminal.err(said);
    return EXIT.ok;
  });
}

function needsReason(set: string): VdbError {
  return new VdbError('A pin needs a reason: whoever wants the space one day has to know why', {
    code: 'usage',
    exitCode: EXIT.usage,
    next: `vdb backup pin ${set} --reason 'before the migration of users'`,
  });
}

function noSet(id: string): VdbError {
  return new VdbError(`${id} is no backup set: it has no manifest`, {
    code: 'backup.no-set',
    exitCode: EXIT.usage,
    meaning: 'It was never finished, or it is being taken or copied now.',
    next: 'vdb backup list',
  });
}
