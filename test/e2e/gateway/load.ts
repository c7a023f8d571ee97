import { setTimeout as sleep } from 'node:timers/promises';
import type { Problem } from '../../../src/services/gateway/client/client.js';

/** One request of a load: what it was for, and how it was answered. */
export interface Answered {
  kind: string;
  /** 0: there was no answer. */
  status: number;
  ms: number;
  /** When it was answered, in milliseconds since 1970. */
  at: number;
  /** Seconds after which to come again, where the answer says so. */
  retryAfter?: number;
  /** What an answer that is no success said. */
  problem?: Partial<Problem>;
}

/** Sends one request; gives what came back, as `openapi-fetch` does. */
type Send = () => Promise<{ error?: unknown; response: Response }>;

export interface Load {
  /** What was answered since the last time this was asked. */
  answers(): Answered[];
  /** Sends no more, and waits for what is under way. */
  stop(): Promise<void>;
}

/** An open load: each kind of request is sent every so many milliseconds, whatever became of those before. */
export function openLoad(kinds: Record<string, { everyMs: number; send: Send }>): Load {
  const under = new Set<Promise<void>>();
  let answers: Answered[] = [];
  const timers = Object.entries(kinds).map(([kind, { everyMs, send }]) =>
    setInterval(() => {
      const request = answered(kind, send).then((answer) => {
        answers.push(answer);
        under.delete(request);
      });
      under.add(request);
    }, everyMs),
  );
  return {
    answers() {
      const found = answers;
      answers = [];
      return found;
    },
    async stop() {
      for (const timer of timers) clearInterval(timer);
      await Promise.all(under);
    },
  };
}

async function answered(kind: string, send: Send): Promise<Answered> {
  const began = performance.now();
  const took = () => Math.round(performance.now() - began);
  try {
    const { error, response } = await send();
    const problem = response.ok ? {} : { problem: (error ?? {}) as Partial<Problem> };
    const seconds = response.headers.get('retry-after');
    const retryAfter = seconds === null ? {} : { retryAfter: Number(seconds) };
    return { kind, status: response.status, ms: took(), at: Date.now(), ...retryAfter, ...problem };
  } catch (error) {
    return { kind, status: 0, ms: took(), at: Date.now(), problem: { detail: String(error) } };
  }
}

/** Asks again and again until `look` says true; fails after a time. */
export async function eventually(look: () => Promise<boolean>, what: string, seconds = 60): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  while (!(await look())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${seconds} s`);
    await sleep(250);
  }
}

/** `fault, requests, 2xx, 503, slowest`: a line for each fault. */
export function tableOf(faults: readonly { name: string; answers: readonly Answered[] }[]): string {
  const rows = faults.map(({ name, answers }) => {
    const count = (holds: (status: number) => boolean) =>
      answers.filter(({ status }) => holds(status)).length;
    const slowest = Math.max(0, ...answers.map(({ ms }) => ms));
    return [
      name,
      answers.length,
      count((each) => each >= 200 && each < 300),
      count((each) => each === 503),
      slowest,
    ];
  });
  return [['fault', 'requests', '2xx', '503', 'slowest ms'], ...rows]
    .map(([name, ...numbers]) =>
      [String(name).padEnd(20), ...numbers.map((each) => String(each).padStart(10))].join(''),
    )
    .join('\n');
}
