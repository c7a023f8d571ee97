import { describe, expect, test } from 'vitest';
import {
  againstErrors,
  againstSlowness,
  between,
  type Traffic,
  trafficText,
} from '../../../src/deploy/bake.js';

const traffic = (requests: number, errors = 0, meanMs: number | null = 10): Traffic => ({
  requests,
  errors,
  meanMs,
});

describe('what clients meet at the new slot', () => {
  test.each([
    ['nothing, as nobody asks', traffic(0, 0, null), traffic(500), null],
    ['no failure', traffic(500), traffic(500), null],
    ['a few failures, which are no share of anything', traffic(30, 4), traffic(500), null],
    ['as many failures as before', traffic(1000, 50), traffic(1000, 45), null],
    ['more failures than before', traffic(1000, 70), traffic(1000, 45), /70 of 1000 .*7\.0 %.* 4\.5 %/],
    ['failures alone', traffic(6, 6), traffic(500), /6 of 6 requests failed \(100\.0 %\)/],
    ['connections that fail before they are requests', traffic(0, 9), traffic(500), /9 of 0/],
    ['slower answers, still fine', traffic(500, 0, 90), traffic(500, 0, 5), null],
    ['slower answers', traffic(500, 0, 250), traffic(500, 0, 40), /250 ms on average, at the old slot 40 ms/],
    ['slow answers, as they were', traffic(500, 0, 900), traffic(500, 0, 400), null],
    ['slow answers to a few', traffic(10, 0, 900), traffic(500, 0, 40), null],
    ['slow answers where nobody asked before', traffic(500, 0, 900), traffic(0, 0, null), null],
  ])('is %s', (_, now, old, against) => {
    const said = againstErrors(now, old) ?? againstSlowness(now, old);
    if (against === null) expect(said).toBeNull();
    else expect(said).toMatch(against);
  });

  test('is what was counted since the switch', () => {
    expect(between(traffic(100, 3, 5), traffic(160, 4, 7))).toEqual(traffic(60, 1, 7));
  });

  test('counts from nothing where the edge was restarted in between', () => {
    expect(between(traffic(100, 3), traffic(10, 0))).toEqual(traffic(10, 0));
  });

  test('is told in a line', () => {
    expect(trafficText(traffic(60, 1, 7.4))).toBe('60 requests, 1 failed, 7 ms on average');
    expect(trafficText(traffic(0, 0, null))).toBe('no requests came');
  });
});
