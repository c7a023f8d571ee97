import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { PACKAGE } from '../../package.js';
import { clock } from './clock.js';
import { type Generator, STARTS_IN_MS } from './generator.js';
import type { Load, Watch } from './load.js';
import { emptyTally, fromData, type Tally, together } from './tally.js';
import type { Order, Report } from './worker.js';

/** Where the build puts the thread's code. */
export const WORKER_FILE = join(PACKAGE, 'dist/load-worker.mjs');

/**
 * Makes load in threads of its own, so that neither what forwards the connections nor what draws progress holds it up, and so that
 * it can use more than one core.
 */
export function threadedGenerator(threads: number, file = WORKER_FILE): Generator {
  const workers = Array.from({ length: threads }, () => new Worker(file));
  const all = async (orders: readonly Order[], watch: Watch = {}): Promise<Tally> => {
    const latest = orders.map(() => emptyTally());
    const stop = (): void => {
      for (const worker of workers) worker.postMessage({ type: 'stop' } satisfies Order);
    };
    watch.signal?.addEventListener('abort', stop, { once: true });
    const tallies = await Promise.all(
      orders.map((order, index) =>
        carriedOut(workers[index]!, order, (tally) => {
          latest[index] = tally;
          watch.onProgress?.(together(latest));
        }),
      ),
    );
    watch.signal?.removeEventListener('abort', stop);
    return together(tallies);
  };
  return {
    threads,
    closed(load, { connections, durationMs }, watch) {
      const used = Math.min(threads, connections);
      const orders = Array.from({ length: used }, (_, thread): Order => {
        const loop = { connections: shareOf(connections, used, thread), durationMs };
        return { type: 'closed', load: ownNumbers(load, thread), loop };
      });
      return all(orders, watch);
    },
    open(load, { rate, count, connections, graceMs }, watch) {
      const startsAt = clock() + STARTS_IN_MS;
      const orders = Array.from({ length: threads }, (_, thread): Order => {
        const schedule = { startsAt, rate, count, threads, thread };
        return {
          type: 'open',
          load,
          loop: { schedule, connections: shareOf(connections, threads, thread), graceMs },
        };
      });
      return all(orders, watch);
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

/** Each thread of a closed loop counts for itself. */
function ownNumbers(load: Load, thread: number): Load {
  return { ...load, firstNumber: load.firstNumber + thread * 10_000_000 };
}

/** At least one for each. */
function shareOf(whole: number, parts: number, part: number): number {
  return Math.max(1, Math.floor(whole / parts) + (part < whole % parts ? 1 : 0));
}

function carriedOut(worker: Worker, order: Order, onProgress: (tally: Tally) => void): Promise<Tally> {
  return new Promise((resolve, reject) => {
    const settle = (settled: () => void): void => {
      worker.off('message', onMessage);
      worker.off('error', onError);
      settled();
    };
    const onMessage = (report: Report): void => {
      if (report.type === 'progress') onProgress(fromData(report.tally));
      if (report.type === 'done') settle(() => resolve(fromData(report.tally)));
      if (report.type === 'failed') settle(() => reject(new Error(report.message)));
    };
    const onError = (error: Error): void => settle(() => reject(error));
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.postMessage(order);
  });
}
