import { describe, expect, it } from 'vitest';
import {
  type CapacitySeen,
  type Grounds,
  type Inquiry,
  inquire,
  type Wanted,
} from '../../../src/capacity/inquiry.js';
import { known } from '../../../src/host/probe.js';
import { testConfig } from '../../support/config.js';

const GIB = 1024 ** 3;
const NOW = new Date('2030-01-31T12:00:00Z');
const NOTHING: Wanted = { wish: {}, inPlace: false };

function seen(changes: Partial<CapacitySeen> = {}): CapacitySeen {
  return {
    points: known({ docs: 3000, chats: 1000 }),
    memory: known(40 * GIB),
    disk: known(500 * GIB),
    machine: known(64 * GIB),
    taken: known(7 * GIB),
    ...changes,
  };
}

function grounds(changes: Partial<Grounds> = {}, sections: Record<string, unknown> = {}): Grounds {
  const collections = { docs: { size: 384 }, chats: { size: 1024 } };
  return {
    config: testConfig({ collections, ...sections }),
    seen: seen(),
    samples: [],
    now: NOW,
    ...changes,
  };
}

function inquired(wanted: Partial<Wanted> = {}, on = grounds()): Inquiry {
  const inquiry = inquire({ ...NOTHING, ...wanted }, on);
  if ('uncounted' in inquiry) throw new Error(inquiry.uncounted);
  return inquiry;
}

describe('the points', () => {
  it('are those that are there', () => {
    expect(inquired().points).toEqual({ docs: 3000, chats: 1000 });
  });

  it('are as many as wanted, shared out as the collections are filled', () => {
    expect(inquired({ points: 1_000_000 }).points).toEqual({ docs: 750_000, chats: 250_000 });
  });

  it('are those of one collection where its size is given', () => {
    const { points, collections } = inquired({ points: 500, wish: { size: 100 } });
    expect(points).toEqual({ planned: 500 });
    expect(collections.planned).toMatchObject({ size: 100, on_disk: true, quantization: { type: 'scalar' } });
  });

  it('are those that the server is meant for where no host was asked', () => {
    const on = grounds({ seen: null }, { capacity: { target_points: 800 } });
    expect(inquired({ ram: GIB, disk: GIB }, on).points).toEqual({ docs: 400, chats: 400 });
  });

  it.each([
    ['Qdrant does not answer', known<never>(null), 'Qdrant does not answer'],
    ['one was not counted', { status: 'unknown' as const, why: 'docs: HTTP 500' }, 'docs: HTTP 500'],
  ])('are not made up where %s', (_, points, why) => {
    const on = grounds({ seen: seen({ points }) });
    expect(inquire(NOTHING, on)).toEqual({ uncounted: why });
    expect(inquired({ points: 100 }, on).points).toEqual({ docs: 50, chats: 50 });
  });
});

describe('a wish', () => {
  it('changes the collections that are configured, and leaves the rest of them', () => {
    const { collections } = inquired({ wish: { quantization: 'binary', m: 32, onDisk: ['graph'] } });
    for (const collection of Object.values(collections)) {
      expect(collection).toMatchObject({
        quantization: { type: 'binary', always_ram: true },
        hnsw: { m: 32, ef_construct: 100, on_disk: true },
        on_disk: false,
        on_disk_payload: false,
      });
    }
    expect(collections.chats?.size).toBe(1024);
  });

  it('can be that nothing is quantized', () => {
    expect(inquired({ wish: { quantization: 'none' } }).collections.docs?.quantization).toBeNull();
  });
});

describe('what there is', () => {
  it('is what was seen, within what is planned', () => {
    expect(inquired().rooms).toEqual({
      memory: { there: 40 * GIB, planned: 32 * GIB },
      disk: { there: 500 * GIB, planned: 1024 * GIB },
    });
  });

  it('is what is to be bought, less what the other services are planned, and not what is planned today', () => {
    const { rooms, machine } = inquired({ ram: 128 * GIB, disk: 2048 * GIB });
    expect(rooms).toEqual({ memory: { there: 95.75 * GIB }, disk: { there: 2048 * GIB } });
    expect(machine?.others.map(({ name }) => name)).toEqual(['Redis', 'PostgreSQL', 'the gateway']);
  });

  it('is not known where it was not seen', () => {
    const on = grounds({ seen: seen({ memory: { status: 'unknown', why: 'no answer' } }) });
    expect(inquired({}, on).rooms.memory).toEqual({ unseen: 'no answer' });
    expect(inquired({}, on).answer.verdict).toBeNull();
  });
});

describe('a second copy', () => {
  const times = (wanted: Partial<Wanted>, sections = {}): string[] =>
    inquired(wanted, grounds({}, sections)).answer.situations.map(({ when }) => when);

  it('is there for the time of a deploy, unless deploys are in place', () => {
    expect(times({})).toEqual(['operation', 'backup', 'deploy']);
    expect(times({ inPlace: true })).toEqual(['operation', 'backup']);
    expect(times({}, { deployment: { strategy: 'in_place' } })).toEqual(['operation', 'backup']);
    expect(times({}, { networking: { load_balancer: false } })).toEqual(['operation', 'backup']);
  });

  it('as a snapshot is there only where backups are taken', () => {
    expect(times({}, { backup: { enabled: false } })).toEqual(['operation', 'deploy']);
  });
});

describe('the growth', () => {
  const configured = { capacity: { growth_per_day: 400 } };
  const week = [{ at: NOW.getTime() - 7 * 86_400_000, points: { docs: 2300, chats: 1000 } }];

  it('is what was said, else what is configured, else what backup sets show', () => {
    const samples = week;
    expect(inquired({ growth: 4000 }, grounds({ samples }, configured)).growth).toMatchObject({
      source: 'option',
      perDay: { docs: 3000, chats: 1000 },
    });
    expect(inquired({}, grounds({ samples }, configured)).growth).toMatchObject({
      source: 'configuration',
      perDay: { docs: 300, chats: 100 },
    });
    expect(inquired({}, grounds({ samples })).growth).toMatchObject({
      source: 'measured',
      perDay: { docs: 100, chats: 0 },
    });
    expect(inquired().growth).toBeNull();
  });

  it('of the host is not that of a collection that is only thought of', () => {
    const on = grounds({ samples: week }, configured);
    expect(inquired({ points: 500, wish: { size: 100 } }, on).growth).toBeNull();
  });
});
