import { findSet, LATEST } from '../../backup/sets/find.js';
import { lookAtSets } from '../../backup/sets/look.js';
import { type JudgedSet, judgeSets } from '../../backup/sets/state.js';
import { recordVerification, type VerifiedSet, verifySet } from '../../backup/sets/verify.js';
import { EXIT, type ExitCode, VdbError } from '../../errors.js';
import { verifiedData, verifiedText } from '../../ui/backup/verified.js';
import { count } from '../../ui/style.js';
import { bytesProgress } from '../backup/bytes-progress.js';
import type { CommandContext, Handler } from '../context.js';
import { underLock } from '../locked.js';
import { type Session, withSession } from '../session.js';

interface VerifyOptions {
  all?: boolean;
}

type Context = CommandContext<VerifyOptions>;

/** `vdb backup verify [SET…]`: reads sets from end to end. Ends with 3 where something is wrong with one. */
export const verify: Handler<VerifyOptions> = (context) =>
  withSession(context, async (session) => {
    const { sets } = await lookAtSets(session.host, session.config.paths.backups);
    const chosen = choose(judgeSets(sets, new Date()), context);
    const verified: VerifiedSet[] = [];
    for (const set of chosen) verified.push(await verifyOne(context, session, set));
    const unrecorded = await record(context, session, verified);
    return conclude(context, session, verified, unrecorded);
  });

/** A directory without a manifest is no set, so nothing can be said of it. */
function choose(sets: readonly JudgedSet[], { args, options }: Context): JudgedSet[] {
  if (options.all && args.length > 0) throw usage('backup verify takes sets or --all, not both');
  if (options.all) return sets.filter(({ state }) => state !== 'unfinished');
  const words = args.length === 0 ? [LATEST] : args;
  const chosen = [...new Set(words.map((word) => findSet(sets, word)))];
  const unfinished = chosen.find(({ state }) => state === 'unfinished');
  if (unfinished === undefined) return chosen;
  throw usage(`${unfinished.id} is no backup set: it has no manifest, so nobody knows what belongs to it`);
}

function usage(message: string): VdbError {
  return new VdbError(message, { code: 'usage', exitCode: EXIT.usage, next: 'vdb backup list' });
}

async function verifyOne(context: Context, { host, config }: Session, set: JudgedSet): Promise<VerifiedSet> {
  const progress = await bytesProgress(context, `verify ${set.id}`);
  try {
    const verified = await verifySet(host, config.paths.backups, set, {
      onProgress: (done, total) => progress.tell(done, total),
    });
    progress.close();
    context.emit({ type: 'backup.verified', ...verifiedData(verified) });
    if (!context.global.json) context.terminal.out(verifiedText(verified, context.terminal.color.out));
    return verified;
  } finally {
    progress.close();
  }
}

/**
 * The lock is taken only now: reading for hours must not keep a backup from running. What was seen holds without its
 * record, so a lock that another run has is a remark. Gives why nothing was recorded.
 */
async function record(
  context: Context,
  session: Session,
  verified: readonly VerifiedSet[],
): Promise<string | null> {
  const { host, config } = session;
  const write = async (): Promise<number> => {
    for (const each of verified) await recordVerification(host, config.paths.backups, each);
    return verified.length;
  };
  const failed = verified.filter(({ ok }) => !ok).map(({ id }) => id);
  const outcome = (changed: number) => ({
    status: failed.length === 0 ? ('done' as const) : ('failed' as const),
    changed,
    failed,
  });
  if (verified.length === 0) return null;
  try {
    await underLock(context, session, write, outcome);
    return null;
  } catch (error) {
    if (error instanceof VdbError && error.exitCode === EXIT.locked) return error.message;
    throw error;
  }
}

function conclude(
  { emit, global, terminal }: Context,
  { hostConfig }: Session,
  verified: readonly VerifiedSet[],
  unrecorded: string | null,
): ExitCode {
  const damaged = verified.filter(({ ok }) => !ok).map(({ id }) => id);
  const exitCode = damaged.length === 0 ? EXIT.ok : EXIT.notReady;
  emit({
    type: 'result',
    host: hostConfig.name,
    verified: verified.length,
    damaged,
    recorded: unrecorded === null,
    exit_code: exitCode,
  });
  if (global.json) return exitCode;
  if (verified.length === 0) terminal.err(`There is no backup set on ${hostConfig.name}.`);
  if (unrecorded !== null) terminal.err(`The result was not recorded beside the set: ${unrecorded}`);
  if (damaged.length > 0) terminal.alert(`${count(damaged.length, 'set')} of ${verified.length} damaged.`);
  return exitCode;
}
