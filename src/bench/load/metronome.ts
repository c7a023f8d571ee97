import { Worker } from 'node:worker_threads';

/**
 * Timers of Node know whole milliseconds, and spinning until the time has come takes a core from the server that is
 * measured. A thread that sleeps on a futex wakes within some 50 µs and costs nothing meanwhile. It says nothing while the last
 * beat was not heard yet: who is late sends all that is due.
 */
const SOURCE = `
import { parentPort, workerData } from 'node:worker_threads';
const { cells, startsAt, periodMs } = workerData;
const flags = new Int32Array(cells);
const now = () => { const [s, ns] = process.hrtime(); return s * 1000 + ns / 1e6; };
for (let beat = 0; Atomics.load(flags, 0) === 0; beat++) {
  const wait = startsAt + beat * periodMs - now();
  if (wait > 0) Atomics.wait(flags, 0, 0, wait);
  else beat = Math.max(beat, Math.floor((now() - startsAt) / periodMs));
  if (Atomics.exchange(flags, 1, 1) === 0) parentPort.postMessage(null);
}`;

/** Faster than this it does not beat; what is due in between is sent together. */
const LEAST_PERIOD_MS = 0.2;

export interface Metronome {
  stop(): void;
}

/** Calls `beat` at `startsAt` and then every `periodMs`, by the clock of all threads. */
export function startMetronome(
  { startsAt, periodMs }: { startsAt: number; periodMs: number },
  beat: () => void,
): Metronome {
  const cells = new SharedArrayBuffer(8);
  const flags = new Int32Array(cells);
  const workerData = { cells, startsAt, periodMs: Math.max(periodMs, LEAST_PERIOD_MS) };
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(SOURCE)}`), { workerData });
  worker.on('message', () => {
    Atomics.store(flags, 1, 0);
    beat();
  });
  return {
    stop() {
      Atomics.store(flags, 0, 1);
      Atomics.notify(flags, 0);
      worker.removeAllListeners('message');
    },
  };
}
