import { describe, expect, it } from 'vitest';
import type { CheckContext } from '../../../../src/checks/check.js';
import { known, type Observation } from '../../../../src/host/probe.js';
import { ABSENT, answered, contextOf, FACTS, judged } from '../support.js';

const GIB = 1024 ** 3;
const MILLION = 1_000_000;
const UNSEEN: Observation<never> = { status: 'unknown', why: 'no answer within 20 s' };

interface Host {
  freeGib?: number;
  takenGib?: number;
  memoryGib?: number;
  counts?: readonly Observation<unknown>[];
}

function counted(count: number): Observation<unknown> {
  return answered(200, { result: { count } });
}

/** What the probes of these checks bring: disk, sizes, facts, two limits of containers, a count for each collection. */
function seenOn({ freeGib = 500, takenGib = 0, memoryGib = 64, counts = [counted(0)] }: Host) {
  return [
    known({ free: freeGib * GIB, size: 1000 * GIB, inodes: null, fileSystem: 'ext4', mountedOn: '/data' }),
    known([{ name: 'docs', bytes: takenGib * GIB }]),
    known({ ...FACTS, memory: memoryGib * GIB }),
    ABSENT,
    ABSENT,
    ...counts,
  ];
}

/** Some 540 bytes of memory and 2840 of disk for a point, before head-room; Redis, PostgreSQL and the gateway take memory too. */
function judge(id: string, host: Host, context: CheckContext = contextOf()) {
  return judged(id, seenOn(host), context);
}

it('capacity.disk is unknown where only what lies above the storage was measured', () => {
  const [disk, ...others] = seenOn({}) as [Observation<object>, ...Observation<unknown>[]];
  const above = disk.status === 'known' ? known({ ...disk.value, instead: '/' }) : disk;
  expect(judged('capacity.disk', [above, ...others])).toMatchObject({
    status: 'unknown',
    seen: expect.stringContaining('/data/qdrant/blue does not exist'),
  });
});

describe('capacity.memory', () => {
  it('passes when the points fit, and says what was compared', () => {
    expect(judge('capacity.memory', { counts: [counted(40 * MILLION)] })).toMatchObject({
      status: 'pass',
      seen: 'memory: 25.4 GiB needed, 32 GiB planned, 39.8 GiB there',
    });
  });

  it('fails when they do not fit into what is planned', () => {
    expect(judge('capacity.memory', { counts: [counted(55 * MILLION)] })).toMatchObject({
      status: 'fail',
      seen: 'memory: 35 GiB needed, 32 GiB planned, 39.8 GiB there',
      expected: 'at most 32 GiB',
    });
  });

  it('fails when they fit into the plan but not into the host', () => {
    const found = judge('capacity.memory', { counts: [counted(40 * MILLION)], memoryGib: 40 });
    expect(found).toMatchObject({ status: 'fail', expected: 'at most 18.8 GiB' });
  });

  it('takes a collection that is not there for empty, one that was not counted for unknown', () => {
    const context = contextOf({ collections: { a: { size: 384 }, b: { size: 384 } } });
    const counts = [counted(MILLION), answered(404, { status: { error: 'not found' } })];
    expect(judge('capacity.memory', { counts }, context).status).toBe('pass');
    expect(judge('capacity.memory', { counts: [counted(MILLION), UNSEEN] }, context)).toMatchObject({
      status: 'unknown',
      seen: 'b: no answer within 20 s',
    });
  });

  it.each([
    ['Qdrant is down', ABSENT],
    ['Qdrant hangs', answered('timeout')],
    ['the key is refused', answered(401)],
    ['the answer is garbage', answered(200, '<html>')],
  ])('is unknown when %s', (_, count) => {
    expect(judge('capacity.memory', { counts: [count] }).status).toBe('unknown');
  });

  it('does not apply without collections', () => {
    expect(judge('capacity.memory', { counts: [] }, contextOf({ collections: {} })).status).toBe('skip');
  });
});

describe('capacity.disk', () => {
  const counts = [counted(100 * MILLION)];

  it('counts what is free and what the collections take already', () => {
    expect(judge('capacity.disk', { counts, freeGib: 100, takenGib: 250 })).toMatchObject({
      status: 'pass',
      seen: 'disk: 332.3 GiB needed, 1 TiB planned, 350 GiB there',
    });
    expect(judge('capacity.disk', { counts, freeGib: 50, takenGib: 250 })).toMatchObject({
      status: 'fail',
      expected: 'at most 300 GiB',
    });
  });

  it('fails beyond the planned storage', () => {
    const context = contextOf({ capacity: { payload_bytes: 8192 } });
    expect(judge('capacity.disk', { counts, freeGib: 9000 }, context).status).toBe('fail');
  });

  it('is unknown when the disk or the sizes were not seen', () => {
    const observations = seenOn({ counts });
    expect(judged('capacity.disk', [UNSEEN, ...observations.slice(1)]).status).toBe('unknown');
    expect(judged('capacity.disk', observations.with(1, UNSEEN)).status).toBe('unknown');
  });
});

describe('capacity.growth', () => {
  const context = contextOf({ capacity: { growth_per_day: 500_000 } });
  const counts = [counted(20 * MILLION)];

  it('passes for 30 days and warns for 90, when it lasts that long', () => {
    expect(judge('capacity.growth-30', { counts }, context)).toMatchObject({ status: 'pass' });
    expect(judge('capacity.growth-90', { counts }, context)).toMatchObject({
      status: 'warn',
      seen: '65 000 000 points do not fit; 20 000 000 are there',
    });
  });

  it('says all of memory, disk and the rule of thumb', () => {
    expect(judge('capacity.growth-90', { counts }, context).details).toEqual([
      'memory: 41.5 GiB needed, 32 GiB planned, 39.8 GiB there',
      'disk: 215.8 GiB needed, 1 TiB planned, 500 GiB there',
      'rule of thumb with everything in memory: 139.5 GiB',
    ]);
  });

  it('does not apply while the growth is not known', () => {
    expect(judge('capacity.growth-30', { counts })).toMatchObject({
      status: 'skip',
      seen: 'capacity.growth_per_day is 0: it is not known',
    });
  });
});

describe('capacity.target', () => {
  it('warns that 100 million points do not fit into 32 GiB with int8', () => {
    expect(judge('capacity.target', {})).toMatchObject({
      status: 'warn',
      seen: '100 000 000 points do not fit; 0 are there',
    });
  });

  it('passes for fewer, and never plans for less than there is', () => {
    const context = contextOf({ capacity: { target_points: 1000 } });
    expect(judge('capacity.target', {}, context).status).toBe('pass');
    expect(judge('capacity.target', { counts: [counted(60 * MILLION)] }, context).status).toBe('warn');
  });

  it('is unknown when one of the two was not seen and the other fits', () => {
    const context = contextOf({ capacity: { target_points: 1000 } });
    expect(judged('capacity.target', seenOn({}).with(0, UNSEEN), context).status).toBe('unknown');
  });
});
