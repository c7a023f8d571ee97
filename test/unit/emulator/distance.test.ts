import { describe, expect, it } from 'vitest';
import { prepared, score, shortest } from '../../../src/emulator/distance.js';

const f32 = (...values: number[]) => Float32Array.from(values);

describe('distances', () => {
  it('are what their names say', () => {
    expect(score('Dot', f32(1, 2), f32(3, 4))).toBe(11);
    expect(score('Euclid', f32(0, 0), f32(3, 4))).toBe(5);
    expect(score('Manhattan', f32(0, 0), f32(3, 4))).toBe(7);
  });

  it('compare directions under Cosine, whatever the lengths', () => {
    const long = prepared('Cosine', f32(30, 40));
    const short = prepared('Cosine', f32(3, 4));
    expect(score('Cosine', long, short)).toBeCloseTo(1, 6);
  });

  it('leave a vector without a direction alone', () => {
    expect([...prepared('Cosine', f32(0, 0))]).toEqual([0, 0]);
  });

  it('are printed as the shortest number that is the same 32-bit float', () => {
    expect(shortest(Math.fround(0.1))).toBe(0.1);
    expect(shortest(Math.fround(0.18257418274879456))).toBe(0.18257418);
    expect(shortest(1)).toBe(1);
    for (const value of [1 / 3, 16_777_215, 1e-40, 3.4e38]) {
      expect(Math.fround(shortest(Math.fround(value)))).toBe(Math.fround(value));
    }
  });
});
