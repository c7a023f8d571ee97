import { describe, expect, it } from 'vitest';
import { collectionSchema } from '../../../../src/config/schema/collections.js';
import type { CollectionConfig } from '../../../../src/config/schema.js';
import {
  diskPerPoint,
  memoryPerPoint,
  needOf,
  ruleOfThumb,
  shareOut,
} from '../../../../src/services/qdrant/capacity.js';

const POINTS = 100_000_000;

function collection(settings: Record<string, unknown> = {}): CollectionConfig {
  return collectionSchema.parse({ size: 384, ...settings });
}

/** As planning tables have it: decimal, whole. */
function gigabytes(bytes: number): number {
  return Math.round(bytes / 1e9);
}

describe('100 million points of 384 dimensions', () => {
  const memory = (settings: Record<string, unknown>): number =>
    gigabytes(needOf({ docs: collection(settings) }, { docs: POINTS }, 512).memory);

  it('need 230 GB by the rule of thumb', () => {
    expect(gigabytes(ruleOfThumb(POINTS, 384))).toBe(230);
  });

  it('need 74 GB of memory with int8 and the originals on the disk', () => {
    expect(memory({ quantization: { type: 'scalar' } })).toBe(74);
  });

  it('need 32 GB of memory with one bit', () => {
    expect(memory({ quantization: { type: 'binary' } })).toBe(32);
  });
});

describe('diskPerPoint', () => {
  it('counts every part', () => {
    expect(diskPerPoint(collection(), 512)).toEqual({
      vectors: 1536,
      quantized: 384,
      graph: 154,
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
    expect(diskPerPoint(collection({ quantization }), 0).quantized).toBe(bytes);
  });

  it.each([
    [0, 0],
    [16, 154],
    [32, 308],
  ])('with m = %i the graph takes %i bytes', (m, bytes) => {
    expect(diskPerPoint(collection({ hnsw: { m } }), 0).graph).toBe(bytes);
  });
});

describe('memoryPerPoint', () => {
  it.each([
    ['by default the copy, the graph and the ids', {}, 384 + 154 + 52],
    ['the vectors where they are not on the disk', { on_disk: false }, 1536 + 384 + 154 + 52],
    ['no graph that is on the disk', { hnsw: { on_disk: true } }, 384 + 52],
    ['no copy that follows the vectors to the disk', { quantization: { always_ram: false } }, 154 + 52],
    ['the copy of vectors in memory', { on_disk: false, quantization: { always_ram: false } }, 2126],
    ['the payload where it is not on the disk', { on_disk_payload: false }, 768 + 384 + 154 + 52],
  ])('%s', (_, settings, bytes) => {
    const parts = memoryPerPoint(collection(settings), 512);
    expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBe(bytes);
  });
});

describe('needOf', () => {
  it('adds up the collections and leaves a fifth free', () => {
    const collections = { a: collection(), b: collection({ size: 100, quantization: null }) };
    const need = needOf(collections, { a: 8, b: 80 }, 0);
    expect(need.memory).toBeCloseTo((8 * 590 + 80 * 206) / 0.8);
    expect(need.disk).toBeCloseTo((8 * 2126 + 80 * 606) / 0.8);
  });

  it('takes a collection that is not counted for empty', () => {
    expect(needOf({ a: collection() }, {}, 512)).toEqual({ memory: 0, disk: 0 });
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
