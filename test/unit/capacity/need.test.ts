import { describe, expect, it } from 'vitest';
import { bareNeed, type CapacityPlan, needOf, partsOf, shareOut } from '../../../src/capacity/need.js';
import { diskPerPoint, memoryPerPoint, ruleOfThumb } from '../../../src/capacity/point.js';
import { collectionSchema } from '../../../src/config/schema/collections.js';
import type { CollectionConfig } from '../../../src/config/schema.js';

const POINTS = 100_000_000;

function collection(settings: Record<string, unknown> = {}): CollectionConfig {
  return collectionSchema.parse({ size: 384, ...settings });
}

/** As planning tables have it: decimal, whole. */
function gigabytes(bytes: number): number {
  return Math.round(bytes / 1e9);
}

function plan(
  collections: Record<string, CollectionConfig>,
  others: Partial<CapacityPlan> = {},
): CapacityPlan {
  return { collections, payloadBytes: 512, walBytes: 32 * 1024 ** 2, ...others };
}

describe('100 million points of 384 dimensions', () => {
  const memory = (settings: Record<string, unknown>): number =>
    gigabytes(needOf(plan({ docs: collection(settings) }), { docs: POINTS }).memory);

  it('need 230 GB by the rule of thumb', () => {
    expect(gigabytes(ruleOfThumb(POINTS, 384))).toBe(230);
  });

  it('need 69 GB of memory with int8 and the originals on the disk', () => {
    expect(memory({ quantization: { type: 'scalar' } })).toBe(69);
  });

  it('need 27 GB of memory with one bit', () => {
    expect(memory({ quantization: { type: 'binary' } })).toBe(27);
  });
});

/** Sixteen bits for a link. */
const LOAD = { payloadBytes: 512, among: 2 ** 16 };
/** At m = 16: 32 links of 16 bits, and the layers above. */
const GRAPH = 64 * 1.07;

describe('diskPerPoint', () => {
  it('counts every part', () => {
    expect(diskPerPoint(collection(), LOAD)).toEqual({
      vectors: 1536,
      quantized: 384,
      graph: expect.closeTo(GRAPH),
      ids: 52,
      payload: 768,
    });
  });

  it.each([
    [null, 0],
    [{ type: 'scalar' }, 384],
    [{ type: 'binary' }, 48],
    [{ type: 'product' }, 96],
    [{ type: 'product', compression: 'x4' }, 384],
    [{ type: 'product', compression: 'x64' }, 24],
  ])('with quantization %j the copy takes %i bytes', (quantization, bytes) => {
    expect(diskPerPoint(collection({ quantization }), LOAD).quantized).toBe(bytes);
  });

  it.each([
    [0, 2 ** 16, 0],
    [16, 2 ** 16, 68.48],
    [32, 2 ** 16, 136.96],
    [16, 2 ** 24, 102.72],
    [16, 0, 4.28],
  ])('with m = %i among %i points the graph takes %d bytes', (m, among, bytes) => {
    expect(diskPerPoint(collection({ hnsw: { m } }), { ...LOAD, among }).graph).toBeCloseTo(bytes);
  });
});

describe('memoryPerPoint', () => {
  it.each([
    ['by default the copy, the graph and the ids', {}, 384 + GRAPH + 52],
    ['the vectors where they are not on the disk', { on_disk: false }, 1536 + 384 + GRAPH + 52],
    ['no graph that is on the disk', { hnsw: { on_disk: true } }, 384 + 52],
    ['no copy that follows the vectors to the disk', { quantization: { always_ram: false } }, GRAPH + 52],
    ['the copy of vectors in memory', { on_disk: false, quantization: { always_ram: false } }, 1972 + GRAPH],
    ['the payload where it is not on the disk', { on_disk_payload: false }, 768 + 384 + GRAPH + 52],
  ])('%s', (_, settings, bytes) => {
    const parts = memoryPerPoint(collection(settings), LOAD);
    expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBeCloseTo(bytes);
  });
});

describe('what all points need', () => {
  const none = plan({ a: collection() }, { payloadBytes: 0, walBytes: 0 });

  it('is what each of them takes, beside Qdrant itself', () => {
    const two = plan(
      { a: collection(), b: collection({ size: 100, quantization: null }) },
      { payloadBytes: 0, walBytes: 0 },
    );
    const empty = bareNeed(two, {});
    const full = bareNeed(two, { a: 2 ** 16, b: 2 ** 8 });
    const graphs = 2 ** 16 * GRAPH + 2 ** 8 * (GRAPH / 2);
    expect(full.memory - empty.memory).toBeCloseTo(2 ** 16 * 436 + 2 ** 8 * 52 + graphs);
    expect(full.disk - empty.disk).toBeCloseTo(2 ** 16 * 1972 + 2 ** 8 * 452 + graphs);
  });

  it('has a fifth of head-room', () => {
    const bare = bareNeed(none, { a: 1000 });
    expect(needOf(none, { a: 1000 })).toEqual({ memory: bare.memory / 0.8, disk: bare.disk / 0.8 });
  });

  it('is the memory of the process where there are no points', () => {
    expect(partsOf(none, {})).toEqual({
      memory: { vectors: 0, quantized: 0, graph: 0, ids: 0, payload: 0, own: bareNeed(none, {}).memory },
      disk: { vectors: 0, quantized: 0, graph: 0, ids: 0, payload: 0, own: 0 },
    });
    expect(bareNeed(none, {}).memory).toBeGreaterThan(0);
  });

  it.each([
    ['vectors on the disk', {}, 0],
    ['bits in memory', { quantization: { type: 'binary' } }, 32],
    ['bits on the disk', { quantization: { type: 'binary', always_ram: false } }, 0],
    ['vectors in memory', { on_disk: false }, 32],
    ['vectors in memory in three shards', { on_disk: false, shards: 3 }, 96],
  ])('has a chunk for new vectors where these are kept in memory: %s', (_, settings, mib) => {
    const own = (points: number): number =>
      partsOf(plan({ a: collection(settings) }), { a: points }).memory.own;
    expect(own(1) - own(0)).toBe(mib * 1024 ** 2);
  });

  it('has write-ahead logs that fill with what is written, up to what each shard keeps', () => {
    const log = (points: number, shards = 1): number =>
      partsOf(plan({ a: collection({ shards }) }), { a: points }).disk.own;
    expect(log(0)).toBe(0);
    expect(log(1000)).toBe(1000 * (1536 + 512));
    expect(log(POINTS)).toBe(log(2 * POINTS));
    expect(log(POINTS, 3)).toBe(3 * log(POINTS));
  });
});

describe('shareOut', () => {
  it('follows what the collections hold', () => {
    expect(shareOut(1000, { a: 30, b: 10, c: 0 })).toEqual({ a: 750, b: 250, c: 0 });
  });

  it('is even while they are empty', () => {
    expect(shareOut(1000, { a: 0, b: 0 })).toEqual({ a: 500, b: 500 });
  });
});
