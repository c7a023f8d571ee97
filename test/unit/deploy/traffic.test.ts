import { describe, expect, test } from 'vitest';
import { sumOf } from '../../../src/deploy/traffic.js';

const server = (backend: string, requests: number, meanMs: number) => ({
  ...{ backend, name: 'green', slot: 'green' as const, running: 1, errors: 2 },
  ...{ requests, meanMs },
});

describe('the servers of a slot', () => {
  test('are counted as one', () => {
    expect(sumOf([server('rest', 30, 10), server('grpc', 10, 2)], 'green')).toEqual({
      ...{ requests: 40, errors: 4, running: 2, meanMs: 8 },
    });
  });

  test('that was asked often before does not cover one that is slow now', () => {
    const before = [server('rest', 100_000, 5), server('grpc', 1_000_000, 1)];
    const now = [server('rest', 110_000, 900), server('grpc', 1_010_000, 1)];
    expect(sumOf(now, 'green', before).meanMs).toBeCloseTo(450.5, 0);
    expect(sumOf(now, 'green').meanMs).toBeLessThan(100);
  });

  test('that was slow before is not held to be so, though the mean of the edge forgets slowly', () => {
    // 1000 answers of 900 ms, then 200 of 10 ms, as HAProxy has them: a share of a 512th of the mean for each.
    const mean = 0.998_046_875 ** 200 * 900 + (1 - 0.998_046_875 ** 200) * 10;
    expect(mean).toBeGreaterThan(600);
    const found = sumOf([server('rest', 1200, mean)], 'green', [server('rest', 1000, 900)]);
    expect(found.meanMs).toBeCloseTo(10, 6);
  });

  test('counts from nothing where the edge was restarted since', () => {
    expect(sumOf([server('rest', 20, 30)], 'green', [server('rest', 1000, 5)]).meanMs).toBe(30);
  });

  test('has no mean where nobody asked since, and no other slot is counted', () => {
    expect(sumOf([server('rest', 20, 30)], 'green', [server('rest', 20, 30)]).meanMs).toBeNull();
    expect(sumOf([server('rest', 20, 30)], 'blue')).toMatchObject({ requests: 0, meanMs: null });
  });
});
