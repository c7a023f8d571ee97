import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Traffic } from '../../../src/deploy/bake.js';
import { switchNumbers, watchNew } from '../../../src/deploy/move.js';
import { type DeployRecord, newRecord } from '../../../src/deploy/record.js';

const QUIET: Traffic = { requests: 0, errors: 0, meanMs: null };
const OLD: Traffic = { requests: 500, errors: 0, meanMs: 7 };
const slow = (meanMs: number): Traffic => ({ requests: 300, errors: 0, meanMs });

const place = (slot: 'blue' | 'green') => ({ slot, release: '1.18.3', sha256: '0' });
const record = {
  ...newRecord(
    {
      ...{
        kind: 'deploy',
        service: 'qdrant',
        strategy: 'replicate',
        from: place('blue'),
        to: place('green'),
      },
      ...{ standby: null, configuration: '', by: 'somebody', command: 'vdb deploy', vdb: '0.1.0' },
    },
    ['cutover', 'bake'],
    new Date(0),
  ),
};
record.phases = record.phases.map((phase) =>
  phase.name === 'cutover' ? { ...phase, status: 'done', numbers: switchNumbers(OLD, QUIET) } : phase,
);

/** Watches a release whose looks take so many seconds each, and say this one after the other. */
function watch(seconds: number, tookSeconds: number, ...looks: Traffic[]) {
  return watchAs(record, seconds, tookSeconds, ...looks);
}

function watchAs(of: DeployRecord, seconds: number, tookSeconds: number, ...looks: Traffic[]) {
  const sick = vi.fn(async () => null);
  const look = async () => {
    vi.advanceTimersByTime(tookSeconds * 1000);
    return (looks.length > 1 ? looks.shift() : looks[0]) as Traffic;
  };
  const options = { seconds, sick, refused: (why: string) => new Error(why) as never, onLine: () => {} };
  return watchNew(look, of, options, new AbortController().signal);
}

describe('a release that is watched', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
  afterEach(() => void vi.useRealTimers());

  test('is sent back where it stays slow, however few looks there are time for', async () => {
    await expect(watch(40, 9, slow(900))).rejects.toThrow('answers take 900 ms on average');
  });

  test('is not let go while it is slow, although its time is over', async () => {
    await expect(watch(1, 6, slow(900))).rejects.toThrow('answers take 900 ms on average');
  });

  test('stays where it was slow for a moment', async () => {
    await expect(watch(9, 6, slow(900), slow(20))).resolves.toMatchObject({ numbers: { new_ms: 20 } });
  });

  test('is judged by what comes from now on where somebody goes on after it has failed', async () => {
    const broken: Traffic = { requests: 300, errors: 90, meanMs: 7 };
    await expect(watch(0, 1, broken)).rejects.toThrow('90 of 300 requests failed');
    const failed = { ...record, failure: { phase: 'bake' as const, code: 'deploy.bake', message: '' } };
    await expect(watchAs(failed, 0, 1, broken)).resolves.toMatchObject({ numbers: { new_errors: 0 } });
  });
});
