import { describe, expect, it } from 'vitest';
import { type Grounds, type Inquiry, inquire, type Wanted } from '../../../../src/capacity/inquiry.js';
import { known } from '../../../../src/host/probe.js';
import { capacityData } from '../../../../src/ui/capacity/data.js';
import { capacityText } from '../../../../src/ui/capacity/text.js';
import { testConfig } from '../../../support/config.js';

const GIB = 1024 ** 3;
const DAY = 86_400_000;
const NOW = new Date('2030-01-31T12:00:00Z');

function inquired(wanted: Partial<Wanted> = {}, changes: Partial<Grounds> = {}): Inquiry {
  const inquiry = inquire(
    { wish: {}, inPlace: false, ...wanted },
    {
      config: testConfig({ collections: { docs: { size: 384 }, chats: { size: 1024, on_disk: false } } }),
      seen: {
        points: known({ docs: 30_000_000, chats: 1_000_000 }),
        memory: known(60 * GIB),
        disk: known(500 * GIB),
        machine: known(96 * GIB),
        taken: known(80 * GIB),
      },
      samples: [{ at: NOW.getTime() - 30 * DAY, points: { docs: 27_000_000, chats: 1_000_000 } }],
      now: NOW,
      ...changes,
    },
  );
  if ('uncounted' in inquiry) throw new Error(inquiry.uncounted);
  return inquiry;
}

function text(inquiry: Inquiry, columns = 80): string {
  return capacityText(inquiry, { heading: 'main (root@db:22)', color: false, columns });
}

describe('for people', () => {
  it('says what each collection is, what is needed when, and what there is', () => {
    const said = text(inquired());
    expect(said).toMatch(/^docs +30 000 000 +384 {2}scalar +16 {2}vectors, payload$/m);
    expect(said).toMatch(/^chats +1 000 000 +1024 {2}scalar +16 {2}payload$/m);
    expect(said).toMatch(/^in operation .* of 32 GiB .* of 500 GiB$/m);
    expect(said).toMatch(/^during a deploy .* of 60 GiB .* of 500 GiB$/m);
    expect(said).toContain('On the disk the collections take 80 GiB now.');
    expect(said.split('\n').at(-1)).toBe('Fits.');
  });

  it('says how long it lasts, and how the growth is known', () => {
    const said = text(inquired()).replaceAll(/\n {2}/g, ' ');
    expect(said).toContain(
      'They grow by 100 000 a day, as 2 counts over 30.0 days show (backup sets, and now).',
    );
    expect(said).toMatch(/^Memory lasts for \d+ days, until 2030-\d\d-\d\d\.$/m);
    expect(said).toMatch(/^Disk lasts for \d+ days, until 203\d-\d\d-\d\d\.$/m);
  });

  it('says that the growth is not known, and nothing then of how long it lasts', () => {
    const said = text(inquired({}, { samples: [] }));
    expect(said).toContain('How fast they grow is not known: --growth says it');
    expect(said).not.toContain('lasts for');
  });

  it('says nothing of what lies on the disk now when asked for a collection that is only thought of', () => {
    const said = text(inquired({ wish: { size: 384 }, points: 1e6 }));
    expect(said).toMatch(/^planned +1 000 000 /m);
    expect(said).not.toContain('the collections take');
  });

  it('names what does not fit, once', () => {
    const said = text(inquired({ points: 500_000_000 }));
    expect(said.replaceAll(/\n {2}/g, ' ')).toMatch(
      /^Does not fit: memory in operation, memory during a deploy, disk in operation, disk during a backup, disk during a deploy$/m,
    );
    const little = inquired({ points: 1000, ram: 64 * 1024 ** 2, disk: 500 * GIB, inPlace: true });
    expect(text(little).split('\n').at(-1)).toBe('Does not fit: memory in operation');
  });

  it('says what could not be seen, and does not take it for fine', () => {
    const config = testConfig({ collections: { docs: { size: 384 } } });
    const unseen = { status: 'unknown' as const, why: '/data/qdrant/blue does not exist' };
    const seen = {
      points: known({ docs: 5 }),
      memory: known(GIB),
      disk: unseen,
      machine: known(GIB),
      taken: unseen,
    };
    const said = text(inquired({}, { config, seen, samples: [] }));
    expect(said).toContain('The disk of the host was not seen: /data/qdrant/blue does not exist');
    expect(said.split('\n').at(-1)).toBe('Not known: something could not be seen.');
  });

  it.each([80, 100])('fits into %i columns', (columns) => {
    const collections = Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [`a-collection-with-a-long-name-${index}`, { size: 4096 }]),
    );
    const config = testConfig({ collections });
    for (const points of [5, 1e9, 1e13]) {
      for (const line of text(inquired({ points, growth: 1e9 }, { config }), columns).split('\n'))
        expect(line.length, line).toBeLessThanOrEqual(columns);
    }
  });
});

describe('for machines', () => {
  it('is bytes, points and days', () => {
    const data = capacityData(inquired());
    expect(data).toMatchObject({
      points: 31_000_000,
      payload_bytes: 512,
      collections: [
        {
          ...{ name: 'docs', points: 30_000_000, dim: 384, quantization: 'scalar', m: 16 },
          on_disk: { vectors: true, graph: false, payload: true },
        },
        { name: 'chats', on_disk: { vectors: false, graph: false, payload: true } },
      ],
      disk_taken: 80 * GIB,
      growth: { per_day: 100_000, source: 'measured', samples: 2, days: 30 },
    });
    expect(JSON.parse(JSON.stringify(data))).toEqual(data);
  });

  it('has a day on which the first of them is full', () => {
    const { lasts, full_at: day } = capacityData(inquired()) as {
      lasts: Record<string, number>;
      full_at: string;
    };
    const first = Math.min(...Object.values(lasts));
    expect(day).toBe(new Date(NOW.getTime() + first * DAY).toISOString().slice(0, 10));
  });
});
