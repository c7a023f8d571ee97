import { isDeepStrictEqual } from 'node:util';
import { journaled, type OperationOutcome } from '../engine/operation.js';
import { EXIT, messageOf, VdbError } from '../errors.js';
import { type Lock, takeLock } from '../host/lock.js';
import { known } from '../host/probe.js';
import { quote } from '../host/shell.js';
import { readState, stateFile } from '../services/host-state.js';
import { version } from '../version.js';
import type { CommandContext } from './context.js';
import { armInterrupt } from './interrupt.js';
import { type Connection, operator, type Session } from './session.js';

/**
 * Takes the host's lock for a command and opens the gate; should the lock be lost, the gate closes with the reason.
 * Throws `host.locked` or `host.busy`, exit code 5, and `state.changed` where another run has switched slots since the
 * session was opened.
 */
export async function takeSessionLock(
  context: CommandContext<unknown>,
  session: Connection & Partial<Pick<Session, 'state'>>,
): Promise<Lock> {
  const { host, config, state } = session;
  const what = commandLine(context, session);
  const holder = { who: operator(), what, since: new Date().toISOString() };
  const lock = await takeLock(host, holder, stateFile(config));
  if (state !== undefined && !isDeepStrictEqual(readState(known(lock.watched)), state)) {
    await lock.release();
    throw stateChanged(host.target);
  }
  lock.lost.then(() => host.gate.close(lockLost(host.target)));
  return lock;
}

/**
 * Runs an operation that is no convergence (a backup, a restore): signals armed, under the lock, in the journal. The
 * first signal aborts `stop`, and the running step finishes; the second ends the process at once.
 */
export async function underLock<T>(
  context: CommandContext<unknown>,
  session: Session,
  work: (stop: AbortSignal) => Promise<T>,
  outcomeOf: (result: T) => OperationOutcome,
): Promise<T> {
  const interrupt = armInterrupt(context.terminal.err, context.terminal.alert);
  try {
    const lock = await takeSessionLock(context, session);
    const { host, config } = session;
    const identity = { who: operator(), command: commandLine(context, session), vdb: version() };
    try {
      const options = {
        ...{ host, identity, stateDirectory: config.paths.state },
        onUnrecorded: (error: unknown) =>
          context.terminal.err(`The journal of ${host.target} does not tell of it: ${messageOf(error)}`),
      };
      return await journaled(options, () => work(interrupt.signal), outcomeOf);
    } finally {
      await lock.release();
    }
  } finally {
    interrupt.disarm();
  }
}

/** What was typed, without secrets: for the lock, the journal and remedies. */
export function commandLine({ argv }: CommandContext<unknown>, { gate }: Connection): string {
  return gate.redactor.mask(['vdb', ...argv].map(quote).join(' '));
}

function stateChanged(target: string): VdbError {
  return new VdbError(`What serves on ${target} has changed since this command looked at it`, {
    code: 'state.changed',
    exitCode: EXIT.notReady,
    host: target,
    meaning: 'Another run wrote a new state before this one had the lock. Nothing was changed.',
    next: 'Run the same command again.',
  });
}

function lockLost(target: string): VdbError {
  return new VdbError(`The lock of ${target} was lost`, {
    code: 'host.lock-lost',
    exitCode: EXIT.unreachable,
    host: target,
    meaning: 'The connection stood still for a minute, or the process that holds the lock was ended.',
    next: 'Run the same command again: it looks at the host first and continues from what is there.',
  });
}
