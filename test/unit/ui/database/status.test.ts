import { describe, expect, test } from 'vitest';
import type { DatabaseLook } from '../../../../src/database/look.js';
import type { Outbox } from '../../../../src/database/outbox.js';
import type { Revision } from '../../../../src/services/citadel/revisions.js';
import { databaseNext, databaseStatusData, databaseStatusText } from '../../../../src/ui/database/status.js';

const REVISION: Revision = {
  ...{ id: '002_b', down: '001_a', title: 'Libraries', phase: 'contract', makes: [], drops: [] },
};
const CURRENT: DatabaseLook = {
  ...{ database: 'meta', head: '002_b', layer: null, lacking: null, tested: true },
  missing: [],
  place: { status: 'known', current: '002_b', applied: [REVISION], pending: [] },
};
const BEHIND: DatabaseLook = {
  ...CURRENT,
  place: { status: 'known', current: '001_a', applied: [], pending: [REVISION] },
};
const NEWER: DatabaseLook = { ...CURRENT, place: { status: 'unknown', revisions: ['009_z'] } };
const EMPTY: Outbox = { state: 'seen', waiting: 0, rejected: 0, oldestSeconds: null };

describe('the status of a database', () => {
  test('says where the schema is, and that nothing is to be done', () => {
    expect(databaseStatusText(CURRENT, EMPTY, false)).toBe(
      [
        'meta',
        '  schema  at 002_b, the newest',
        '  layer   as in this release, tested',
        '  runs    in its environment',
        '  outbox  empty',
      ].join('\n'),
    );
    expect(databaseNext(CURRENT)).toBeNull();
  });

  test('names the migrations that are to come', () => {
    const text = databaseStatusText(
      BEHIND,
      { state: 'seen', waiting: 2, rejected: 1, oldestSeconds: 61.4 },
      false,
    );
    expect(text).toContain('at 001_a, 1 migration to come');
    expect(text).toContain('pending  contract  002_b: Libraries');
    expect(text).toContain('2 writes on the way to Qdrant, the oldest for 61 s; 1 refused by Qdrant');
    expect(databaseNext(BEHIND)).toBe('vdb db migrate');
    expect(databaseStatusData(BEHIND, EMPTY)).toMatchObject({
      pending: [{ id: '002_b', phase: 'contract' }],
    });
  });

  test('says of a newer schema that this release does not have it', () => {
    expect(databaseStatusText(NEWER, { state: 'unknown', why: 'not asked' }, false)).toContain(
      'at 009_z, which this release does not have (newest: 002_b)',
    );
    expect(databaseNext(NEWER)).toContain('a newer release of vdb');
    expect(databaseStatusData(NEWER, EMPTY)).toMatchObject({ current: '009_z', known: false, pending: [] });
  });

  test('names what of the schema was dropped, and the ways back', () => {
    const broken = { ...CURRENT, missing: ['chunks', 'documents'] };
    const text = databaseStatusText(broken, EMPTY, false);
    expect(text).toContain('at 002_b, but not whole');
    expect(text).toContain('missing  chunks');
    expect(databaseNext(broken)).toMatch(/vdb restore SET --only postgres.*vdb task rollback 3\.1/);
    expect(databaseStatusData(broken, EMPTY)).toMatchObject({ missing: ['chunks', 'documents'] });
  });

  test('needs an environment before it can migrate', () => {
    expect(databaseNext({ ...BEHIND, lacking: 'there is none' })).toBe('vdb provision --only 0.4');
    expect(databaseNext({ ...CURRENT, layer: { action: 'create', summary: '9 files' } })).toBe(
      'vdb db migrate',
    );
  });

  test('is the same for machines', () => {
    expect(databaseStatusData(BEHIND, EMPTY)).toEqual({
      ...{
        database: 'meta',
        head: '002_b',
        current: '001_a',
        known: true,
        pending: [{ id: '002_b', phase: 'contract' }],
      },
      missing: [],
      ...{ layer: 'current', tested: true, outbox: { waiting: 0, rejected: 0, oldest_seconds: null } },
    });
  });
});
