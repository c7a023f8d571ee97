import { describe, expect, test } from 'vitest';
import { reportOf } from '../../../src/database/sync.js';
import { syncData, syncText } from '../../../src/ui/database/sync.js';

const NONE = { points_without_row: 0, rows_without_point: 0, payloads_differ: 0, unconfirmed: 0 };
const SAME = {
  ...{ name: 'general', state: 'both', points: 3, vectors: 3, waiting: 1 },
  ...{ found: NONE, repaired: NONE, kept: null },
};
const ANSWER = {
  ...{ command: 'sync', mode: 'plan', in_step: true, applied: 0, collections: [SAME] },
  outbox: { waiting: 1, rejected: 0, oldest_seconds: 1.5 },
};
const found = (more: Partial<typeof NONE>) => ({ ...NONE, ...more });
const DIFFERING = [
  SAME,
  { ...SAME, name: 'lost', points: 2, found: found({ rows_without_point: 1, payloads_differ: 2 }) },
  { ...SAME, name: 'new', state: 'only_in_qdrant', vectors: null, found: found({ points_without_row: 3 }) },
  { ...SAME, name: 'gone', state: 'only_in_postgres', points: null, found: found({ rows_without_point: 3 }) },
];
const VIEW = { color: false, width: 90 };

describe('a report of both sides', () => {
  test('is given to machines as it was', () => {
    const { outbox, command, ...rest } = ANSWER;
    expect(syncData(reportOf(ANSWER))).toEqual({
      ...rest,
      rejected: 0,
      collections: [{ ...SAME, action: '-' }],
    });
  });

  test.each([
    {},
    { ...ANSWER, in_step: 'yes' },
    { ...ANSWER, mode: 'both' },
    { ...ANSWER, outbox: null },
    { ...ANSWER, collections: [{ ...SAME, points: 'three' }] },
    { ...ANSWER, collections: [{ ...SAME, state: 'elsewhere' }] },
    { ...ANSWER, collections: [{ ...SAME, found: {} }] },
  ])('is never made up: %j', (answer) => {
    expect(() => reportOf(answer)).toThrow('unreadable report of a synchronisation');
  });

  test('shows both counts and what is to be done, and in the last line the sum', () => {
    const report = reportOf({ ...ANSWER, in_step: false, collections: DIFFERING });
    expect(syncText(report, VIEW).split('\n')).toEqual([
      'COLLECTION  QDRANT     POSTGRESQL  WAITING  TO DO',
      'general     3          3           1        -',
      'lost        2          3           1        remove 1 row, write 2 payloads',
      'new         3          not there   1        list it, add 3 rows',
      'gone        not there  3           1        remove 3 rows, list it no more',
      '3 of 4 collections differ. Repair: vdb db sync --repair',
    ]);
    expect(syncText(reportOf(ANSWER), VIEW)).toMatch(/\nBoth sides agree on 1 collection\.$/);
  });

  test('promises no repair of what a repair would leave as it is', () => {
    const kept = 'libraries use this collection: create it in Qdrant';
    const gone = { ...SAME, name: 'gone', state: 'only_in_postgres', points: null, kept };
    const text = syncText(reportOf({ ...ANSWER, in_step: false, collections: [SAME, gone] }), VIEW);
    expect(text).toContain(`\ngone: ${kept}\n`);
    expect(text).toMatch(/\n1 of 2 collections differ\. No repair does what is named above\.$/);
  });

  test('has nothing to do about what a restore keeps', () => {
    const kept = { ...SAME, name: 'general--before-20260102T030405Z', state: 'aside', vectors: null };
    const report = reportOf({ ...ANSWER, mode: 'repair', collections: [kept] });
    expect(syncText(report, VIEW).split('\n').slice(1)).toEqual([
      'general--before-20260102T030405Z  3       not there   1        kept by a restore',
      'Both sides agree: 1 collection, 0 repaired',
    ]);
  });

  test('says what was done, and whether that was enough', () => {
    const collections = DIFFERING.map((each) => ({ ...each, repaired: each.found }));
    const repaired = { ...ANSWER, mode: 'repair', applied: 2, collections };
    expect(syncText(reportOf(repaired), VIEW).split('\n')).toEqual([
      'COLLECTION  QDRANT     POSTGRESQL  WAITING  DONE',
      'general     3          3           1        -',
      'lost        2          3           1        removed 1 row, wrote 2 payloads',
      'new         3          not there   1        listed, added 3 rows',
      'gone        not there  3           1        removed 3 rows, no longer listed',
      'Both sides agree: 4 collections, 11 repaired, 2 waiting writes sent',
    ]);
    const [, , , gone] = collections;
    const kept = { ...gone, kept: 'libraries use this collection: create it in Qdrant' };
    const left = syncText(reportOf({ ...repaired, in_step: false, collections: [kept] }), VIEW);
    expect(left).toMatch(/removed 3 rows, libraries use this collection/);
    expect(left).toMatch(/\nBoth sides still differ: 1 collection/);
  });

  test('tells of writes that Qdrant has refused', () => {
    const report = reportOf({ ...ANSWER, outbox: { ...ANSWER.outbox, rejected: 2 } });
    expect(syncText(report, VIEW)).toContain('Qdrant has refused 2 writes');
  });
});
