import { describe, expect, it } from 'vitest';
import type { DrillOutcome } from '../../../../src/backup/drill/events.js';
import { drillMetrics } from '../../../../src/backup/drill/metrics.js';

const AT = new Date('2026-11-25T02:00:00Z');
const SUCCESS = 'vdb_backup_drill_last_success_timestamp_seconds 1795572000';

const outcome: DrillOutcome = {
  status: 'done',
  id: '20261124T020000Z',
  parts: [],
  hashingMs: 100,
  rtoMs: 61_500,
  ageMs: 1,
  durationMs: 70_250,
  genuine: true,
};

const values = (text: string) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

describe('drillMetrics', () => {
  const good = drillMetrics('', AT, outcome);

  it('tells of a drill that succeeded', () => {
    expect(values(good)).toEqual([
      SUCCESS,
      'vdb_backup_drill_status 1',
      'vdb_backup_drill_duration_seconds 70.25',
      'vdb_backup_drill_restore_seconds 61.5',
    ]);
    expect(good.endsWith('\n')).toBe(true);
  });

  it.each([
    ['failed', { ...outcome, status: 'failed' as const }],
    ['came to nothing', undefined],
  ])('keeps when one last succeeded after one that %s', (_, later) => {
    const text = drillMetrics(good, new Date('2026-12-25T02:00:00Z'), later);
    expect(values(text)).toContain(SUCCESS);
    expect(values(text)).toContain('vdb_backup_drill_status 0');
    expect(text.match(/# TYPE vdb_backup_drill_last_success/g)).toHaveLength(1);
  });

  it('tells of no success before there was one', () => {
    expect(drillMetrics('', AT)).not.toContain('last_success');
  });
});
