import { EXIT, messageOf, VdbError } from '../errors.js';
import {
  currentPhase,
  type DeployRecord,
  hasBegun,
  hasRetired,
  hasSwitched,
  type PhaseName,
  withPhase,
} from './record.js';

/** One phase of a deploy. */
export interface Phase {
  name: PhaseName;
  title: string;
  /**
   * Brings about what the phase is for. It looks first, so that one that was cut short is run again from its beginning.
   * Throws where it cannot be had; {@link Stopped} where a person asked to stop.
   */
  run(record: DeployRecord, stop: AbortSignal): Promise<PhaseEnd>;
}

/** What came of a phase. */
export interface PhaseEnd {
  /** What it found or did, in a line. */
  note: string;
  /** Numbers that later phases, or the report, go by. */
  numbers?: Record<string, number>;
  /** The backup set of the state before the deploy. */
  set?: string;
}

/** A service that is brought from one slot to the other. */
export interface Rollout {
  phases: readonly Phase[];
  /** Sends users back to the slot that they came from, if they were sent away, and removes what was made in the other. Idempotent. */
  withdraw(record: DeployRecord): Promise<void>;
  /** Whether the new slot has by now what the old one has not, so that going back is for a person to decide. */
  hasMovedOn?(record: DeployRecord): Promise<boolean>;
}

/** What happens while a deploy is driven, for whoever shows it. */
export type DeployEvent =
  | { type: 'phase.started'; phase: PhaseName; title: string }
  | { type: 'phase.finished'; phase: PhaseName; note: string; duration_ms: number }
  | { type: 'phase.failed'; phase: PhaseName; message: string; duration_ms: number }
  | { type: 'withdraw.started'; switched: boolean }
  | { type: 'withdraw.finished' };

/** How a deploy is driven. */
export interface DriveOptions {
  /** Writes the record on the host. */
  save(record: DeployRecord): Promise<void>;
  /** A person asked to stop: the running phase ends, and no other begins. */
  stop: AbortSignal;
  onEvent(event: DeployEvent): void;
}

/** A phase ends before its time, as it was asked to. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** What came of a deploy. */
export interface Driven {
  record: DeployRecord;
  /** Why it failed, where it did. */
  error?: VdbError;
  /** A person asked to stop. */
  interrupted: boolean;
}

/**
 * Runs the phases that are not done, each with the record written before and after it. A phase that fails before the old
 * slot is retired has users sent back and the new slot removed, unless that would lose what was written: then the deploy
 * waits for a person. A lost connection throws, and leaves the record as it was
 * written last: nobody knows better. Where it was cut short while it was taken back, the rest is taken back.
 */
export async function drive(begun: DeployRecord, rollout: Rollout, options: DriveOptions): Promise<Driven> {
  if (begun.withdrawing !== undefined) return takenBack(begun, rollout, options);
  let record: DeployRecord = { ...begun, state: 'running' };
  const save = async (next: DeployRecord): Promise<void> => {
    record = next;
    await options.save(next);
  };
  for (;;) {
    const name = currentPhase(record)?.name;
    const phase = rollout.phases.find((each) => each.name === name);
    if (phase === undefined) break;
    if (options.stop.aborted) return { record: await paused(record, save), interrupted: true };
    const since = performance.now();
    await save(withPhase(record, phase.name, { status: 'running', started: now() }));
    options.onEvent({ type: 'phase.started', phase: phase.name, title: phase.title });
    try {
      const end = await phase.run(record, options.stop);
      await save(withPhase(record, phase.name, { status: 'done', ended: now(), ...end }));
      options.onEvent({
        ...{ type: 'phase.finished', phase: phase.name, note: end.note, duration_ms: sinceMs(since) },
      });
    } catch (error) {
      if (error instanceof Stopped) return { record: await paused(record, save), interrupted: true };
      if (isLost(error)) throw cutShort(error);
      return failed(phase.name, error, since);
    }
    if (record.pause_after === phase.name && currentPhase(record) !== undefined)
      return { record: await paused(record, save), interrupted: false };
  }
  const { failure: _mended, ...whole } = record;
  await save({ ...whole, state: 'done', ended: now() });
  return { record, interrupted: false };

  async function failed(phase: PhaseName, cause: unknown, since: number): Promise<Driven> {
    const error = asFailure(cause, phase);
    options.onEvent({
      ...{ type: 'phase.failed', phase, message: error.message, duration_ms: sinceMs(since) },
    });
    const failure = { phase, code: error.details.code ?? 'unexpected', message: error.message };
    await save({ ...withPhase(record, phase, { status: 'failed', ended: now() }), failure });
    if (hasRetired(record) || (await rollout.hasMovedOn?.(record)))
      return { record: await paused(record, save), error, interrupted: false };
    record = await withdrawn(record, 'failed', rollout, options);
    return { record, error, interrupted: false };
  }
}

/** The rest of a deploy whose withdrawal was cut short. */
async function takenBack(begun: DeployRecord, rollout: Rollout, options: DriveOptions): Promise<Driven> {
  const { withdrawing = 'failed', failure } = begun;
  const record = await withdrawn(begun, withdrawing, rollout, options);
  if (withdrawing === 'aborted' || failure === undefined) return { record, interrupted: false };
  const error = new VdbError(failure.message, { code: failure.code, exitCode: EXIT.failed });
  return { record, error, interrupted: false };
}

/**
 * Ends a deploy because a person said so: users are where they came from, and the new slot is gone. Throws
 * `deploy.retired` where the old slot may be gone already.
 */
export async function abort(
  record: DeployRecord,
  rollout: Pick<Rollout, 'withdraw'>,
  options: Omit<DriveOptions, 'stop'>,
): Promise<DeployRecord> {
  if (hasRetired(record)) {
    throw new VdbError(`Deploy ${record.id} cannot be aborted: slot ${record.from.slot} is being retired`, {
      code: 'deploy.retired',
      exitCode: EXIT.failed,
      meaning: `Slot ${record.to.slot} serves, and what served before may have been stopped.`,
      next: 'vdb deploy continue, and then, to go back: vdb rollback',
    });
  }
  return withdrawn(record, 'aborted', rollout, options);
}

/**
 * Takes a deploy back, with the record written before and after that. Where nothing was made there is nothing to take back,
 * and what keeps a deploy from its beginning may forbid that too.
 */
async function withdrawn(
  of: DeployRecord,
  as: NonNullable<DeployRecord['withdrawing']>,
  rollout: Pick<Rollout, 'withdraw'>,
  { save, onEvent }: Pick<DriveOptions, 'save' | 'onEvent'>,
): Promise<DeployRecord> {
  if (hasBegun(of)) {
    const record: DeployRecord = { ...of, state: 'running', withdrawing: as };
    await save(record);
    onEvent({ type: 'withdraw.started', switched: hasSwitched(record) });
    try {
      await rollout.withdraw(record);
    } catch (error) {
      throw isLost(error) ? cutShort(error) : notWithdrawn(record, error);
    }
    onEvent({ type: 'withdraw.finished' });
  }
  const { withdrawing: _over, ...whole } = of;
  const failed = hasSwitched(of) ? 'returned' : 'failed';
  const ended: DeployRecord = { ...whole, state: as === 'aborted' ? 'aborted' : failed, ended: now() };
  await save(ended);
  return ended;
}

/** A phase that was running stays so in the record: it may have done what it is for, and is run again. */
async function paused(
  record: DeployRecord,
  save: (record: DeployRecord) => Promise<void>,
): Promise<DeployRecord> {
  const waiting: DeployRecord = { ...record, state: 'paused' };
  await save(waiting);
  return waiting;
}

/** The host cannot be told anything, so what it was told last stands. */
function isLost(error: unknown): boolean {
  return error instanceof VdbError && error.exitCode === EXIT.unreachable;
}

function cutShort(error: unknown): VdbError {
  const details = error instanceof VdbError ? error.details : {};
  return new VdbError(messageOf(error), {
    ...{ code: 'deploy.cut-short', exitCode: EXIT.unreachable },
    ...details,
    meaning: 'The deploy was cut short; the host has a record of how far it came.',
    next: 'vdb deploy status, then vdb deploy continue or vdb deploy abort',
    cause: error,
  });
}

function notWithdrawn(record: DeployRecord, error: unknown): VdbError {
  const details = error instanceof VdbError ? error.details : {};
  return new VdbError(`Slot ${record.to.slot} could not be withdrawn: ${messageOf(error)}`, {
    ...details,
    ...{ code: 'deploy.not-withdrawn', exitCode: EXIT.failed },
    ...(record.failure === undefined
      ? {}
      : { meaning: `It was to go because ${record.failure.phase} failed: ${record.failure.message}` }),
    next: 'vdb deploy status, and once the cause is gone: vdb deploy abort',
    cause: error,
  });
}

function asFailure(error: unknown, phase: PhaseName): VdbError {
  if (error instanceof VdbError) return error;
  return new VdbError(messageOf(error), { code: `deploy.${phase}`, exitCode: EXIT.failed, cause: error });
}

function now(): string {
  return new Date().toISOString();
}

function sinceMs(since: number): number {
  return Math.round(performance.now() - since);
}
