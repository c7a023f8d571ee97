import { describe, expect, it } from 'vitest';
import type { FoundSet } from '../../../../src/backup/sets/look.js';
import { planRetention, rulesText } from '../../../../src/backup/sets/retention.js';
import { bytesText } from '../../../../src/ui/backup/progress.js';
import {
  copiesPlanText,
  prunePlanData,
  prunePlanText,
  pruneReportText,
} from '../../../../src/ui/backup/prune.js';
import { setText } from '../../../../src/ui/backup/set.js';
import { setData, setListText } from '../../../../src/ui/backup/sets.js';
import { ageText, oldText, shortNumber } from '../../../../src/ui/backup/values.js';
import { verifiedText } from '../../../../src/ui/backup/verified.js';
import { foundSet, judged, snapshot } from '../../backup/sets/support.js';

const NOW = '2026-11-25T12:00:00Z';
const VIEW = { now: new Date(NOW), color: false, width: 80 };
const PARTS = [
  {
    ...snapshot('general', 'low'),
    bytes: 5 * 1024 ** 2,
    points: 1234,
    from: NOW,
    until: '2026-11-25T12:00:03Z',
  },
  { ...snapshot('other', 'high'), points_between: [7, 9] as [number, number] },
  { path: 'postgres/metadata_of_vectors.dump', kind: 'postgres', database: 'metadata_of_vectors' },
];
const PIN = { reason: 'before the move', by: 'me@here', at: NOW };

const whole = foundSet('2026-11-25T02:00:00Z', PARTS, {
  verification: { at: '2026-11-25T07:00:00Z', ok: true, findings: [] },
});
const broken = foundSet('2026-11-24T02:00:00Z', PARTS, { files: new Map(), pin: PIN });
const unfinished = foundSet('2026-11-23T02:00:00Z', [], { manifest: null, why: 'unfinished' });
const future = foundSet('2026-12-23T02:00:00Z', PARTS);

function list(sets: FoundSet[], width = 80, halfRemoved: string[] = []): string {
  return setListText(judged(NOW, ...sets), halfRemoved, { ...VIEW, width });
}

describe('the list of sets', () => {
  it('has a line for each, and below what is wrong with which', () => {
    expect(
      list([whole, broken, unfinished, future], Infinity, ['.removing-20261001T020000Z']).split('\n'),
    ).toEqual([
      'SET               AGE      SIZE   COLL/PTS  DATABASE             STATE       VERIFIED  PIN',
      '20261223T020000Z  in 27 d  5 MiB  2/1.2k    metadata_of_vectors  future      never',
      '20261125T020000Z  10 h     5 MiB  2/1.2k    metadata_of_vectors  whole       5 h',
      '20261124T020000Z  34 h     0 B    2/1.2k    metadata_of_vectors  damaged     never     yes',
      '20261123T020000Z  2 d      510 B  -         -                    unfinished  never',
      '',
      '20261124T020000Z: qdrant.json is missing (and 3 more: vdb backup show 20261124T020000Z)',
      '20261124T020000Z: pinned by me@here: before the move',
      '.removing-20261001T020000Z: what is left of a set that was removed; the next prune removes it',
    ]);
  });

  it('fits into eighty columns, and cuts the name of a database for it', () => {
    const lines = list([whole, broken, unfinished, future], 80, ['.removing-20261001T020000Z']).split('\n');
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(lines.slice(6, 8)).toEqual([
      '20261124T020000Z: qdrant.json is missing (and 3 more: vdb backup show',
      '  20261124T020000Z)',
    ]);
    expect(lines[3]).toMatch(/ metad\S*… {2}damaged {5}never {5}yes$/);
  });

  it('says of a whole set that its drill failed, and of what', () => {
    const drill = {
      ...{ at: '2026-11-25T08:00:00Z', ok: false },
      findings: [
        { path: 'postgres/app.dump', what: 'does not restore: table public.a is missing' },
        { path: 'qdrant.json', what: 'does not restore: it cannot be read' },
      ],
    };
    const lines = list([{ ...whole, drill }], Infinity).split('\n');
    expect(lines[1]).toMatch(/ whole {2}DRILL FAILED$/);
    expect(lines.at(-1)).toBe(
      '20261125T020000Z: its drill on 2026-11-25 failed: postgres/app.dump does not restore: table public.a is missing (and 1 more: vdb backup show 20261125T020000Z)',
    );
    expect(list([{ ...whole, drill: { ...drill, findings: [] } }])).toContain('nothing of it was restored');
    expect(list([{ ...whole, drill: { ...drill, ok: true } }])).not.toContain('drill');
  });

  it('tells machines what it shows, exactly', () => {
    const [set] = judged(NOW, whole);
    expect(setData(set!, VIEW.now)).toMatchObject({
      ...{
        id: '20261125T020000Z',
        state: 'whole',
        age_seconds: 36_000,
        findings: [],
        collections: 2,
        points: 1241,
      },
      ...{ databases: ['metadata_of_vectors'], pinned: null, verified: { ok: true } },
    });
  });
});

describe('a set', () => {
  const show = (set: FoundSet, width = 80): string => setText(judged(NOW, set)[0]!, { ...VIEW, width });

  it('is shown with its parts, and what the manifest says of it', () => {
    const manifest = {
      ...whole.manifest!,
      host: { name: 'web', hostname: 'web1' },
      versions: { vdb: '0.1.0', qdrant: '1.18.3' },
      genuine: false,
      left_out: ['/etc/redis/vdb.conf'],
      left_out_databases: ['shop', 'shop_old'],
      pruned: [{ path: 'collections/old.snapshot', collection: 'old', at: NOW }],
    };
    expect(show({ ...whole, manifest, pin: PIN }).split('\n')).toEqual([
      '20261125T020000Z  whole, 5 MiB, begun 10 h ago',
      '  begun      2026-11-25 02:00:00Z, finished after 1 min 00 s',
      '  instant    each part has its own',
      '  host       web (web1)',
      '  versions   vdb 0.1.0, qdrant 1.18.3',
      '  taken of   the emulator, which is not Qdrant',
      '  left out   /etc/redis/vdb.conf (they hold secrets)',
      '  left out   databases shop, shop_old (not that of the configuration)',
      '  pruned     collections/old.snapshot at 2026-11-25 12:00:00Z',
      '  verified   2026-11-25 07:00:00Z, whole',
      '  pinned     by me@here at 2026-11-25 12:00:00Z: before the move',
      '',
      '  SIZE   TIME   HOLDS, PRIORITY      PART',
      '  10 B   -      definitions          qdrant.json',
      '  5 MiB  3.0 s  1234 points, low     collections/general.snapshot',
      '  100 B  -      7 to 9 points, high  collections/other.snapshot',
      '  100 B  -      postgres             postgres/metadata_of_vectors.dump',
    ]);
  });

  it('fits into eighty columns, and nothing of it is cut', () => {
    const long = `documents_of_the_department--before-20261124T020000Z`;
    const parts = [{ ...snapshot(long, 'medium'), points: 123_456_789 }];
    const lines = show(foundSet('2026-11-25T02:00:00Z', parts)).split('\n');
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80);
    const [first = '', second = ''] = lines.slice(-2);
    expect(first).toContain('123456789 points, medium');
    expect(first.split('  ').at(-1)! + second.trim()).toBe(`collections/${long}.snapshot`);
  });

  it('that is from the future says so', () => {
    expect(show(future).split('\n')[0]).toBe('20261223T020000Z  future, 5 MiB, begun in 27 d');
  });

  it('is shown with what its last drill brought', () => {
    const at = '2026-11-25T08:00:00Z';
    expect(show({ ...whole, drill: { at, ok: true, findings: [] } })).toContain(
      '  drilled    2026-11-25 08:00:00Z, it restores\n',
    );
    const findings = [{ path: 'qdrant.json', what: 'does not restore: it cannot be read' }];
    expect(show({ ...whole, drill: { at, ok: false, findings } })).toContain(
      '  drilled    2026-11-25 08:00:00Z, FAILED\n             qdrant.json does not restore: it cannot be read\n',
    );
  });

  it('without a manifest is shown for what it is', () => {
    expect(show(unfinished).split('\n')).toEqual([
      '20261123T020000Z  unfinished, 510 B, begun 2 d ago',
      '  verified   never',
      '  files      2, and no manifest that says what they are',
    ]);
  });

  it('that is damaged says by what', () => {
    const text = show(broken);
    expect(text).toContain(
      '  wrong      qdrant.json is missing\n  wrong      collections/general.snapshot is missing\n',
    );
  });
});

describe('the plan of a prune', () => {
  const old = foundSet('2026-10-01T02:00:00Z', PARTS);
  const middle = foundSet('2026-11-15T02:00:00Z', PARTS);
  const rules = {
    ...{ retention: '30d', keep_minimum: 1, keep: { daily: 0, weekly: 0, monthly: 0 } },
    priorities: { low: '7d' },
  };
  const sets = judged(NOW, whole, middle, old);
  const plan = { ...planRetention(sets, rules), halfRemoved: [], refused: null, found: sets };

  it('says what goes, what stays, and by which rule', () => {
    const view = { color: false, width: Number.POSITIVE_INFINITY };
    expect(prunePlanText(plan, rulesText(rules), view).split('\n')).toEqual([
      'Rules: retention 30d, at least 1, low priority 7d',
      'keep    20261125T020000Z  5 MiB  the newest whole one',
      'keep    20261115T020000Z  5 MiB  within 30d',
      '  part  general           5 MiB  low priority, older than 7d',
      'remove  20261001T020000Z  5 MiB  more than 30d older than 20261125T020000Z',
      '1 of 3 sets to remove, and 1 part of sets that stay: 10 MiB',
    ]);
  });

  it('is the same for machines', () => {
    expect(prunePlanData(plan)).toMatchObject({
      remove: [{ id: old.id, rule: 'expired' }],
      keep: [
        { id: whole.id, rule: 'minimum' },
        { id: middle.id, rule: 'retention' },
      ],
      parts: [{ id: middle.id, path: 'collections/general.snapshot', rule: 'priority' }],
    });
  });

  it('says so where there is nothing to do, or nothing may be done', () => {
    const none = { sets: [], parts: [], halfRemoved: [], found: [], refused: null };
    const view = { color: false, width: 80 };
    expect(prunePlanText(none, 'x', view)).toBe('Rules: x\nNothing to remove of 0 sets.');
    expect(prunePlanText({ ...none, refused: 'why' }, 'x', view)).toContain(
      'Refused: why, so no set is removed',
    );
  });

  it('names what goes of each repository, and one that cannot be looked at', () => {
    const plans = [
      { repository: 'nas', refused: null, going: [{ id: '20261001T020000Z', bytes: 7 }], count: 3 },
      { repository: 'far', refused: null, going: [], count: 1 },
      { repository: 'gone', refused: '/mnt/gone does not exist on the host', going: [], count: 0 },
    ];
    expect(copiesPlanText(plans, false).split('\n')).toEqual([
      'nas: 1 of 3 sets to remove: 20261001T020000Z',
      'far: nothing to remove of 1 set.',
      'Refused (gone): /mnt/gone does not exist on the host',
    ]);
  });

  it('ends in a line of what came of it', () => {
    const report = { refused: null, removed: ['a'], failed: [], freed: 2048, kept: 1, interrupted: false };
    expect(pruneReportText(report, false)).toBe('Done: 1 removed, 2 KiB free again');
    expect(pruneReportText({ ...report, failed: [{ what: 'b', why: 'busy' }] }, false)).toBe(
      'failed b could not be removed: busy\nFailed: 1 removed, 2 KiB free again, 1 failed',
    );
    expect(pruneReportText({ ...report, refused: 'why' }, false)).toBe('Nothing was pruned: why');
  });
});

describe('values', () => {
  it.each([
    [0, '0 min'],
    [3_599_999, '59 min'],
    [47 * 3_600_000, '47 h'],
    [48 * 3_600_000, '2 d'],
    [-3_600_000, 'in 1 h'],
    [-59_999, '0 min'],
    [Number.NaN, '-'],
  ])('an age of %d ms is %s', (ms, text) => {
    expect(ageText(ms)).toBe(text);
  });

  it('a set is old, or from the future', () => {
    expect([oldText(3 * 3_600_000), oldText(-3 * 3_600_000)]).toEqual([
      '3 h old',
      'from the future (in 3 h)',
    ]);
  });

  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1k'],
    [1234, '1.2k'],
    [100_000_000, '100M'],
    [2e13, '20000G'],
  ])('%d in short is %s', (value, text) => {
    expect(shortNumber(value)).toBe(text);
  });

  it('progress has percent, rate and time left', () => {
    expect(bytesText(1024 ** 3, 4 * 1024 ** 3, 2000)).toBe('1 GiB of 4 GiB (25 %), 512 MiB/s, 6.0 s left');
    expect(bytesText(0, 0, 0)).toBe('0 B of 0 B (100 %)');
  });

  it('a verified set names the parts with which something is wrong, and those that nobody looked into', () => {
    const seen = { id: 'x', at: NOW, parts: 2, bytes: 2048 };
    const what = [{ path: 'a', what: 'was changed' }];
    expect(verifiedText({ ...seen, ok: false, findings: what, unread: what }, false).split('\n')).toEqual([
      'DAMAGED  x  2 parts, 2 KiB read',
      '  wrong    a was changed',
      '  unread   a was changed',
    ]);
  });
});
