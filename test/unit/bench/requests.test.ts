import { describe, expect, it } from 'vitest';
import { randomOf } from '../../../src/bench/data/random.js';
import { messageOf, stamped } from '../../../src/bench/load/message.js';
import { kindsOf, sharesOf } from '../../../src/bench/requests/mix.js';
import {
  BUCKETS,
  bucketOf,
  filterOf,
  type Supply,
  variedNumbers,
} from '../../../src/bench/requests/supply.js';
import { wayOf } from '../../../src/bench/ways.js';
import { testConfig } from '../../support/config.js';

const supply: Supply = {
  collection: 'vdb_bench_x',
  queries: [Float32Array.of(0.5, -0.12345), Float32Array.of(1, 0)],
  ids: [7, 'a'],
  ...{ k: 10, ef: 64, batch: 3, filterPercent: 10 },
};

function sent(
  name: 'qdrant' | 'gateway',
  kind: 'search' | 'filter' | 'batch' | 'retrieve' | 'upsert',
  index = 0,
) {
  const message = messageOf(wayOf(testConfig(), name).request(kind, index, supply));
  const [head = '', body = ''] = Buffer.from(stamped(message, 12_345_678)).toString().split('\r\n\r\n');
  const [first = '', ...headers] = head.split('\r\n');
  return {
    first,
    headers,
    body: JSON.parse(body) as Record<string, unknown>,
    operations: message.operations,
  };
}

describe('a request to Qdrant', () => {
  it('searches for another vector each time, by less than a thousandth', () => {
    expect(sent('qdrant', 'search')).toMatchObject({
      first: 'POST /collections/vdb_bench_x/points/query HTTP/1.1',
      body: { query: [0.5, -0.12312345678], limit: 10, with_payload: false, params: { hnsw_ef: 64 } },
      operations: 1,
    });
  });

  it('filters by the payload of the benchmark', () => {
    expect(sent('qdrant', 'filter').body.filter).toEqual(filterOf(10));
  });

  it('puts several searches into a batch, each of which counts', () => {
    const { body, operations } = sent('qdrant', 'batch');
    expect([(body.searches as unknown[]).length, operations]).toEqual([3, 3]);
  });

  it('retrieves points that are there, and writes beside them', () => {
    expect(sent('qdrant', 'retrieve', 1).body.ids).toEqual(['a']);
    const [point] = sent('qdrant', 'upsert').body.points as { id: number; vector: number[] }[];
    expect(point).toMatchObject({ id: 912_345_678, vector: [0.5, -0.12312345678] });
  });
});

describe('a request to the gateway', () => {
  it('searches in its own words, with its key, each as another client', () => {
    const { first, headers, body } = sent('gateway', 'search', 1);
    expect(first).toBe('POST /v1/vectors/search HTTP/1.1');
    expect(body).toMatchObject({ collection: 'vdb_bench_x', limit: 10, with_payload: false });
    expect(headers).toContain('X-API-Key: mT6wQn3xVb8zKd1r');
    expect(headers).toContain('X-Forwarded-For: 127.2.1.1');
  });
});

describe('the ways', () => {
  it('are those that the configuration has', () => {
    expect(wayOf(testConfig(), 'qdrant').port).toBe(6333);
    expect(wayOf(testConfig(), 'edge').port).toBe(6330);
    expect(() => wayOf(testConfig({ gateway: { enabled: false } }), 'gateway')).toThrow(
      'there is no gateway',
    );
    expect(() => wayOf(testConfig({ networking: { load_balancer: false } }), 'edge')).toThrow(
      'does not serve Qdrant',
    );
  });

  it('that limit one client to a few searches are refused, with the key of the limit', () => {
    expect(() => wayOf(testConfig(), 'clients')).toThrow('30/minute');
    const gateway = { api_key: 'mT6wQn3xVb8zKd1r', rate_limit: { enabled: false } };
    expect(wayOf(testConfig({ gateway }), 'clients').port).toBe(8000);
  });
});

describe('the payload for filters', () => {
  it.each([0.1, 10, 50])('lets %s %% through', (percent) => {
    const [{ range }] = filterOf(percent).must as [{ range: { lt: number } }];
    const through = Array.from({ length: BUCKETS * 4 }, (_, index) => bucketOf(index)).filter(
      (each) => each < range.lt,
    );
    expect((through.length * 100) / (BUCKETS * 4)).toBeCloseTo(percent, 5);
  });
});

describe('a mix', () => {
  const mix = { search: 6, filter: 3, batch: 0, retrieve: 1, upsert: 0 };

  it('has its shares, in an order that stays', () => {
    const kinds = kindsOf(mix, 1000, randomOf(1));
    const count = (kind: string): number => kinds.filter((each) => each === kind).length;
    expect([count('search'), count('filter'), count('retrieve')]).toEqual([600, 300, 100]);
    expect(kindsOf(mix, 1000, randomOf(1))).toEqual(kinds);
    expect(new Set(kinds.slice(0, 50)).size).toBe(3);
    expect(sharesOf(mix)[1]).toEqual({ kind: 'filter', share: 0.3 });
  });

  it('varies a vector in its last number alone', () => {
    expect(variedNumbers(Float32Array.of(1, -0.0004))).toEqual([1, '-0.000@@@@@@@@']);
  });
});
