import { clock } from './clock.js';
import type { Connection } from './connection.js';
import { connectionsOf, type Load, sweep, type Watch, workload } from './load.js';
import { stamped } from './message.js';
import { count, emptyTally, type Tally } from './tally.js';

/** As many requests as there are connections are always under way. */
export interface ClosedLoop {
  connections: number;
  durationMs: number;
}

/** A server that refuses connections must not be asked a million times a second. */
const PAUSE_MS = 10;

/**
 * Each request is followed by the next as soon as it is answered. What it finds is how much a server can do; its latencies
 * leave out all who would have come while the server stood still.
 */
export async function runClosed(load: Load, loop: ClosedLoop, watch: Watch = {}): Promise<Tally> {
  const tally = emptyTally();
  const connections = connectionsOf(load, loop.connections);
  const leave = (): void => {
    for (const each of connections) each.close();
  };
  const sweeping = sweep(connections, tally, watch);
  watch.signal?.addEventListener('abort', leave, { once: true });
  const busy = workload();
  const begun = clock();
  const isOver = (): boolean => clock() >= begun + loop.durationMs || watch.signal?.aborted === true;
  let number = load.firstNumber;
  const next = (): number => number++;
  await Promise.all(connections.map((each) => keepBusy(each, load, { tally, next, isOver })));
  tally.elapsedMs = clock() - begun;
  tally.busy = busy();
  sweeping.stop();
  watch.signal?.removeEventListener('abort', leave);
  leave();
  return tally;
}

interface Round {
  tally: Tally;
  next(): number;
  isOver(): boolean;
}

/** Calls itself when an answer is there, as a promise for each request would cost more than the request. */
function keepBusy(connection: Connection, load: Load, { tally, next, isOver }: Round): Promise<void> {
  return new Promise((resolve) => {
    const follow = (): void => {
      if (isOver()) {
        resolve();
        return;
      }
      const number = next();
      const message = load.messages[number % load.messages.length]!;
      const bytes = stamped(message, number);
      const sent = clock();
      tally.sent += 1;
      connection.send(bytes, (outcome) => {
        count(tally, outcome, clock() - sent, message.operations);
        if ('failure' in outcome) setTimeout(follow, PAUSE_MS);
        else follow();
      });
    };
    follow();
  });
}
