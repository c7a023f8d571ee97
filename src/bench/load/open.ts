import { dueAt, endsAt, numberOf, ownCount, type Schedule } from '../stats/schedule.js';
import { clock } from './clock.js';
import type { Connection } from './connection.js';
import { connectionsOf, type Load, sweep, type Watch, workload } from './load.js';
import { stamped } from './message.js';
import { startMetronome } from './metronome.js';
import { count, emptyTally, type Tally } from './tally.js';

/** Requests at fixed times. */
export interface OpenLoop {
  schedule: Schedule;
  /** Requests under way at most; what is due meanwhile waits, and its time runs. */
  connections: number;
  /** How long after the end of the schedule answers are waited for. */
  graceMs: number;
}

/**
 * Sends each request at its time, whatever became of those before it. Latency counts from when a request was due, so that a
 * server that stands still is seen by all who would have come meanwhile.
 */
export async function runOpen(load: Load, loop: OpenLoop, watch: Watch = {}): Promise<Tally> {
  const run = new OpenRun(load, loop);
  const sweeping = sweep(run.connections, run.tally, watch);
  const stop = (): void => run.end();
  watch.signal?.addEventListener('abort', stop, { once: true });
  if (watch.signal?.aborted) stop();
  const busy = workload();
  await run.over;
  run.tally.busy = busy();
  sweeping.stop();
  watch.signal?.removeEventListener('abort', stop);
  run.close({ dropsRest: watch.signal?.aborted !== true });
  return run.tally;
}

class OpenRun {
  readonly tally = emptyTally();
  readonly connections: readonly Connection[];
  readonly over: Promise<void>;
  end: () => void = () => {};
  readonly #load: Load;
  readonly #schedule: Schedule;
  readonly #free: Connection[];
  readonly #stop: () => void;
  #next = 0;
  #isOver = false;

  constructor(load: Load, { schedule, connections, graceMs }: OpenLoop) {
    this.#load = load;
    this.#schedule = schedule;
    this.connections = connectionsOf(load, connections);
    this.#free = [...this.connections];
    this.over = new Promise((resolve) => {
      this.end = resolve;
    });
    const periodMs = (schedule.threads * 1000) / schedule.rate;
    const metronome = startMetronome({ startsAt: dueAt(schedule, 0), periodMs }, () => this.#sendDue());
    const deadline = setTimeout(this.end, Math.max(0, endsAt(schedule) + graceMs - clock()));
    this.#stop = () => {
      metronome.stop();
      clearTimeout(deadline);
    };
    if (ownCount(schedule) === 0) this.end();
  }

  /** What is under way has failed, and what was not sent is dropped: both have waited until now. */
  close({ dropsRest }: { dropsRest: boolean }): void {
    this.#isOver = true;
    this.#stop();
    const now = clock();
    this.tally.elapsedMs = Math.max(now, endsAt(this.#schedule)) - this.#schedule.startsAt;
    for (const each of this.connections) each.close('no answer before the end of the step');
    if (!dropsRest) return;
    for (; this.#isNextOwn(); this.#next += 1) {
      this.tally.dropped += 1;
      this.tally.latency.record(now - dueAt(this.#schedule, this.#next));
    }
  }

  #isNextOwn(): boolean {
    return this.#next < ownCount(this.#schedule);
  }

  #isNextDue(now: number): boolean {
    return this.#isNextOwn() && dueAt(this.#schedule, this.#next) <= now;
  }

  #sendDue(): void {
    while (this.#free.length > 0 && this.#isNextDue(clock())) {
      this.tally.lag.record(clock() - dueAt(this.#schedule, this.#next));
      this.#send(this.#free.pop()!);
    }
  }

  #send(connection: Connection): void {
    const due = dueAt(this.#schedule, this.#next);
    const number = numberOf(this.#schedule, this.#next);
    this.#next += 1;
    const { messages, firstNumber } = this.#load;
    const message = messages[number % messages.length]!;
    this.tally.sent += 1;
    connection.send(stamped(message, firstNumber + number), (outcome) => {
      count(this.tally, outcome, clock() - due, message.operations);
      this.#follow(connection);
    });
  }

  /** What came due while all connections were taken goes at once. */
  #follow(connection: Connection): void {
    if (!this.#isOver && this.#isNextDue(clock())) {
      this.#send(connection);
      return;
    }
    this.#free.push(connection);
    if (!this.#isNextOwn() && this.#free.length === this.connections.length) this.end();
  }
}
