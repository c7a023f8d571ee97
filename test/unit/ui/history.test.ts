import { describe, expect, it } from 'vitest';
import { newestFirst } from '../../../src/cli/commands/history.js';
import type { HistoryEntry } from '../../../src/engine/journal.js';
import { historyData, historyText } from '../../../src/ui/history.js';

function run(more: Partial<HistoryEntry> = {}): HistoryEntry {
  return {
    ...{ run: 'r1', who: 'ann@desk', command: 'vdb provision', vdb: '0.1.0', at: '2026-01-02T03:04:05.678Z' },
    ...{ status: 'done', changed: 3, failed: [], skipped: [], durationMs: 61_000, tasks: [] },
    ...more,
  };
}

describe('historyText', () => {
  it('tells when, who, how many changes, how long, what and the result', () => {
    expect(historyText([run()], false).split('\n')).toEqual([
      'WHEN                  WHO       CHANGES  TIME        COMMAND        RESULT',
      '2026-01-02 03:04:05Z  ann@desk  3        1 min 01 s  vdb provision  done',
    ]);
  });

  it('names what failed and counts what was skipped', () => {
    const text = historyText(
      [run({ status: 'failed', failed: ['file:/a', 'apt:b'], skipped: ['x'] })],
      false,
    );
    expect(text).toContain('failed; failed: file:/a, apt:b; 1 step skipped');
  });

  it('says what an unfinished run may mean', () => {
    const text = historyText([run({ status: 'unfinished', durationMs: null })], false);
    expect(text).toContain('no outcome: killed, connection lost, or still running');
  });

  it('marks what is not fine, and only with colour on', () => {
    expect(historyText([run(), run({ status: 'failed' })], true).split('\n')[2]).toContain('\u001b[33m');
    expect(historyText([run({ status: 'failed' })], false)).not.toContain('\u001b');
  });
});

describe('historyData', () => {
  it('is in snake case', () => {
    expect(historyData(run())).toMatchObject({ duration_ms: 61_000, status: 'done' });
    expect(historyData(run())).not.toHaveProperty('durationMs');
  });
});

describe('newestFirst', () => {
  it('sorts runs by their beginning', () => {
    const runs = [
      run({ run: 'old', at: '2026-01-01T00:00:00Z' }),
      run({ run: 'new', at: '2026-01-03T00:00:00Z' }),
    ];
    expect(newestFirst(runs).map((entry) => entry.run)).toEqual(['new', 'old']);
  });
});
