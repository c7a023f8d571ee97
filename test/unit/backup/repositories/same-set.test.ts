import { describe, expect, it } from 'vitest';
import { mergedManifest } from '../../../../src/backup/repositories/same-set.js';
import { manifestOf } from './support.js';

const whole = manifestOf({ 'a.dump': 'a', 'b.dump': 'b' });
const pruned = manifestOf({ 'a.dump': 'a' });

describe('mergedManifest', () => {
  it.each([
    ['the set, where there is no copy', whole, undefined, whole],
    ['the copy, which still has what retention took out of the set', pruned, whole, whole],
    ['the set, where it has more than the copy', whole, pruned, whole],
  ])('is that of %s', (_, source, copy, expected) => {
    expect(mergedManifest(source, copy, '/copies')).toBe(expected);
  });

  it.each([
    ['a part differs', { parts: manifestOf({ 'a.dump': 'A' }).parts }],
    ['it ended at another time', { finished: '2026-11-24T02:00:01Z' }],
    ['it has another name', { id: '20261124T020001Z' }],
  ])('refuses a copy of another set: %s', (_, other) => {
    expect(() => mergedManifest(pruned, { ...pruned, ...other }, '/copies')).toThrow(
      '/copies has another set',
    );
  });
});
