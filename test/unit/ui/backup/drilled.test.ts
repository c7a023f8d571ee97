import { describe, expect, it } from 'vitest';
import type { DrilledPart, DrillOutcome } from '../../../../src/backup/drill/events.js';
import { drillNote } from '../../../../src/backup/drill/record.js';
import { drillData, drilledText, drillText } from '../../../../src/ui/backup/drilled.js';

const collection: DrilledPart = {
  path: 'collections/docs.snapshot',
  kind: 'collection',
  collection: 'docs',
  bytes: 10,
  findings: [],
  durationMs: 1500,
  seen: { points: 300, sampled: 8 },
};
const database: DrilledPart = {
  path: 'postgres/app.dump',
  kind: 'postgres',
  database: 'app',
  bytes: 10,
  findings: [],
  durationMs: 900,
  seen: { tables: 2, rows: 1, sampled_tables: 1 },
};
const outcome: DrillOutcome = {
  status: 'done',
  id: '20261124T020000Z',
  parts: [collection, database],
  hashingMs: 100,
  rtoMs: 2500,
  ageMs: 26 * 3_600_000,
  durationMs: 4000,
  genuine: true,
};
const wrong: DrillOutcome = {
  ...outcome,
  status: 'failed',
  parts: [collection, { ...database, findings: ['table public.a is missing', 'table public.b is missing'] }],
};

describe('drilledText', () => {
  it('says what was compared', () => {
    expect(drilledText(collection)).toBe('300 points, 8 compared by value, 1.5 s');
    expect(drilledText(database)).toBe('2 tables, 1 row, ends of 1 table compared by value, 900 ms');
  });

  it('says what is wrong, or why nothing was compared, and no numbers', () => {
    expect(drilledText({ ...collection, findings: ['point 1 is missing'] })).toBe('point 1 is missing');
    expect(drilledText({ ...collection, skipped: 'redis.enabled is false' })).toBe(
      'not restored: redis.enabled is false',
    );
  });
});

describe('drillText', () => {
  it('tells of a set that restores, how long everything takes and how old it is', () => {
    expect(
      drillText(outcome, false),
    ).toBe(`Done: backup set 20261124T020000Z restores to what it says, 2 parts, 4.0 s
  1 collection, 300 points, 8 of them compared by value; 1 row
  hashing, restoring and comparing everything took 2.5 s; the set is 26 h old`);
  });

  it('names each part with which something is wrong', () => {
    const text = drillText({ ...wrong, genuine: false }, false);
    expect(text).toMatch(/^FAILED: backup set 20261124T020000Z does not restore/);
    expect(text).toContain('  wrong  database app: table public.a is missing; table public.b is missing\n');
    expect(text).toContain('restored by the emulator, not by Qdrant');
    expect(text).toContain('next: vdb backup verify 20261124T020000Z tells');
  });

  it('says that an interrupted drill says nothing', () => {
    expect(drillText({ ...outcome, status: 'interrupted' }, false)).toMatch(/^Interrupted: .* says nothing/);
  });
});

describe('what a drill leaves beside the manifest', () => {
  const at = new Date('2026-11-25T08:00:00Z');

  it('is that the set restores, or each part that does not', () => {
    expect(JSON.parse(drillNote(outcome, at))).toEqual({ at: at.toISOString(), ok: true, findings: [] });
    const what = 'does not restore: table public.a is missing; table public.b is missing';
    expect(JSON.parse(drillNote(wrong, at))).toMatchObject({
      ok: false,
      findings: [{ path: 'postgres/app.dump', what }],
    });
  });
});

describe('drillData', () => {
  it('has everything for machines', () => {
    expect(drillData(wrong)).toMatchObject({
      status: 'failed',
      failed: ['postgres/app.dump'],
      rto_ms: 2500,
      parts: [
        { collection: 'docs', ok: true, points: 300, sampled: 8, duration_ms: 1500 },
        { database: 'app', ok: false, rows: 1 },
      ],
    });
  });
});
