import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT, VdbError } from '../errors.js';
import { BUSY_FILE, type Host } from './host.js';
import { type Script, sh } from './shell.js';
import type { Session } from './transport.js';

/** Who holds a host's lock, and for what. */
export interface Holder {
  /** `user@machine` of the operator. */
  who: string;
  /** The command, without secrets. */
  what: string;
  /** ISO 8601, by the operator's clock. For people: nothing is decided by it. */
  since: string;
}

/** The right to change a host, held until it is released or its connection ends. */
export interface Lock {
  /** What the watched file held when the lock was taken; null: there was none, or none is watched. */
  readonly watched: string | null;
  /** Closes the gate and lets the next one in. */
  release(): Promise<void>;
  /** Resolves when the lock was lost without being released; the gate is closed by then. */
  readonly lost: Promise<void>;
}

const DIRECTORY = '/run/vdb';
export const LOCK_FILE = `${DIRECTORY}/lock`;
const HOLDER_FILE = `${DIRECTORY}/lock.json`;
const HEARTBEAT_MS = 15_000;
const RELEASE_PATIENCE_MS = 5_000;

/**
 * Takes the host's lock and opens its gate. The kernel holds the lock for a process on the host that lives as
 * long as the channel to it, so no clock and no file decides whether it is stale. `watch` is a small file that other
 * runs may change: once the lock is held, it is read in the same command. Throws `host.locked` or `host.busy`, both with
 * exit code 5.
 */
export async function takeLock(host: Host, holder: Holder, watch?: string): Promise<Lock> {
  const session = await host.open(lockScript(host.gate.redactor.mask(JSON.stringify(holder)), watch));
  const answer = await session.readLine();
  const content = /^LOCKED (-|[A-Za-z0-9+/=]*)$/.exec(answer ?? '')?.[1];
  if (content !== undefined)
    return held(host, session, content === '-' ? null : Buffer.from(content, 'base64').toString('utf8'));
  const detail = answer === null ? null : await session.readLine();
  await session.end();
  if (answer === 'HELD') throw locked(host, parseHolder(detail));
  if (answer === 'BUSY') throw busy(host);
  throw notTaken(host, answer);
}

/** Who holds the host's lock, or null when nobody does. Throws `host.lock-unknown` when that could not be seen. */
export async function lockStatus(host: Host): Promise<Holder | null> {
  const { stdout, stderr, exitCode } = await host.read(STATUS, { timeoutMs: 15_000 });
  const [answer, detail] = stdout.split('\n');
  if (exitCode === 0 && answer === 'HELD') return parseHolder(detail ?? null);
  if (exitCode === 0 && answer === 'FREE') return null;
  throw notSeen(host, stderr.trim() || `exit code ${exitCode}`);
}

/**
 * Waits a second for the lock, because `lockStatus` holds it for a moment; waits five for commands of an
 * earlier run that was killed. Reading with a limit ends it within a minute when the network has gone
 * silently.
 */
function lockScript(holder: string, watch = ''): Script {
  return sh`
    exec 2>&1
    umask 022
    mkdir -p ${DIRECTORY} && chmod 0755 ${DIRECTORY} && exec 9<>${LOCK_FILE} || exit 1
    if ! flock -w 1 9; then
    echo HELD
    cat ${HOLDER_FILE} 2>/dev/null
    exit
    fi
    trap 'rm -f ${HOLDER_FILE}' EXIT
    trap 'exit 1' HUP INT TERM
    printf '%s\n' ${holder} > ${HOLDER_FILE}.new && mv -f ${HOLDER_FILE}.new ${HOLDER_FILE} || exit 1
    exec 8<>${BUSY_FILE} || exit 1
    flock -w 5 8 || { echo BUSY; exit; }
    exec 8>&-
    watched=-
    [ ! -e ${watch} ] || watched=$(base64 -w 0 -- ${watch} 2>/dev/null)
    printf 'LOCKED %s\n' "$watched"
    while read -r -t 60 _; do :; done`;
}

const STATUS = sh`
  [ -e ${LOCK_FILE} ] || { echo FREE; exit; }
  exec 9<${LOCK_FILE} || exit 1
  flock -n -s 9
  case $? in
  0) echo FREE ;;
  1) echo HELD; cat ${HOLDER_FILE} 2>/dev/null; exit 0 ;;
  *) exit 1 ;;
  esac`;

function held(host: Host, session: Session, watched: string | null): Lock {
  const heartbeat = setInterval(() => session.write('\n'), HEARTBEAT_MS).unref();
  let released = false;
  const stop = (): void => {
    clearInterval(heartbeat);
    host.gate.close();
  };
  const lost = new Promise<void>((resolve) => {
    session.closed.then(() => {
      if (released) return;
      stop();
      resolve();
    });
  });
  host.gate.open();
  return {
    lost,
    watched,
    async release() {
      released = true;
      stop();
      await Promise.race([session.end(), sleep(RELEASE_PATIENCE_MS, undefined, { ref: false })]);
    },
  };
}

function parseHolder(line: string | null): Holder {
  const unknown = { who: 'somebody', what: 'something', since: 'an unknown time' };
  try {
    return { ...unknown, ...(JSON.parse(line ?? '') as Partial<Holder>) };
  } catch {
    return unknown;
  }
}

function locked(host: Host, { who, what, since }: Holder): VdbError {
  return new VdbError(`${host.target} is locked by ${who} since ${since}: ${what}`, {
    code: 'host.locked',
    exitCode: EXIT.locked,
    host: host.target,
    meaning: 'Another run is changing this host. The lock goes when that run ends, however it ends.',
    next: 'Wait for it, or ask them. `vdb lock status` shows whether it is still held.',
  });
}

function busy(host: Host): VdbError {
  return new VdbError(`A command of an earlier run is still at work on ${host.target}`, {
    code: 'host.busy',
    exitCode: EXIT.locked,
    host: host.target,
    meaning: 'That run was killed or lost its connection, but what it had started goes on on the host.',
    next: `Wait until it has finished and try again. On the host, this shows it: fuser -v ${BUSY_FILE}`,
  });
}

function notSeen(host: Host, said: string): VdbError {
  return new VdbError(`Whether ${host.target} is locked could not be seen: ${said}`, {
    code: 'host.lock-unknown',
    exitCode: EXIT.failed,
    host: host.target,
    meaning: `The lock is a file in ${DIRECTORY}, held by flock of util-linux.`,
  });
}

function notTaken(host: Host, answer: string | null): VdbError {
  return new VdbError(`The lock of ${host.target} could not be taken: ${answer ?? 'no answer'}`, {
    code: 'host.lock-failed',
    exitCode: EXIT.failed,
    host: host.target,
    meaning: `Nothing was changed. The lock is a file in ${DIRECTORY}, held by flock of util-linux.`,
  });
}
