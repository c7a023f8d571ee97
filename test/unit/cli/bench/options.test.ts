import { describe, expect, it } from 'vitest';
import { type BenchOptions, profileOf } from '../../../../src/cli/bench/options.js';
import { testConfig } from '../../../support/config.js';

const config = testConfig({
  collections: { docs: { size: 384 } },
  bench: { k: 5, dataset: { points: 500, file: 'own.npy' }, ef: 32 },
});

describe('the profile of a benchmark', () => {
  it('is that of the configuration', () => {
    expect(profileOf({}, config)).toMatchObject({
      k: 5,
      ef: 32,
      keep: false,
      dataset: { points: 500, file: 'own.npy' },
    });
  });

  it('is what the options say, over that', () => {
    const options: BenchOptions = {
      ...{
        path: ['qdrant,edge', 'gateway'],
        points: '9',
        dim: '3',
        seed: '0',
        data: 'x.fvecs',
        queries: 'q.npy',
      },
      ...{
        mix: 'search=3,filter',
        k: '7',
        ef: '99',
        filter: '0.5',
        duration: '2m',
        rate: '10,20.5',
        concurrency: '6',
      },
    };
    expect(profileOf(options, config)).toMatchObject({
      paths: ['qdrant', 'edge', 'gateway'],
      dataset: { points: 9, dimension: 3, seed: 0, file: 'x.fvecs', queries: 'q.npy' },
      mix: { search: 3, filter: 1, batch: 0, retrieve: 0, upsert: 0 },
      ...{ k: 7, ef: 99, filter_percent: 0.5, step_seconds: 120, rates: [10, 20.5], max_concurrency: 6 },
    });
  });

  it('has the dimensions of the collection that it is like', () => {
    expect(profileOf({ like: 'docs' }, config)).toMatchObject({ like: 'docs', dataset: { dimension: 384 } });
  });

  it.each([
    ['a path that is none', { path: ['qdrnt'] }, '--path does not know "qdrnt"'],
    ['a number that is none', { points: '1e3' }, '--points does not know "1e3"'],
    ['nothing', { k: '0' }, '--k does not know "0"'],
    ['a kind that is none', { mix: 'serach=1' }, '--mix does not know "serach=1"'],
    ['a share below none', { mix: 'search=-1' }, '--mix does not know "search=-1"'],
    ['no rate', { rate: '0' }, '--rate does not know "0"'],
    ['a filter for more than all', { filter: '101' }, '--filter does not know "101"'],
    ['no time', { duration: 'long' }, '--duration does not know "long"'],
    ['a collection that is not configured', { like: 'x' }, 'There is no collection "x"'],
    [
      'what would write to a collection of the user',
      { collection: 'docs', keep: true },
      '--collection and --keep exclude',
    ],
  ])('is refused for %s', (_, options, message) => {
    expect(() => profileOf(options, config)).toThrow(message);
  });
});
