import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** One request as the server itself saw it. Milliseconds of the clock of the load generator. */
export interface Served {
  /** The number that the request bears: `{"n": 17}`. */
  n: number;
  arrived: number;
  answered: number;
}

/** A server whose latency is known: it keeps a record of every request. */
export interface KnownLatency {
  port: number;
  /** All that was answered so far. */
  served(): Promise<Served[]>;
  /** From now on nothing is answered for so long; what came meanwhile is then served as always. */
  stall(ms: number): void;
  close(): Promise<void>;
}

/** Starts it on loopback, in a thread of its own. Request n takes `delays[n % delays.length]` ms. */
export async function knownLatency(delays: readonly number[]): Promise<KnownLatency> {
  const worker = new Worker(new URL('./known-latency-server.mjs', import.meta.url), {
    workerData: { delays },
  });
  const [{ port }] = (await once(worker, 'message')) as [{ port: number }];
  return {
    port,
    async served() {
      worker.postMessage({});
      const [{ served }] = (await once(worker, 'message')) as [{ served: Served[] }];
      return served;
    },
    stall: (stallMs) => worker.postMessage({ stallMs }),
    async close() {
      await worker.terminate();
    },
  };
}
