import { describe, expect, it } from 'vitest';
import { bareNeed, type CapacityPlan, needOf } from '../../../src/capacity/need.js';
import { fitsOf, type Situation, situationsOf, tightest } from '../../../src/capacity/situations.js';
import { collectionSchema } from '../../../src/config/schema/collections.js';

const MILLION = 1_000_000;
const PLAN: CapacityPlan = {
  collections: { a: collectionSchema.parse({ size: 384 }), b: collectionSchema.parse({ size: 384 }) },
  payloadBytes: 512,
  walBytes: 0,
};

function at(when: Situation['when'], points: Record<string, number>): Situation {
  const found = situationsOf(PLAN, points, { backups: true, blueGreen: true }).find(
    (each) => each.when === when,
  );
  if (found === undefined) throw new Error(`no ${when}`);
  return found;
}

describe('what is needed when', () => {
  const points = { a: 3 * MILLION, b: MILLION };
  const bare = bareNeed(PLAN, points);

  it('in operation is the need with head-room', () => {
    expect(at('operation', points)).toEqual({ when: 'operation', ...needOf(PLAN, points) });
  });

  it('during a backup is the largest collection once more on the disk, and no more memory', () => {
    const snapshot = bareNeed(PLAN, { a: 3 * MILLION }).disk;
    expect(at('backup', points)).toEqual({
      when: 'backup',
      memory: needOf(PLAN, points).memory,
      disk: bare.disk + snapshot,
    });
  });

  it('during a deploy is two copies, of which the one that is built needs a fifth more disk', () => {
    const { memory, disk } = at('deploy', points);
    expect(memory).toBeCloseTo(2 * bare.memory);
    expect(disk).toBeCloseTo(2.2 * bare.disk);
  });

  it('is never less than in operation', () => {
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`c${index}`, MILLION]));
    const plan = {
      ...PLAN,
      collections: Object.fromEntries(Object.keys(many).map((name) => [name, PLAN.collections.a!])),
    };
    const [operation, backup] = situationsOf(plan, many, { backups: true, blueGreen: false });
    expect(backup?.disk).toBe(operation?.disk);
  });

  it('leaves out what does not happen', () => {
    const times = (backups: boolean, blueGreen: boolean) =>
      situationsOf(PLAN, points, { backups, blueGreen }).map(({ when }) => when);
    expect(times(false, false)).toEqual(['operation']);
    expect(times(true, false)).toEqual(['operation', 'backup']);
    expect(times(false, true)).toEqual(['operation', 'deploy']);
  });
});

describe('against what there is', () => {
  const situations: Situation[] = [
    { when: 'operation', memory: 100, disk: 1000 },
    { when: 'deploy', memory: 160, disk: 2000 },
  ];

  it('operation must fit into what is planned, a deploy into what there is', () => {
    const fits = fitsOf(situations, { memory: { there: 200, planned: 90 }, disk: { there: 1500 } });
    expect(fits).toEqual([
      { when: 'operation', resource: 'memory', need: 100, room: 90, fits: false },
      { when: 'deploy', resource: 'memory', need: 160, room: 200, fits: true },
      { when: 'operation', resource: 'disk', need: 1000, room: 1500, fits: true },
      { when: 'deploy', resource: 'disk', need: 2000, room: 1500, fits: false },
    ]);
    expect(tightest(fits)).toMatchObject({ when: 'deploy', resource: 'disk' });
  });

  it('a plan that is larger than the host gives no room', () => {
    const [memory] = fitsOf(situations, { memory: { there: 80, planned: 500 }, disk: { there: 1 } });
    expect(memory).toMatchObject({ room: 80, fits: false });
  });

  it('what was not seen fits neither well nor badly', () => {
    const fits = fitsOf(situations, { memory: { unseen: 'no answer' }, disk: { there: 5000 } });
    expect(fits[0]).toMatchObject({ room: null, fits: null });
    expect(tightest(fits)).toMatchObject({ resource: 'disk', when: 'deploy' });
  });
});
