import { describe, expect, it } from 'vitest';
import { mergedAt, onlyAt, valuesAt, without } from '../../../src/emulator/payload-path.js';

const PAYLOAD = { a: { b: 1, 'c.d': 2 }, list: [{ x: 1, y: 2 }, { x: 3 }], n: null };

describe('a path into a payload', () => {
  it.each([
    ['a.b', [1]],
    ['a."c.d"', [2]],
    ['list[].x', [1, 3]],
    ['list[1].x', [3]],
    ['list[5].x', []],
    ['list.x', []],
    ['n', [null]],
    ['n.deeper', []],
    ['toString', []],
    ['', []],
    ['[0]', []],
  ])('%s leads to its values', (path, values) => {
    expect(valuesAt(PAYLOAD, path)).toEqual(values);
  });

  it('is where a value is merged in, and made when it is not there', () => {
    expect(mergedAt({ a: { b: 1 } }, 'a', { c: 2 })).toEqual({ a: { b: 1, c: 2 } });
    expect(mergedAt({}, 'x.y', { z: 1 })).toEqual({ x: { y: { z: 1 } } });
  });

  it('is what is left out, without touching the original', () => {
    expect(without(PAYLOAD, ['a.b', 'list[].x', 'n', 'absent.path'])).toEqual({
      a: { 'c.d': 2 },
      list: [{ y: 2 }, {}],
    });
    expect(PAYLOAD.a.b).toBe(1);
  });

  it('is what is shown alone', () => {
    expect(onlyAt(PAYLOAD, ['a.b', 'list[].x', 'absent'])).toEqual({
      a: { b: 1 },
      list: [{ x: 1 }, { x: 3 }],
    });
  });
});
