import { describe, expect, it } from 'vitest';
import { copiesIn } from '../../../../src/backup/create/kept.js';
import {
  COLLECTIONS_OF_RESTORES,
  freeRestoreId,
  keptCollection,
  readRestoreName,
  restoredCollection,
} from '../../../../src/backup/restore/collection-names.js';
import { assertDiscardable } from '../../../../src/backup/restore/discard.js';
import { assertSeen, findKept, type KeptRestore, keptOf } from '../../../../src/backup/restore/kept.js';
import { asSeen, beginRestore, hasSwitched } from '../../../../src/backup/restore/made.js';
import type { RestoreRecord } from '../../../../src/backup/restore/record.js';
import { assertUndoable, isNothingToUndo, planUndo } from '../../../../src/backup/restore/undo.js';
import { presentOf, SET } from './support.js';

const RESTORED = `docs--${SET}`;
const KEPT = `docs--before-${SET}`;

function recordOf(changes: Partial<RestoreRecord> = {}): RestoreRecord {
  return {
    ...{ schema: 'vdb.restore/1', restore: SET, set: SET, at: '2026-11-25T00:00:00.000Z', by: 'ops@desk' },
    state: 'done',
    collections: [{ name: 'docs', action: 'exchange', target: RESTORED, kept: KEPT, switched: true }],
    aliases: [{ alias: 'docs', from: null, to: RESTORED }],
    databases: [],
    redis: null,
    configuration: null,
    ...changes,
  };
}

describe('names that restores give', () => {
  it.each(['docs', 'o dd\nname', 'docs--20261101T020000Z'])('of %j are read back', (name) => {
    for (const restore of [SET, `${SET}.2`]) {
      expect(readRestoreName(restoredCollection(name, restore))).toEqual({ name, restore, role: 'restored' });
      expect(readRestoreName(keptCollection(name, restore))).toEqual({ name, restore, role: 'kept' });
    }
  });

  it('are told from those of their owner by a pattern too', () => {
    const pattern = new RegExp(`^(?:${COLLECTIONS_OF_RESTORES})$`, 's');
    expect(keptCollection('o dd\nname', `${SET}.2`)).toMatch(pattern);
    expect(restoredCollection('docs', SET)).toMatch(pattern);
    expect('docs').not.toMatch(pattern);
    expect(`${keptCollection('docs', SET)}-x`).not.toMatch(pattern);
  });

  it.each(['docs', 'docs--before', '--20261101T020000Z', 'docs--20261101', `docs-${SET}`])(
    'are not what %j is',
    (name) => {
      expect(readRestoreName(name)).toBeNull();
    },
  );

  it('must fit', () => {
    expect(() => restoredCollection('ü'.repeat(120), SET)).toThrow(/too long/);
    expect(restoredCollection('ü'.repeat(118), SET)).toHaveLength(118 + 18);
  });

  it('are counted from the second restore of a set on', () => {
    expect(freeRestoreId(SET, [])).toBe(SET);
    expect(freeRestoreId(SET, [SET, `${SET}.2`, `${SET}.4`])).toBe(`${SET}.3`);
  });

  it('are used again only where no client has what was restored', () => {
    const [collection] = recordOf().collections;
    const cutShort = { state: 'begun' as const, collections: [{ ...collection!, switched: false }] };
    expect(hasSwitched(recordOf(cutShort))).toBe(false);
    expect(hasSwitched(recordOf({ state: 'begun' }))).toBe(true);
    expect(hasSwitched(recordOf())).toBe(true);
  });

  it('are not used again where a file was kept of what was replaced, whatever else the record says', () => {
    for (const file of [{ redis: '/s/x.rdb' }, { configuration: '/s/x.tar' }]) {
      const record = recordOf({ state: 'begun', collections: [], aliases: [], ...file });
      expect(beginRestore(SET, [record], { qdrant: null, databases: [] }).restore).toBe(`${SET}.2`);
    }
  });
});

describe('a switch of which the record had no time to tell', () => {
  const kept = `app_before_${SET.toLowerCase()}`;
  const cut = recordOf({
    state: 'begun',
    collections: [{ name: 'docs', action: 'switch', target: RESTORED, kept: 'docs_v7', switched: false }],
    databases: [{ database: 'app', restored: 'app_r', kept, switched: false }],
  });

  it('of a database is seen by the name under which the other one is kept', () => {
    const seen = (names: string[]) => asSeen(cut, { qdrant: null, databases: names }).databases[0]?.switched;
    expect(seen(['app', kept])).toBe(true);
    expect(seen(['app', 'app_r'])).toBe(false);
  });

  it('of a database is taken back, and goes before the restore below it', () => {
    const record = asSeen(cut, { qdrant: presentOf(), databases: ['app', kept] });
    expect(planUndo(record, presentOf(), ['app', kept]).databases).toEqual([{ database: 'app', kept }]);
    const below = recordOf({
      ...{ restore: `${SET}.9`, at: '2026-11-24T09:00:00.000Z', collections: [], aliases: [] },
      databases: [{ database: 'app', restored: 'r', kept: 'k', switched: true }],
    });
    expect(() => assertUndoable(below, [record, below])).toThrow(/is to be taken back first/);
  });

  it('of an alias is seen by where it points', () => {
    const seen = (target: string) =>
      asSeen(cut, { qdrant: presentOf([], { docs: target }), databases: null }).collections[0]?.switched;
    expect(seen(RESTORED)).toBe(true);
    expect(seen('docs_v7')).toBe(false);
  });
});

describe('databases that nobody could see', () => {
  const down = { names: null, why: new Error('PostgreSQL is down') };

  it('are named as such', () => {
    const databases = [{ database: 'app', restored: 'app_r', kept: 'app_k', switched: true }];
    expect(keptOf([recordOf({ databases })], presentOf(), null)).toMatchObject([
      { databases: [], unseen: ['app_r', 'app_k'] },
    ]);
  });

  it('are in the way of a restore that has to do with one, and of no other', () => {
    const databases = [{ database: 'app', restored: 'app_r', kept: 'app_k', switched: true }];
    expect(() => assertSeen(recordOf({ databases }), down)).toThrow('PostgreSQL is down');
    expect(() => assertSeen(recordOf(), down)).not.toThrow();
  });
});

describe('what a restore has kept', () => {
  it('is what its record and its names tell of, and nobody uses', () => {
    const present = presentOf([RESTORED, KEPT, 'mine'], { docs: RESTORED });
    const suffix = `_before_${SET.toLowerCase()}`;
    const names = ['app', `app${suffix}`, `mine${suffix}`];
    const databases = [{ database: 'app', restored: 'app_r', kept: names[1]!, switched: true }];
    expect(keptOf([recordOf({ redis: '/x.rdb', databases })], present, names)).toMatchObject([
      { restore: SET, collections: [KEPT], databases: [names[1]], files: ['/x.rdb'] },
    ]);
  });

  it('is the restored collection once the restore was taken back', () => {
    const present = presentOf([RESTORED, KEPT], { docs: KEPT });
    expect(keptOf([recordOf({ state: 'undone' })], present, [])).toMatchObject([{ collections: [RESTORED] }]);
  });

  it("is nothing that only bears such a name: without a record that is its owner's", () => {
    expect(keptOf([], presentOf([KEPT, `b--${SET}.2`, 'mine']), [`app_before_${SET.toLowerCase()}`])).toEqual(
      [],
    );
    const own = [`own--${SET}`, `docs--before-${SET}.2`, `${RESTORED}.2`];
    const found = keptOf([recordOf()], presentOf([RESTORED, KEPT, ...own], { docs: RESTORED }), []);
    expect(found).toMatchObject([{ collections: [KEPT] }]);
  });

  it('is never what an alias points to, and that is told', () => {
    const present = presentOf([RESTORED, KEPT], { docs: RESTORED, old: KEPT });
    expect(keptOf([recordOf()], present, [])).toMatchObject([
      {
        collections: [],
        used: [
          { collection: RESTORED, aliases: ['docs'], serves: true },
          { collection: KEPT, aliases: ['old'], serves: false },
        ],
      },
    ]);
  });

  it('is told of after it was discarded only where something waits to be removed', () => {
    const discarded = recordOf({ discarded: '2026-11-26T00:00:00.000Z' });
    expect(keptOf([discarded], presentOf([RESTORED], { docs: RESTORED }), [])).toEqual([]);
    const held = presentOf([RESTORED, KEPT], { docs: RESTORED, old: KEPT });
    expect(keptOf([discarded], held, [])).toHaveLength(1);
    const free = presentOf([RESTORED, 'x'], { docs: 'x' });
    expect(keptOf([discarded], free, [])).toMatchObject([{ collections: [RESTORED] }]);
  });

  it("by a later restore is that one's, whichever has made it", () => {
    const later = recordOf({
      restore: `${SET}.2`,
      collections: [
        { name: 'docs', action: 'switch', target: `${RESTORED}.2`, kept: RESTORED, switched: true },
      ],
    });
    const present = presentOf([KEPT, RESTORED, `${RESTORED}.2`], { docs: `${RESTORED}.2` });
    expect(keptOf([later, recordOf()], present, [])).toMatchObject([
      { restore: `${SET}.2`, collections: [RESTORED] },
      { restore: SET, collections: [KEPT] },
    ]);
  });

  it('is never a collection that has a name of its own', () => {
    const record = recordOf({
      collections: [{ name: 'docs', action: 'switch', target: RESTORED, kept: 'docs_v7', switched: true }],
    });
    expect(keptOf([record], presentOf(['docs_v7', RESTORED], { docs: RESTORED }), [])).toMatchObject([
      { collections: [] },
    ]);
  });

  it('is found by the name, by its beginning, or by being the only one', () => {
    const of = (restore: string) => ({ restore }) as Parameters<typeof findKept>[0][number];
    const both = [of(`${SET}.2`), of(SET)];
    expect(findKept(both, SET).restore).toBe(SET);
    expect(findKept([of(SET)], '2026').restore).toBe(SET);
    expect(findKept([of(SET)], undefined).restore).toBe(SET);
    expect(() => findKept(both, '2026')).toThrow(/2 restores/);
    expect(() => findKept(both, undefined)).toThrow(/2 restores/);
    expect(() => findKept([], undefined)).toThrow(/No restore/);
    expect(() => findKept(both, '2025')).toThrow(/No restore of 2025/);
  });
});

describe('discarding', () => {
  const kept = (record: RestoreRecord, present: Parameters<typeof keptOf>[1]) =>
    keptOf([record], present, [])[0] as unknown as KeptRestore;

  it('is refused where only collections are kept that aliases point to', () => {
    const present = presentOf([RESTORED, KEPT], { docs: RESTORED, old: KEPT });
    expect(() => assertDiscardable(kept(recordOf(), present), present)).toThrow(/aliases point to what/);
    const free = presentOf([RESTORED, KEPT], { docs: RESTORED });
    expect(() => assertDiscardable(kept(recordOf(), free), free)).not.toThrow();
  });

  it('is refused where what was kept is all that is left of a collection', () => {
    const present = presentOf([RESTORED, KEPT]);
    const record = recordOf({ state: 'begun' });
    expect(() => assertDiscardable(kept(record, present), present)).toThrow(/all that there is of docs/);
  });
});

describe('a later set', () => {
  it('leaves out what is kept, but not where that is all that is left of a collection', () => {
    const done = presentOf([RESTORED, KEPT, `own--${SET}`], { docs: RESTORED });
    expect(copiesIn([recordOf()], done)).toEqual([KEPT]);
    expect(copiesIn([recordOf({ state: 'begun' })], presentOf([RESTORED, KEPT]))).toEqual([]);
  });
});

describe('the name of a restore', () => {
  const cutShort = (changes: Partial<RestoreRecord> = {}) =>
    recordOf({
      state: 'begun',
      collections: [{ name: 'docs', action: 'exchange', target: RESTORED, kept: KEPT, switched: false }],
      ...changes,
    });
  const begin = (
    records: RestoreRecord[],
    qdrant: ReturnType<typeof presentOf> | null,
    databases = ['app'],
  ) => beginRestore(SET, records, { qdrant, databases });

  it('of one that was cut short is used again, and what that has made goes first', () => {
    expect(begin([cutShort()], presentOf(['docs', RESTORED, KEPT, 'x']))).toEqual({
      restore: SET,
      leftovers: [RESTORED, KEPT],
      claimed: [],
    });
  });

  it('of one that was to make collections of their own names is used again, and these are known and stay', () => {
    const collections = ['a', 'b'].map((name) => ({
      ...{ name, action: 'create' as const, target: name, kept: null, switched: false },
    }));
    expect(begin([cutShort({ collections })], presentOf(['a', 'mine']))).toEqual({
      ...{ restore: SET, leftovers: [], claimed: ['a'] },
    });
    expect(begin([cutShort({ collections, state: 'done' })], presentOf(['a'])).claimed).toEqual([]);
  });

  it.each([
    ['a collection of somebody', [], presentOf(['docs', RESTORED])],
    ['an alias of somebody', [], presentOf(['docs'], { [KEPT]: 'docs' })],
    ['a collection that an alias points to', [cutShort()], presentOf(['docs', RESTORED], { mine: RESTORED })],
    ['all that is left of a collection', [cutShort()], presentOf([RESTORED, KEPT])],
    ['what nobody has looked at', [cutShort()], null],
    ['a restore that serves', [recordOf()], presentOf([RESTORED, KEPT], { docs: RESTORED })],
    ['a restore that was discarded', [recordOf({ discarded: '2026-11-26T00:00:00.000Z' })], presentOf()],
  ])('is not that of %s, and nothing is removed', (_, records, qdrant) => {
    expect(begin(records, qdrant)).toEqual({
      restore: `${SET}.2`,
      leftovers: [],
      claimed: [],
    });
  });

  it('is not that of a database of somebody, nor of one that was kept', () => {
    const name = `app_before_${SET.toLowerCase()}`;
    expect(begin([], presentOf(), [name]).restore).toBe(`${SET}.2`);
    const databases = [{ database: 'app', restored: 'r', kept: name, switched: false }];
    expect(begin([cutShort({ collections: [], databases })], null, [name]).restore).toBe(`${SET}.2`);
  });
});

describe('taking a restore back', () => {
  it('is refused where a later one stands on it, which is named', () => {
    const first = recordOf();
    const [second, third] = [2, 3].map((number) =>
      recordOf({ restore: `${SET}.${number}`, at: `2026-11-25T0${number}:00:00.000Z` }),
    ) as [RestoreRecord, RestoreRecord];
    const all = [third, second, first];
    expect(() => assertUndoable(second, all)).toThrow(`Restore ${SET}.3 came after ${SET}.2`);
    expect(() => assertUndoable(first, all)).toThrow(`Restore ${SET}.3 came after`);
    expect(() => assertUndoable(third, all)).not.toThrow();
    expect(() => assertUndoable(first, [{ ...second, state: 'undone' }, first])).not.toThrow();
    const other = { ...second, collections: [{ ...second.collections[0]!, name: 'other' }] };
    expect(() => assertUndoable(first, [other, first])).not.toThrow();
  });

  it('is refused where it was taken back already', () => {
    expect(() => assertUndoable(recordOf({ state: 'undone' }), [])).toThrow(/taken back already/);
  });

  it('gives the name to what was kept, and other aliases with it', () => {
    const aliases = [
      { alias: 'docs', from: null, to: RESTORED },
      { alias: 'mine', from: 'docs', to: RESTORED },
      { alias: 'current', from: 'x', to: RESTORED },
      { alias: 'fresh', from: null, to: RESTORED },
    ];
    const present = presentOf([RESTORED, KEPT, 'x'], {
      ...{ docs: RESTORED, mine: RESTORED, current: RESTORED, fresh: RESTORED },
    });
    expect(planUndo(recordOf({ aliases }), present, []).moves).toEqual([
      { alias: 'docs', from: RESTORED, to: KEPT },
      { alias: 'mine', from: RESTORED, to: KEPT },
      { alias: 'current', from: RESTORED, to: 'x' },
      { alias: 'fresh', from: RESTORED, to: null },
    ]);
  });

  it('gives a name back that means nothing, because the exchange was cut short', () => {
    const { moves } = planUndo(recordOf({ state: 'begun' }), presentOf([RESTORED, KEPT]), []);
    expect(moves).toEqual([{ alias: 'docs', from: null, to: KEPT }]);
  });

  it('leaves alone what was never exchanged', () => {
    const plan = planUndo(recordOf({ state: 'begun' }), presentOf(['docs', RESTORED, KEPT]), []);
    expect(isNothingToUndo(plan)).toBe(true);
  });

  it('leaves aliases of a collection of which nothing was kept', () => {
    const collections = [
      { name: 'docs', action: 'replace' as const, target: RESTORED, kept: null, switched: true },
    ];
    const aliases = [
      { alias: 'docs', from: null, to: RESTORED },
      { alias: 'mine', from: 'docs', to: RESTORED },
    ];
    const present = presentOf([RESTORED], { docs: RESTORED, mine: RESTORED });
    expect(planUndo(recordOf({ collections, aliases }), present, []).moves).toEqual([]);
  });

  it('leaves an alias alone that somebody has moved since, and says so', () => {
    const plan = planUndo(recordOf(), presentOf([RESTORED, KEPT, 'other'], { docs: 'other' }), []);
    expect(plan).toMatchObject({ moves: [], stays: ['docs: it was moved to other since'] });
  });

  it('says what cannot go back', () => {
    const gone = planUndo(recordOf(), presentOf([RESTORED], { docs: RESTORED }), []);
    expect(gone).toMatchObject({ moves: [], stays: [`docs: ${KEPT} is not there any more`] });
    const collections = (['create', 'replace'] as const).map((action) => ({
      ...{ name: action, action, target: action, kept: null, switched: true },
    }));
    expect(planUndo(recordOf({ collections, aliases: [] }), presentOf(), []).stays).toEqual([
      'create: it was not there before',
      'replace: it had no points before',
    ]);
  });

  it('renames only databases of which one was kept, whatever the record had time to say', () => {
    const of = (database: string, switched: boolean, kept: string | null) => ({
      database,
      restored: 'r',
      kept,
      switched,
    });
    const databases = [of('a', false, 'a_before'), of('b', true, 'b_before'), of('c', true, null)];
    expect(planUndo(recordOf({ databases }), presentOf(), ['a', 'a_before', 'c']).databases).toEqual([
      { database: 'a', kept: 'a_before' },
    ]);
  });
});
