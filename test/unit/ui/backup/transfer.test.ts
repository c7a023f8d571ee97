import { describe, expect, it } from 'vitest';
import type { TransferEvent } from '../../../../src/backup/repositories/events.js';
import { EXIT, VdbError } from '../../../../src/errors.js';
import {
  afterTransfer,
  copiesData,
  copiesText,
  failedCopies,
  NOTHING_YET,
  remarkOf,
  transferData,
  transferLine,
  transferredText,
} from '../../../../src/ui/backup/transfer.js';

const MIB = 1024 ** 2;
const START: TransferEvent = { type: 'set', id: 'x', parts: 2, bytes: 100 * MIB };
const bytes = (count: number, transferred = true): TransferEvent => ({
  type: 'bytes',
  path: 'a.dump',
  count,
  transferred,
});

function stateOf(...events: [TransferEvent, number][]) {
  return events.reduce((state, [event, at]) => afterTransfer(state, event, at), NOTHING_YET);
}

describe('transferLine', () => {
  it('tells how much, how fast of late and how long still, by what travels', () => {
    const state = stateOf(
      [START, 0],
      [bytes(40 * MIB, false), 10],
      [bytes(10 * MIB), 1000],
      [bytes(10 * MIB), 2000],
    );
    expect(transferLine(state, 2010)).toBe('a.dump  60 MiB of 100 MiB (60 %), 10 MiB/s, 4.0 s left');
  });

  it('forgets how fast it was longer ago', () => {
    const state = stateOf([START, 0], [bytes(50 * MIB), 1000], [bytes(MIB), 20_000], [bytes(MIB), 21_000]);
    expect(transferLine(state, 21_000)).toContain('1 MiB/s');
  });

  it('has no rate before there is one to tell, and copes with a set without a byte', () => {
    expect(transferLine(stateOf([START, 0], [bytes(MIB), 10]), 20)).toBe('a.dump  1 MiB of 100 MiB (1 %)');
    expect(transferLine(stateOf([{ ...START, bytes: 0 }, 0]), 1)).toContain('(100 %)');
  });

  it('takes back what came in vain', () => {
    const state = stateOf([START, 0], [bytes(30 * MIB), 10], [bytes(-30 * MIB), 20]);
    expect([state.done, state.transferred]).toEqual([0, 0]);
  });
});

describe('events of a transfer', () => {
  const cut: TransferEvent = { type: 'cut', why: 'The connection was lost', delayMs: 1500 };

  it('are remarks for people where something is to be known', () => {
    expect(remarkOf(cut)).toBe(
      'The connection was lost; connecting again in 1.5 s, and going on from what has come',
    );
    expect(remarkOf(bytes(1))).toBeUndefined();
  });

  it('are data for machines, with the repository where there are several', () => {
    expect(transferData(cut, 'nas')).toEqual({
      ...{ type: 'transfer.cut', repository: 'nas', why: 'The connection was lost', delay_ms: 1500 },
    });
    expect(transferData({ type: 'part', path: 'a', bytes: 9, from: 4 })).toEqual({
      ...{ type: 'transfer.part', path: 'a', bytes: 9, resumed_at: 4 },
    });
    expect(transferData(bytes(1))).toBeUndefined();
  });
});

describe('the end of a transfer', () => {
  const done = { id: 'x', place: '/srv', bytes: 100 * MIB, transferred: 50 * MIB };
  const error = new VdbError('/mnt/nas does not exist', {
    code: 'backup.no-directory',
    exitCode: EXIT.failed,
  });
  const outcomes = [
    { repository: 'here', status: 'there' as const, ...done, transferred: 0 },
    { repository: 'nas', status: 'failed' as const, ...done, error },
  ];

  it('says what travelled and what was there', () => {
    expect(transferredText(done, 5000)).toBe(
      'x is in /srv: 100 MiB, 50 MiB of them transferred in 5.0 s (10 MiB/s)',
    );
    expect(transferredText({ ...done, transferred: 0 }, 1)).toBe(
      'x is in /srv: 100 MiB, all of it was there already',
    );
  });

  it('has a line for each repository, and for cron those that failed', () => {
    expect(copiesText(outcomes, { color: false, verbose: false })).toBe(
      'there   here  x in /srv: 100 MiB\nfailed  nas   error /mnt/nas does not exist',
    );
    expect(failedCopies(outcomes)).toEqual(['nas: /mnt/nas does not exist']);
    expect(copiesData(outcomes)[1]).toMatchObject({
      repository: 'nas',
      error: { code: 'backup.no-directory' },
    });
  });
});
