import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../host/host.js';
import { askOnce, type Door } from './outside.js';

/** One answer to a client that asks again and again. */
export interface Asked {
  /** When it was asked, in milliseconds of one clock. */
  at: number;
  /** How long the answer took, in milliseconds. */
  ms: number;
  /** Whether the answer was what a healthy service says. */
  well: boolean;
}

/** What clients met, in milliseconds. */
export interface Downtime {
  /** How long nobody was served. */
  downMs: number;
  /** How long the slowest good answer took: the edge waits a little for a service that is away. */
  slowestMs: number;
}

/** A client that asks while a service is restarted. */
export interface Watch {
  /** Resolves to true when the service answers well, again and again; to false when it does not within the limit. */
  well(limitMs: number): Promise<boolean>;
  /** Ends the watch and gives what it met. */
  stop(): Promise<Downtime>;
}

/** How often it asks. */
const EVERY_MS = 50;

/** So many good answers in a row are no accident. */
const STEADY = 5;

/** Asks a door as a client does, over a forwarded port, until it is told to stop. */
export async function watchDoor(host: Host, door: Door): Promise<Watch> {
  const forwarding = await host.forward(door.port);
  const answers: Asked[] = [];
  let isOver = false;
  const asking = (async () => {
    while (!isOver) {
      const at = performance.now();
      const status = await askOnce({ ...door, port: forwarding.port }).catch(() => 0);
      answers.push({ at, ms: performance.now() - at, well: status === door.status });
      await sleep(EVERY_MS);
    }
  })();
  return {
    async well(limitMs) {
      const since = answers.length;
      const until = performance.now() + limitMs;
      for (;;) {
        const latest = answers.slice(Math.max(since, answers.length - STEADY));
        if (latest.length === STEADY && latest.every(({ well }) => well)) return true;
        if (performance.now() > until) return false;
        await sleep(EVERY_MS);
      }
    },
    async stop() {
      isOver = true;
      await asking;
      await forwarding.close();
      return downtimeOf(answers);
    },
  };
}

/** Nobody was served from each question that was not answered well to the next one that was, or to the last one. Pure. */
export function downtimeOf(answers: readonly Asked[]): Downtime {
  const downMs = answers.reduce((sum, { at, well }, index) => {
    const next = answers[index + 1];
    return well || next === undefined ? sum : sum + next.at - at;
  }, 0);
  const slowestMs = Math.max(0, ...answers.filter(({ well }) => well).map(({ ms }) => ms));
  return { downMs, slowestMs };
}

/** In words. Pure. */
export function downtimeText({ downMs, slowestMs }: Downtime): string {
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  return downMs === 0
    ? `no request failed, the slowest took ${seconds(slowestMs)}`
    : `nobody was served for ${seconds(downMs)}`;
}
