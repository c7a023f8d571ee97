import { describe, expect, test } from 'vitest';
import { lastInPlace } from '../../../../src/cli/deploy/planned-rollback.js';
import { deployAt, IN_PLACE } from '../../../support/deploys.js';

const inPlace = deployAt('end', 'pending', { ...IN_PLACE, id: '20300102T000000Z', state: 'done' });
const beside = deployAt('end', 'pending', { state: 'done' });

describe('a rollback takes back', () => {
  test('a deploy in place, where that was the last one that ended well', () => {
    const failed = deployAt('gate', 'failed', { state: 'failed' });
    expect(lastInPlace([failed, inPlace, beside], 'gateway')).toBe(inPlace);
  });

  test('none in place that came before another deploy, was taken back already, or is of another service', () => {
    expect(lastInPlace([beside, inPlace], 'gateway')).toBeUndefined();
    expect(lastInPlace([{ ...inPlace, kind: 'rollback' }, inPlace], 'gateway')).toBeUndefined();
    expect(lastInPlace([inPlace], 'qdrant')).toBeUndefined();
    expect(lastInPlace([], 'gateway')).toBeUndefined();
  });
});
