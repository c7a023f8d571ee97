import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../host/host.js';
import { askOnce, type Door } from './outside.js';

/** One answer to a client that asks again and again. */
export interface Asked {
  /** When it was asked, in milliseconds of one clock. */
  at: number;
  /** Whether the answer was what a healthy service says. */
  well: boolean;
}

/** A client that asks while a service is restarted. */
export interface Watch {
  /** Resolves to true when the service answers well, again and again; to false when it does not within the limit. */
  well(limitMs: number): Promise<boolean>;
  /** Ends the watch and gives how long nobody was served, in milliseconds. */
  stop(): Promise<number>;
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
      answers.push({ at, well: status === door.status });
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

/**
 * How long nobody was served, in milliseconds: from each question that was not answered well to the next one that was,
 * or to the last one. Pure.
 */
export function downtimeOf(answers: readonly Asked[]): number {
  return answers.reduce((sum, { well }, index) => {
    const [now, next] = [answers[index], answers[index + 1]];
    return well || now === undefined || next === undefined ? sum : sum + next.at - now.at;
  }, 0);
}
