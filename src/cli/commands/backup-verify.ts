import { findSet, LATEST } from '../../backup/sets/find.js';
import { lookAtSets } from '../../backup/sets/look.js';
import { type JudgedSet, judgeSets } from '../../backup/sets/state.js';
import { recordVerification, type VerifiedSet, verifySet } from '../../backup/sets/verify.js';
import { EXIT, type ExitCode, messageOf, VdbError } from '../../errors.js';
import { CommandError } from '../../host/host.js';
import { afterDamage, verifiedData, verifiedText } from '../../ui/backup/verified.js';
import { count } from '../../ui/style.js';
import { bytesProgress } from '../backup/bytes-progress.js';
import type { CommandContext, Handler } from '../context.js';
import { armInterrupt } from '../interrupt.js';
import { underLock } from '../locked.js';
import { type Session, withSession } from '../session.js';

interface VerifyOptions {
  all?: boolean;
}

type Context = CommandContext<VerifyOptions>;

/** What verifying the chosen sets brought. */
interface Round {
  verified: VerifiedSet[];
  /** Sets that could not be read at all, and why: they may have been removed meanwhile. */
  unseen: { id: string; why: string }[];
  interrupted: boolean;
}

/** `vdb backup verify [SET…]`: reads sets from end to end. Ends with 3 where something is wrong with one. */
export const verify: Handler<VerifyOptions> = (context) =>
  withSession(context, async (session) => {
    const { sets } = await lookAtSets(session.host, session.config.paths.backups);
    const round = await verifyAll(context, session, choose(judgeSets(sets, new Date()), context));
    const unrecorded = await record(context, session, round.verified);
    return conclude(context, session, round, unrecorded);
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

/** Reading changes nothing, so the first signal ends it at once; what was read until then counts. */
async function verifyAll(context: Context, session: Session, chosen: readonly JudgedSet[]): Promise<Round> {
  const interrupt = armInterrupt(context.terminal.err, context.terminal.alert);
  const round: Round = { verified: [], unseen: [], interrupted: false };
  try {
    for (const set of chosen) {
      const seen = await verifyOne(context, session, set, interrupt.signal).catch((error: unknown) => error);
      if (interrupt.signal.aborted) return { ...round, interrupted: true };
      if (!(seen instanceof Error)) round.verified.push(seen as VerifiedSet);
      else if (isUnseen(seen)) round.unseen.push({ id: set.id, why: seen.message });
      else throw seen;
    }
    return round;
  } finally {
    interrupt.disarm();
  }
}

function isUnseen(error: Error): boolean {
  return error instanceof VdbError && error.details.code === 'backup.verify-unseen';
}

async function verifyOne(
  context: Context,
  { host, config }: Session,
  set: JudgedSet,
  signal: AbortSignal,
): Promise<VerifiedSet> {
  const progress = await bytesProgress(context, `verify ${set.id}`);
  try {
    const verified = await verifySet(host, config.paths.backups, set, { signal, onProgress: progress.tell });
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
 * record, so what stands in the way of that is a remark. Gives it, or null.
 */
async function record(
  context: Context,
  session: Session,
  verified: readonly VerifiedSet[],
): Promise<string | null> {
  const { host, config } = session;
  const damaged = damagedOf(verified);
  const write = async (): Promise<void> => {
    for (const each of verified) await recordVerification(host, config.paths.backups, each);
  };
  if (verified.length === 0) return null;
  try {
    await underLock(context, session, write, () => ({
      status: damaged.length === 0 ? 'done' : 'failed',
      changed: verified.length,
      failed: damaged,
    }));
    return null;
  } catch (error) {
    const isLocked = error instanceof VdbError && error.exitCode === EXIT.locked;
    if (isLocked || error instanceof CommandError) return messageOf(error);
    throw error;
  }
}

function damagedOf(verified: readonly VerifiedSet[]): string[] {
  return verified.filter(({ ok }) => !ok).map(({ id }) => id);
}

function exitCodeOf({ verified, unseen, interrupted }: Round): ExitCode {
  if (damagedOf(verified).length > 0) return EXIT.notReady;
  if (interrupted) return EXIT.interrupted;
  return unseen.length > 0 ? EXIT.failed : EXIT.ok;
}

function conclude(
  { emit, global, terminal }: Context,
  { hostConfig, config }: Session,
  round: Round,
  unrecorded: string | null,
): ExitCode {
  const { verified, unseen } = round;
  const damaged = damagedOf(verified);
  const [first] = damaged;
  const next = first === undefined ? undefined : afterDamage(first, config.backup.repositories);
  const exitCode = exitCodeOf(round);
  emit({
    type: 'result',
    host: hostConfig.name,
    verified: verified.length,
    damaged,
    unseen,
    recorded: unrecorded === null,
    ...(next === undefined ? {} : { next }),
    exit_code: exitCode,
  });
  if (global.json) return exitCode;
  for (const { why } of unseen) terminal.alert(why);
  if (verified.length + unseen.length === 0 && exitCode === EXIT.ok)
    terminal.err(`There is no backup set on ${hostConfig.name}.`);
  if (unrecorded !== null) terminal.err(`The result was not recorded beside the set: ${unrecorded}`);
  if (next !== undefined)
    terminal.alert(`${count(damaged.length, 'set')} of ${verified.length} damaged. Next: ${next}`);
  return exitCode;
}
