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
    const before = [server('rest', 1000, 5), server('grpc', 1_000_000, 1)];
    const now = [server('rest', 1100, 900), server('grpc', 1_000_100, 1)];
    expect(sumOf(now, 'green', before).meanMs).toBe(450.5);
    expect(sumOf(now, 'green').meanMs).toBeLessThan(3);
  });

  test('counts from nothing where the edge was restarted since', () => {
    expect(sumOf([server('rest', 20, 30)], 'green', [server('rest', 1000, 5)]).meanMs).toBe(30);
  });

  test('has no mean where nobody asked since, and no other slot is counted', () => {
    expect(sumOf([server('rest', 20, 30)], 'green', [server('rest', 20, 30)]).meanMs).toBeNull();
    expect(sumOf([server('rest', 20, 30)], 'blue')).toMatchObject({ requests: 0, meanMs: null });
  });
});
