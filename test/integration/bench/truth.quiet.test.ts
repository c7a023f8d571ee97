import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clock } from '../../../src/bench/load/clock.js';
import { runClosed } from '../../../src/bench/load/closed.js';
import type { Load } from '../../../src/bench/load/load.js';
import { messageOf } from '../../../src/bench/load/message.js';
import { runOpen } from '../../../src/bench/load/open.js';
import { failures, type Tally } from '../../../src/bench/load/tally.js';
import { type KnownLatency, knownLatency } from '../../support/known-latency.js';

const STALL_MS = 500;
const SHARES = [0.5, 0.95, 0.99, 1];

/**
 * 70 of 100 take 100 ms, 27 take 200 ms, 3 take 300 ms, mixed: no percentile that is compared lies where the latency
 * jumps, and 5 % of each is more than a busy machine takes away.
 */
const DELAYS = Array.from({ length: 100 }, (_, index) => {
  const place = (index * 37) % 100;
  return place < 70 ? 100 : place < 97 ? 200 : 300;
});
/** The machine may be taken away for a moment between the server's clock and ours. */
const PATIENTLY = { retry: 2 };
/** Requests bear numbers from here on, as a number of JSON has no zeros before it. */
const FIRST = 1e8;

let server: KnownLatency;
beforeEach(async () => {
  server = await knownLatency(DELAYS);
});
afterEach(() => server.close());

function load(): Load {
  const { bytes } = messageOf({ method: 'POST', path: '/', headers: {}, body: { n: FIRST } });
  const stamps = [Buffer.from(bytes).indexOf(String(FIRST)) + 1];
  return {
    endpoint: { port: server.port, tls: false },
    messages: [{ bytes, stamps, operations: 1 }],
    timeoutMs: 10_000,
    firstNumber: 0,
  };
}

/** The latencies of a run as they were, in order: from what the server itself has recorded. */
async function truth(since: (number: number, arrived: number) => number): Promise<number[]> {
  const served = await server.served();
  return served.map(({ n, arrived, answered }) => answered - since(n - FIRST, arrived)).sort((a, b) => a - b);
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]!;
}

/** What was reported beside what was true, and how far it is off. */
function comparison({ latency }: Tally, sorted: readonly number[]) {
  return SHARES.map((share) => {
    const [said, was] = [latency.percentile(share), percentile(sorted, share)];
    return { share, said, was, off: Math.abs(said - was) / was };
  });
}

function expectTrue(tally: Tally, sorted: readonly number[]): void {
  expect(failures(tally)).toBe(0);
  expect(tally.latency.count).toBe(sorted.length);
  for (const each of comparison(tally, sorted)) expect(each.off, JSON.stringify(each)).toBeLessThan(0.05);
}

async function open(
  rate: number,
  count: number,
  stallAfterMs?: number,
): Promise<{ tally: Tally; sorted: number[] }> {
  const schedule = { startsAt: clock() + 200, rate, count, threads: 1, thread: 0 };
  if (stallAfterMs !== undefined) setTimeout(() => server.stall(STALL_MS), 200 + stallAfterMs);
  const tally = await runOpen(load(), { schedule, connections: 256, graceMs: 5000 });
  return { tally, sorted: await truth((number) => schedule.startsAt + (number * 1000) / rate) };
}

describe('an open loop', () => {
  it('reports what was true, of a server that serves', PATIENTLY, async () => {
    const { tally, sorted } = await open(250, 1000);
    expectTrue(tally, sorted);
    expect(tally).toMatchObject({ sent: 1000, ok: 1000, dropped: 0 });
  });

  it('reports what was true, of a server that stands still for 500 ms, and shows it', PATIENTLY, async () => {
    const { tally, sorted } = await open(250, 1500, 2000);
    expectTrue(tally, sorted);
    expect(tally.latency.percentile(0.99)).toBeGreaterThan(450);
    expect(tally.latency.percentile(0.5)).toBeLessThan(250);
  });

  it('counts the time of those who wait for a connection', PATIENTLY, async () => {
    const schedule = { startsAt: clock() + 200, rate: 100, count: 60, threads: 1, thread: 0 };
    const tally = await runOpen(load(), { schedule, connections: 1, graceMs: 20_000 });
    const sorted = await truth((number) => schedule.startsAt + number * 10);
    expectTrue(tally, sorted);
    expect(tally.latency.percentile(0.5)).toBeGreaterThan(500);
  });

  it('drops what was never sent, with the time that it has waited', async () => {
    const schedule = { startsAt: clock() + 200, rate: 200, count: 400, threads: 1, thread: 0 };
    const tally = await runOpen(load(), { schedule, connections: 1, graceMs: 100 });
    expect(tally.dropped).toBeGreaterThan(200);
    expect(tally.sent + tally.dropped).toBe(400);
    expect(tally.latency.count).toBe(400);
    expect(tally.latency.percentile(0.99)).toBeGreaterThan(1000);
  });
});

describe('a closed loop', () => {
  it('reports what was true of its own requests', PATIENTLY, async () => {
    const tally = await runClosed(load(), { connections: 8, durationMs: 3000 });
    expectTrue(tally, await truth((_, arrived) => arrived));
    expect(tally.sent).toBe(tally.ok);
  });

  it('hides that the server stands still: nobody asks meanwhile', PATIENTLY, async () => {
    setTimeout(() => server.stall(STALL_MS), 2000);
    const tally = await runClosed(load(), { connections: 16, durationMs: 18_000 });
    expectTrue(tally, await truth((_, arrived) => arrived));
    expect(tally.latency.max).toBeGreaterThan(STALL_MS - 100);
    expect(tally.latency.percentile(0.99)).toBeLessThan(STALL_MS - 150);
  });
});

describe('a server that fails', () => {
  it('is asked on, and each refusal is an error with its reason', async () => {
    await server.close();
    const tally = await runClosed(load(), { connections: 2, durationMs: 300 });
    expect(tally.ok).toBe(0);
    expect(Object.keys(tally.errors)).toEqual(['ECONNREFUSED']);
    expect(tally.sent).toBeLessThan(100);
    server = await knownLatency(DELAYS);
  });

  it('that never answers is given up, which takes as long as it took', async () => {
    server.stall(60_000);
    const tally = await runClosed({ ...load(), timeoutMs: 400 }, { connections: 2, durationMs: 300 });
    expect(tally.errors).toEqual({ 'no answer within 0.4 s': 2 });
    expect(tally.latency.percentile(0.5)).toBeGreaterThan(400);
  });
});

describe('a load that is left', () => {
  it.each(['open', 'closed'])('ends at once: %s', async (kind) => {
    server.stall(60_000);
    const leave = new AbortController();
    setTimeout(() => leave.abort(), 500);
    const since = clock();
    const schedule = { startsAt: since, rate: 100, count: 10_000, threads: 1, thread: 0 };
    const watch = { signal: leave.signal };
    const tally =
      kind === 'open'
        ? await runOpen(load(), { schedule, connections: 8, graceMs: 1000 }, watch)
        : await runClosed(load(), { connections: 8, durationMs: 60_000 }, watch);
    expect(clock() - since).toBeLessThan(5000);
    expect(tally.dropped).toBe(0);
  });
});
