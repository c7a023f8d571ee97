import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { converge } from '../../../src/engine/converge.js';
import { historyOf, readHistory } from '../../../src/engine/journal.js';
import { lookAll } from '../../../src/engine/plan.js';
import { type FakeHost, fakeHost, thing } from '../../support/fake-host.js';
import { fakeContext, task } from '../../support/fake-task.js';
import { localHost } from '../checks/local-host.js';

async function convergeOn(fake: FakeHost) {
  const steps = await lookAll(fake.host, [task('1.1', [thing('a', '1')])], fakeContext());
  return converge(steps, {
    host: fake.host,
    identity: { who: 'ann@desk', command: 'vdb provision', vdb: '0.1.0' },
    stateDirectory: '/var/lib/vdb',
    since: performance.now(),
    again: 'vdb provision',
    stop: new AbortController().signal,
    onEvent: () => {},
  });
}

const identity = { schema: 'vdb.journal/1', who: 'ann@desk', command: 'vdb provision', vdb: '0.1.0' };
const intent = (run: string, at: string) => ({
  ...identity,
  run,
  at,
  event: 'intent',
  tasks: ['1.1'],
  changes: 2,
});
const outcome = (run: string, at: string, status = 'done') => ({
  ...identity,
  ...{ run, at, event: 'outcome', status, changed: 2, failed: [], skipped: [], duration_ms: 5, tasks: [] },
});
const lines = (...records: unknown[]) => records.map((record) => JSON.stringify(record)).join('\n');

describe('converge', () => {
  it('tells what came of a run also when the journal cannot be told', async () => {
    const fake = fakeHost();
    fake.onSet = () => fake.host.gate.close();
    const outcome = await convergeOn(fake);
    expect(outcome).toMatchObject({ changed: 1, failed: 0 });
    expect(outcome.unrecorded?.details.code).toBe('gate.closed');
  });

  it('writes its intent before the first change and the outcome after the last', async () => {
    const fake = fakeHost();
    const atChange: unknown[] = [];
    fake.onSet = () => atChange.push(...fake.journal.map(({ event }) => event));
    await convergeOn(fake);
    expect(atChange).toEqual(['intent']);
    expect(fake.journal.map(({ event }) => event)).toEqual(['intent', 'outcome']);
    expect(fake.journal[1]).toMatchObject({ status: 'done', changed: 1, run: fake.journal[0]?.run });
  });

  it('writes one line for a host that is as it shall be, and looks once', async () => {
    const fake = fakeHost({ a: '1' });
    const result = await convergeOn(fake);
    expect(fake.journal.map(({ event }) => event)).toEqual(['outcome']);
    expect(fake.looks).toBe(1);
    expect(result).toMatchObject({ changed: 0, failed: 0 });
  });

  it('names what failed', async () => {
    const fake = fakeHost();
    fake.failures.set('a', { exitCode: 1, stderr: 'broken' });
    await convergeOn(fake);
    expect(fake.journal[1]).toMatchObject({ status: 'failed', failed: ['thing:a'] });
  });
});

describe('readHistory', () => {
  const directory = mkdtempSync(join(tmpdir(), 'vdb-journal-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  it('is empty before the first run', async () => {
    expect(await readHistory(localHost(), join(directory, 'nothing'))).toEqual([]);
  });

  it('does not take a journal that cannot be read for an empty one', async () => {
    mkdirSync(join(directory, 'journal.ndjson'));
    const looked = readHistory(localHost(), directory);
    await expect(looked).rejects.toMatchObject({ details: { code: 'journal.unreadable' } });
  });
});

describe('historyOf', () => {
  it('pairs intents with outcomes, newest first, timed by their beginning', () => {
    const text = lines(
      intent('r1', '2026-01-01T00:00:00Z'),
      outcome('r1', '2026-01-01T00:05:00Z'),
      outcome('r2', '2026-01-02T00:00:00Z'),
    );
    expect(historyOf(text).map(({ run, at, status }) => [run, at, status])).toEqual([
      ['r2', '2026-01-02T00:00:00Z', 'done'],
      ['r1', '2026-01-01T00:00:00Z', 'done'],
    ]);
  });

  it('says of a run without outcome that it is unfinished', () => {
    expect(historyOf(lines(intent('r1', '2026-01-01T00:00:00Z')))[0]).toMatchObject({
      status: 'unfinished',
      durationMs: null,
    });
  });

  it('leaves out a line that was cut off and what is not ours', () => {
    const text = `${lines(outcome('r1', '2026-01-01T00:00:00Z'), { schema: 'other/1' }, null)}\n{"schema":"vdb.jour`;
    expect(historyOf(text)).toHaveLength(1);
  });

  it('is what a host tells after a run', async () => {
    const fake = fakeHost();
    await convergeOn(fake);
    expect(await readHistory(fake.host, '/var/lib/vdb')).toMatchObject([
      { who: 'ann@desk', command: 'vdb provision', status: 'done', changed: 1 },
    ]);
  });
});
