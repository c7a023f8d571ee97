import { describe, expect, it } from 'vitest';
import { type CapacityOptions, parseCount, wantedOf } from '../../../../src/cli/capacity/options.js';

it.each([
  ['250000', 250_000],
  ['250k', 250_000],
  ['1.5M', 1_500_000],
  ['100M', 100_000_000],
  ['2G', 2_000_000_000],
])('%s is a number of points', (text, count) => {
  expect(parseCount(text)).toBe(count);
});

describe('the options', () => {
  it('mean as little as was said', () => {
    expect(wantedOf({})).toEqual({ wish: {}, inPlace: false });
  });

  it('are read into numbers, bytes and a wish', () => {
    const options: CapacityOptions = {
      ...{ points: '100M', dim: '384', quantization: 'product', compression: 'x32', m: '32' },
      ...{ onDisk: 'vectors,graph', payload: '2K', ram: '64G', disk: '1T', growth: '50k', inPlace: true },
    };
    expect(wantedOf(options)).toEqual({
      ...{ points: 1e8, payload: 2048, ram: 64 * 1024 ** 3, disk: 1024 ** 4, growth: 50_000, inPlace: true },
      wish: { size: 384, quantization: 'product', compression: 'x32', m: 32, onDisk: ['vectors', 'graph'] },
    });
  });

  it('keep nothing on the disk with none', () => {
    expect(wantedOf({ onDisk: 'none' }).wish).toEqual({ onDisk: [] });
  });

  it.each<[CapacityOptions, string]>([
    [{ points: 'many' }, '--points takes a number such as 250000, 1.5M or 2G, not "many"'],
    [{ points: '-5' }, '--points takes'],
    [{ dim: '0', points: '1' }, '--dim takes a number from 1 to 65536, not "0"'],
    [{ quantization: 'int8' }, '--quantization takes one of none, scalar, binary, product'],
    [{ onDisk: 'vectors,ids' }, '--on-disk takes vectors, graph, payload'],
    [{ ram: '64' }, '--ram takes a size such as 64G'],
    [{ dim: '384' }, '--dim without --points'],
    [{ compression: 'x4' }, '--compression is of product quantization'],
  ])('%j are refused', (options, message) => {
    expect(() => wantedOf(options)).toThrow(message);
  });
});
