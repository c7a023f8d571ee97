import { describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../../../src/backup/fingerprint.js';
import {
  askable,
  configFindings,
  countFindings,
  countRemarks,
  indexFindings,
  missingIndexes,
  sampleFindings,
} from '../../../../src/backup/restore/compare.js';

const part = { path: 'collections/a.snapshot', bytes: 1, sha256: 'a'.repeat(64), kind: 'collection' };

describe('the configuration of a restored collection', () => {
  it('must have every value that the set states', () => {
    const want = { params: { vectors: { '': { size: 4 } }, shard_number: 2 }, hnsw_config: { m: 16 } };
    expect(configFindings(want, structuredClone(want))).toEqual([]);
    expect(configFindings(want, { params: { vectors: {}, shard_number: 1 } })).toEqual([
      'params.vectors..size is not set, 4 in the set',
      'params.shard_number is 1, 2 in the set',
      'hnsw_config.m is not set, 16 in the set',
    ]);
  });

  it('may fill in what the set leaves open', () => {
    const want = { optimizer_config: { max_optimization_threads: null, indexing_threshold: 10000 } };
    const have = { optimizer_config: { max_optimization_threads: 2, indexing_threshold: 10000 }, wal: 1 };
    expect(configFindings(want, have)).toEqual([]);
  });

  it('may lack what a recovery does not carry over', () => {
    expect(configFindings({ params: { read_fan_out_factor: 2 } }, { params: {} })).toEqual([]);
  });
});

describe('payload indexes of a restored collection', () => {
  const want = {
    lang: { data_type: 'keyword', points: 3 },
    year: { data_type: 'integer', params: { type: 'integer', lookup: true, range: false }, points: 9 },
  };

  it('that are missing are given as the API takes them, parameters included', () => {
    expect(missingIndexes(want, {})).toEqual([
      { field: 'lang', schema: 'keyword' },
      { field: 'year', schema: { type: 'integer', lookup: true, range: false } },
    ]);
    expect(missingIndexes(want, want)).toEqual([]);
  });

  it('are compared by type and parameters, not by the points in them', () => {
    const have = { lang: { data_type: 'keyword', points: 0 }, year: { ...want.year, points: 1 } };
    expect(indexFindings(want, have)).toEqual([]);
    const other = { lang: { data_type: 'text' }, year: { ...want.year, params: { type: 'integer' } } };
    expect(indexFindings(want, other)).toEqual([
      'index of payload field lang: data_type is "text", "keyword" in the set',
      'index of payload field year: params.lookup is not set, true in the set',
      'index of payload field year: params.range is not set, false in the set',
    ]);
    expect(indexFindings(want, { year: want.year })).toEqual(['payload field lang is not indexed']);
  });
});

describe('the number of points of a restored collection', () => {
  it('is that of the set', () => {
    expect(countFindings({ ...part, points: 5 }, 5)).toEqual([]);
    expect(countFindings({ ...part, points: 5 }, 4)).toEqual(['4 points, 5 in the set']);
  });

  it('is worth a remark, and no fault, where something was written meanwhile', () => {
    const between = { ...part, points_between: [5, 7] as [number, number] };
    expect([5, 6, 7].flatMap((counted) => countFindings(between, counted))).toEqual([]);
    expect(countFindings(between, 8)).toEqual([]);
    expect(countRemarks(between, 7)).toEqual([]);
    expect(countRemarks(between, 8)).toEqual([
      'something was written while it was taken, when it had 5 to 7 points',
    ]);
    expect(countRemarks({ ...part, points_between: [5, 5] }, 8)).toEqual([
      'something was written while it was taken, when it had 5 points',
    ]);
  });
});

describe('sampled points', () => {
  const point = { id: 1, payload: { b: 1, a: [1, 2] }, vector: [0.5, 0.25] };
  const sample = [{ id: 1, sha256: fingerprintOf(point) }];

  it('are equal whatever the order of their keys', () => {
    expect(sampleFindings(sample, [{ vector: [0.5, 0.25], payload: { a: [1, 2], b: 1 }, id: 1 }])).toEqual(
      [],
    );
  });

  it('are named when they are missing or have other values', () => {
    expect(sampleFindings(sample, [])).toEqual(['point 1 is missing']);
    expect(sampleFindings(sample, [{ ...point, vector: [0.5, 0.2] }])).toEqual([
      'point 1 has other values than in the set',
    ]);
  });

  it('are not asked for where their id has lost digits', () => {
    const ids = [7, 'f0000000-0000-0000-0000-000000000001', 2 ** 60];
    const all = ids.map((id) => ({ id, sha256: '' }));
    expect(askable(all).map(({ id }) => id)).toEqual(ids.slice(0, 2));
  });
});
