import { describe, expect, it } from 'vitest';
import { type Clock, parseWait, waitUntil } from '../../../src/checks/wait.js';
import { EXIT } from '../../../src/errors.js';

describe('parseWait', () => {
  it.each([
    ['45s', 45_000],
    ['120s', 120_000],
    ['5m', 300_000],
    [' 1h ', 3_600_000],
  ])('reads %o', (text, milliseconds) => {
    expect(parseWait(text)).toBe(milliseconds);
  });

  it.each(['', '120', '-5s', '1.5m', '5 minutes', 's'])('refuses %o as a usage error', (text) => {
    expect(() => parseWait(text)).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ exitCode: EXIT.usage }) }),
    );
  });
});

/** A clock that only moves when someone sleeps, and a host that shows `looks` one after the other. */
function rehearse(looks: string[][], budgetMs: number) {
  let now = 0;
  const clock: Clock = {
    now: () => now,
    sleep: async (ms) => {
      now += ms;
    },
  };
  const said: [string, number][] = [];
  let index = 0;
  const outcome = waitUntil({
    budgetMs,
    clock,
    look: async () => looks[Math.min(index++, looks.length - 1)] ?? [],
    missing: (seen) => seen,
    onWaiting: (missing, elapsed) => said.push([missing.join(), elapsed]),
  });
  return { outcome, said, looked: () => index, now: () => now };
}

describe('waitUntil', () => {
  it('ends at the first look when nothing is missing', async () => {
    const { outcome, said, looked } = rehearse([[]], 60_000);
    expect(await outcome).toEqual({ seen: [], timedOut: false });
    expect([looked(), said]).toEqual([1, []]);
  });

  it('says what it waits for, once for as long as that stays the same', async () => {
    const { outcome, said } = rehearse([['a', 'b'], ['a', 'b'], ['b'], []], 60_000);
    expect((await outcome).timedOut).toBe(false);
    expect(said).toEqual([
      ['a,b', 0],
      ['b', 6000],
    ]);
  });

  it('gives up when the time is over, after a last look, with what it saw', async () => {
    const { outcome, now, looked } = rehearse([['a']], 7000);
    expect(await outcome).toEqual({ seen: ['a'], timedOut: true });
    expect([now(), looked()]).toEqual([7000, 4]);
  });
});
