import { describe, expect, it } from 'vitest';
import type { BackupPart } from '../../../../src/backup/manifest.js';
import type { FoundSet } from '../../../../src/backup/sets/look.js';
import {
  goes,
  planRetention,
  type RetentionRules,
  rulesText,
} from '../../../../src/backup/sets/retention.js';
import { judgeSets } from '../../../../src/backup/sets/state.js';
import { foundSet, hoursBefore, judged, snapshot } from './support.js';

const NOW = '2026-11-25T12:00:00Z';
const RULES: RetentionRules = {
  retention: '30d',
  keep_minimum: 3,
  keep: { daily: 0, weekly: 0, monthly: 0 },
  priorities: {},
};
const PIN = { reason: 'before the move', by: 'me@here', at: NOW };

const daysAgo = (days: number, parts: Partial<BackupPart>[] = [], more: Partial<FoundSet> = {}): FoundSet =>
  foundSet(hoursBefore(NOW, days * 24), parts, more);
const drilled = (set: FoundSet, ok: boolean): FoundSet => ({ ...set, drill: { at: NOW, ok, findings: [] } });
const damaged = (set: FoundSet): FoundSet => ({ ...set, files: new Map() });
const unfinished = (set: FoundSet): FoundSet => ({ ...set, manifest: null, why: 'unfinished' });

/** Days of the sets that go, and the rules by which the others stay, oldest last. */
function outcome(sets: FoundSet[], rules: Partial<RetentionRules> = {}, now = NOW): string {
  const plan = planRetention(judged(now, ...sets), { ...RULES, ...rules });
  return plan.sets.map(({ rule }) => rule).join(' ');
}

describe('retention', () => {
  it.each<[string, FoundSet[], Partial<RetentionRules>, string]>([
    ['no set at all', [], {}, ''],
    [
      'sets within the retention',
      [daysAgo(0), daysAgo(1), daysAgo(2), daysAgo(30)],
      {},
      'minimum minimum minimum retention',
    ],
    [
      'a set older than that',
      [daysAgo(0), daysAgo(1), daysAgo(2), daysAgo(31)],
      {},
      'minimum minimum minimum expired',
    ],
    [
      'old sets, of which a minimum stays',
      [daysAgo(0), daysAgo(90), daysAgo(91), daysAgo(92)],
      {},
      'minimum minimum minimum expired',
    ],
    ['a minimum of one', [daysAgo(0), daysAgo(90)], { keep_minimum: 1 }, 'minimum expired'],
    [
      'backups that stopped long ago: nothing ages',
      [daysAgo(400), daysAgo(401), daysAgo(429), daysAgo(430), daysAgo(431)],
      {},
      'minimum minimum minimum retention expired',
    ],
    ['a pinned set', [daysAgo(0), daysAgo(90, [], { pin: PIN })], { keep_minimum: 1 }, 'minimum pinned'],
    [
      'the newest set that a drill restored, where a newer one did not restore',
      [daysAgo(0), drilled(daysAgo(1), false), drilled(daysAgo(90), true), drilled(daysAgo(91), true)],
      { keep_minimum: 1 },
      'minimum retention drilled expired',
    ],
    [
      'a set that a drill restored, where nothing is known of newer ones',
      [daysAgo(0), drilled(daysAgo(90), true), drilled(daysAgo(91), false)],
      { keep_minimum: 1 },
      'minimum expired expired',
    ],
    [
      'an unfinished one, which is another command’s',
      [daysAgo(0), unfinished(daysAgo(90))],
      { keep_minimum: 1 },
      'minimum unfinished',
    ],
    [
      'sets from the future, which do not count',
      [daysAgo(-1), daysAgo(0), daysAgo(29), daysAgo(31)],
      { keep_minimum: 1 },
      'future minimum retention expired',
    ],
    [
      'damaged sets, which do not count as good',
      [
        damaged(daysAgo(0)),
        damaged(daysAgo(1)),
        daysAgo(90),
        daysAgo(100),
        damaged(daysAgo(101)),
        damaged(daysAgo(121)),
      ],
      { keep_minimum: 1 },
      'retention retention minimum retention retention expired',
    ],
    [
      'nothing but damaged sets',
      [damaged(daysAgo(0)), damaged(daysAgo(400)), damaged(daysAgo(900))],
      { keep_minimum: 1 },
      'none-whole none-whole none-whole',
    ],
    [
      'nothing but sets from the future',
      [daysAgo(-400), daysAgo(-800)],
      { keep_minimum: 1 },
      'future future',
    ],
  ])('decides of %s', (_, sets, rules, expected) => {
    expect(outcome(sets, rules)).toBe(expected);
  });

  const at = (...instants: string[]) => instants.map((instant) => foundSet(instant));

  it.each<[string, Partial<RetentionRules['keep']>, FoundSet[], string]>([
    [
      'the last of each of the newest days that have one',
      { daily: 3 },
      at(
        '2026-11-25T02:00Z',
        '2026-11-24T23:59:59Z',
        '2026-11-24T00:00Z',
        '2026-11-20T02:00Z',
        '2026-11-19T02:00Z',
      ),
      'minimum daily expired daily expired',
    ],
    [
      'of weeks, which begin on Monday in UTC',
      { weekly: 3 },
      at(
        '2026-11-25T02:00Z',
        '2026-11-23T00:00Z',
        '2026-11-22T23:59:59Z',
        '2026-11-16T02:00Z',
        '2026-11-15T02:00Z',
      ),
      'minimum expired weekly expired weekly',
    ],
    [
      'of months',
      { monthly: 3 },
      at(
        '2026-11-25T02:00Z',
        '2026-11-01T00:00Z',
        '2026-10-31T23:59:59Z',
        '2026-10-01T02:00Z',
        '2025-01-15T02:00Z',
      ),
      'minimum expired monthly expired monthly',
    ],
    [
      'of days, weeks and months together',
      { daily: 2, weekly: 2, monthly: 2 },
      at(
        '2026-11-25T02:00Z',
        '2026-11-24T02:00Z',
        '2026-11-21T02:00Z',
        '2026-10-31T02:00Z',
        '2026-10-30T02:00Z',
      ),
      'minimum daily weekly monthly expired',
    ],
  ])('keeps %s', (_, keep, sets, expected) => {
    const rules = { retention: '1h', keep_minimum: 1, keep: { ...RULES.keep, ...keep } };
    expect(outcome(sets, rules)).toBe(expected);
  });

  it('keeps no damaged set for its day: the last whole one of it stays', () => {
    const [later, earlier] = at('2026-11-20T20:00Z', '2026-11-20T02:00Z') as [FoundSet, FoundSet];
    const rules = { retention: '1h', keep_minimum: 1, keep: { ...RULES.keep, daily: 2 } };
    expect(outcome([daysAgo(0), damaged(later), earlier], rules)).toBe('minimum expired daily');
  });

  it('is not moved by the clock: set back all are from the future, set forward none is older', () => {
    const sets = [0, 1, 2, 29, 31].map((days) => daysAgo(days));
    expect(outcome(sets, {}, '2020-01-01T00:00:00Z')).toBe('future future future future future');
    expect(outcome(sets, {}, '2036-01-01T00:00:00Z')).toBe(outcome(sets));
  });

  it('removes nothing beyond the minimum for a set that a clock in the future has dated', () => {
    const sets = [daysAgo(-3650), ...[0, 1, 2, 29].map((days) => daysAgo(days))];
    expect(outcome(sets)).toBe('future minimum minimum minimum retention');
    expect(outcome(sets, {}, '2040-01-01T00:00:00Z')).toBe('minimum minimum minimum expired expired');
  });

  it('leaves alone what is named like a set by no instant', () => {
    const odd = { ...damaged(daysAgo(90)), id: '20269999T999999Z' };
    expect(outcome([daysAgo(0), odd], { keep_minimum: 1 })).toBe('no-instant minimum');
  });

  it('names its rules', () => {
    expect(
      rulesText({ ...RULES, keep: { daily: 7, weekly: 0, monthly: 12 }, priorities: { low: '7d' } }),
    ).toBe('retention 30d, at least 3, 7 daily, 12 monthly, low priority 7d');
  });
});

describe('snapshots of a priority', () => {
  const PARTS = [snapshot('a', 'high'), snapshot('b', 'low')];
  const rules = { keep_minimum: 1, priorities: { low: '7d' } };
  const leaving = (sets: FoundSet[], more: Partial<RetentionRules> = {}): string[] =>
    planRetention(judged(NOW, ...sets), { ...RULES, ...rules, ...more }).parts.map(
      ({ id, path, rule }) => `${id.slice(0, 8)} ${path} ${rule}`,
    );

  it('leave sets that stay, older than their own time', () => {
    expect(leaving([daysAgo(0, PARTS), daysAgo(7, PARTS), daysAgo(8, PARTS)])).toEqual([
      '20261117 collections/b.snapshot priority',
    ]);
  });

  it('stay in pinned, damaged and counted sets, and go with those that go', () => {
    expect(leaving([daysAgo(0, PARTS), daysAgo(8, PARTS, { pin: PIN })])).toEqual([]);
    expect(leaving([daysAgo(0, PARTS), damaged(daysAgo(8, PARTS))])).toEqual([]);
    expect(leaving([daysAgo(0, PARTS), daysAgo(8, PARTS)], { keep_minimum: 2 })).toEqual([]);
    expect(leaving([daysAgo(0, PARTS), daysAgo(40, PARTS)])).toEqual([]);
  });

  it('stay where it is the last one of its collection', () => {
    expect(leaving([daysAgo(0, [snapshot('a', 'high')]), daysAgo(8, PARTS), daysAgo(9, PARTS)])).toEqual([
      '20261116 collections/b.snapshot priority',
    ]);
  });

  it('never leave a set without any part', () => {
    const [newest, old] = [daysAgo(0, PARTS), daysAgo(8, PARTS)];
    const manifest = { ...old.manifest!, parts: old.manifest!.parts.slice(2) };
    expect(leaving([newest, { ...old, manifest }])).toEqual([]);
  });

  it('are removed by the next prune where one was killed between the manifest and the file', () => {
    const old = daysAgo(8, [snapshot('a', 'high')]);
    const path = 'collections/b.snapshot';
    const manifest = { ...old.manifest!, pruned: [{ path, collection: 'b', at: NOW }] };
    const files = new Map([...old.files, [path, 100]]);
    const left = [`${old.id.slice(0, 8)} ${path} left-behind`];
    expect(leaving([daysAgo(0, PARTS), { ...old, manifest, files }])).toEqual(left);
    expect(leaving([daysAgo(0, PARTS), { ...old, manifest }])).toEqual([]);
  });
});

/** Numbers that look random and are the same in every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

describe('whatever the sets, the rules and the clock', () => {
  const pick = <T>(next: () => number, values: readonly T[]): T =>
    values[Math.floor(next() * values.length)] as T;

  function anySet(next: () => number): FoundSet {
    const set = daysAgo(next() * 120 - 20, [snapshot('a', 'high'), snapshot('b', 'low')]);
    const kind = pick(next, [
      'whole',
      'whole',
      'whole',
      'damaged',
      'unfinished',
      'failed',
      'pinned',
    ] as const);
    if (kind === 'damaged') return damaged(set);
    if (kind === 'unfinished') return unfinished(set);
    if (kind === 'pinned') return { ...set, pin: PIN };
    const findings = [{ path: 'qdrant.json', what: 'was changed' }];
    return kind === 'failed' ? { ...set, verification: { at: NOW, ok: false, findings } } : set;
  }

  function anyRules(next: () => number): RetentionRules {
    const number = (): number => Math.floor(next() * 4);
    return {
      retention: pick(next, ['1s', '1d', '30d', '52w']),
      keep_minimum: 1 + number(),
      keep: { daily: number(), weekly: number(), monthly: number() },
      priorities: pick(next, [{}, { low: '1s', high: '1s' }, { low: '7d' }]),
    };
  }

  it('the newest whole set survives, the minimum, pinned and unfinished ones and those from the future too', () => {
    let removed = 0;
    for (let seed = 1; seed <= 3000; seed++) {
      const next = random(seed * 7919);
      const found = Array.from({ length: Math.floor(next() * 12) }, () => anySet(next));
      const now = hoursBefore(NOW, (next() * 240 - 120) * 24);
      const sets = judgeSets(found, now);
      const rules = anyRules(next);
      const plan = planRetention(sets, rules);
      const gone = new Set(plan.sets.filter(goes).map(({ id }) => id));
      const touched = new Set([...gone, ...plan.parts.map(({ id }) => id)]);
      const whole = sets.filter(({ state }) => state === 'whole');
      const untouchable = [
        ...whole.slice(0, rules.keep_minimum),
        ...sets.filter(({ state, pin }) => pin !== null || ['future', 'unfinished'].includes(state)),
        ...(whole.length === 0 ? sets : []),
      ];
      for (const { id } of untouchable) expect(touched, `seed ${seed}: ${id}`).not.toContain(id);
      expect(plan.sets).toHaveLength(sets.length);
      removed += touched.size;
    }
    expect(removed).toBeGreaterThan(1000);
  });
});
