import { describe, expect, test } from 'vitest';
import { reportOf } from '../../../src/database/sync.js';
import { syncData, syncText } from '../../../src/ui/database/sync.js';

const COLLECTION = {
  ...{ name: 'general', qdrant: 3, postgres: 2, missing_rows: 1, missing_points: 0, waiting: 0 },
  action: 'add 1 row',
};
const GONE = { ...COLLECTION, name: 'code', qdrant: null, action: 'create the collection' };
const ANSWER = { collections: [COLLECTION, GONE], repaired: 0, clean: false };

describe('a report of both sides', () => {
  test('is read, and given to machines as it was', () => {
    expect(syncData(reportOf(ANSWER))).toEqual(ANSWER);
  });

  test.each([
    {},
    { ...ANSWER, clean: 'yes' },
    { ...ANSWER, collections: [{ ...COLLECTION, qdrant: 'three' }] },
    { ...ANSWER, collections: [{ ...COLLECTION, waiting: null }] },
  ])('is never made up: %j', (answer) => {
    expect(() => reportOf(answer)).toThrow('unreadable report of a synchronisation');
  });

  test('shows both counts and what is to be done, and in the last line the sum', () => {
    const view = { color: false, width: 80, done: false };
    expect(syncText(reportOf(ANSWER), view).split('\n')).toEqual([
      'COLLECTION  QDRANT     POSTGRESQL  WAITING  TO DO',
      'general     3          2           0        add 1 row',
      'code        not there  2           0        create the collection',
      '2 of 2 collections differ. Repair: vdb db sync --repair',
    ]);
  });

  test('says what was done, and whether that was enough', () => {
    const view = { color: false, width: 80, done: true };
    const report = reportOf({ ...ANSWER, repaired: 4, clean: true });
    expect(syncText(report, view)).toMatch(/DONE[\s\S]*\nBoth sides agree: 2 collections, 4 repaired$/);
    expect(syncText({ ...report, clean: false }, view)).toMatch(/Both sides still differ: 2 collections/);
  });
});
