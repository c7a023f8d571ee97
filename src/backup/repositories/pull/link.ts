import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT, messageOf, VdbError } from '../../../errors.js';
import type { Host } from '../../../host/host.js';
import { isTransient } from '../../../host/ssh/failures.js';
import { ConnectionLostError } from '../../../host/transport.js';

/** A connection that was cut, and when the next one is tried. */
export interface Cut {
  why: string;
  delayMs: number;
}

/** A host that is only looked at, through a connection that is made again when it is cut. */
export interface Link {
  /** Does `work`, and does it again after each cut: it must continue from what is there. Throws `backup.cut-off`. */
  attempt<T>(work: (host: Host) => Promise<T>): Promise<T>;
  /** To be told whenever something has come: patience counts from then. */
  progressed(): void;
  /** Closes what it has opened itself. */
  close(): Promise<void>;
}

export interface LinkOptions {
  /** The connection to begin with; it is never closed here. */
  host: Host;
  /** Connects anew. */
  reopen(): Promise<Host>;
  onCut?: (cut: Cut) => void;
  /** How long nothing may come before it is given up. Default five minutes. */
  patienceMs?: number;
  /** The first pause; they double up to half a minute. Default one second. */
  pauseMs?: number;
}

const PATIENCE_MS = 5 * 60_000;
const LONGEST_PAUSE_MS = 30_000;

export function linkTo({
  host: first,
  reopen,
  onCut,
  patienceMs = PATIENCE_MS,
  pauseMs = 1000,
}: LinkOptions): Link {
  let host: Host | undefined = first;
  let cuts = 0;
  let since = performance.now();
  const drop = async (): Promise<void> => {
    const dropped = host;
    host = undefined;
    if (dropped !== first) await dropped?.close();
  };
  return {
    async attempt(work) {
      since = performance.now();
      for (;;) {
        try {
          host ??= await reopen();
          return await work(host);
        } catch (error) {
          if (!isCut(error)) throw error;
          await drop();
          const delayMs = Math.min(pauseMs * 2 ** cuts++, LONGEST_PAUSE_MS) * (0.75 + Math.random() / 2);
          if (performance.now() - since + delayMs > patienceMs) throw gaveUp(error, patienceMs);
          onCut?.({ why: messageOf(error), delayMs: Math.round(delayMs) });
          await sleep(delayMs);
        }
      }
    },
    progressed() {
      since = performance.now();
      cuts = 0;
    },
    close: drop,
  };
}

/** What passes by itself: nobody answers, or the line went dead. A refused key does not. */
function isCut(error: unknown): boolean {
  return error instanceof ConnectionLostError || isTransient(error);
}

function gaveUp(cause: unknown, patienceMs: number): VdbError {
  const { host } = (cause as VdbError).details;
  return new VdbError(
    `The connection was cut, and for ${Math.round(patienceMs / 1000)} s nothing has come: ${messageOf(cause)}`,
    {
      code: 'backup.cut-off',
      exitCode: EXIT.unreachable,
      ...(host === undefined ? {} : { host }),
      meaning: 'What has come so far is kept, and is no set yet.',
      next: 'Run the same command again once the host answers: it fetches only what is missing.',
      cause,
    },
  );
}
