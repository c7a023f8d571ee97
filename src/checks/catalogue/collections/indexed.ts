import type { CollectionState } from '../../answers/collection.js';
import type { Verdict } from '../../check.js';
import { expect, fail, pass, skip } from '../../verdict.js';
import { log } from '../qdrant/ask.js';
import { perCollection } from './each.js';

const KB = 1024;
const PERCENT = 100;

/**
 * Qdrant indexes a segment once the vectors in it take more than the threshold, so each segment may keep that
 * much without an index: lib/shard/src/optimizers/indexing_optimizer.rs.
 */
export const indexed = perCollection(
  {
    id: 'collections.indexed',
    title: 'The vectors are indexed',
    looksAt: 'indexed_vectors_count of each configured collection, against its points and indexing threshold',
    why: 'A search among vectors without an index reads all of them. A threshold of 0 is often left from a bulk load.',
    threshold: { default: 95, unit: '% of the vectors' },
    remedy:
      'Set optimizers_config.indexing_threshold of the collection to what it was, 10000 by default, by PATCH /collections/NAME; else wait for the optimizers, and read the log of Qdrant when they do nothing.',
    inspect: log,
  },
  'all above the threshold',
  (name, state, _context, limit) => judgeIndexed(name, state, limit),
);

function judgeIndexed(name: string, state: CollectionState, limit: number): Verdict {
  const { points, indexedVectors, segments, indexingThreshold, vectorBytes, info } = state;
  if (vectorBytes === null) return skip(`${name}: named vectors`);
  if (info.config.hnsw_config.m === 0) return skip(`${name}: m is 0, so there is no index`);
  if (points === 0) return pass(`${name}: empty`);
  if (indexingThreshold === 0)
    return fail(`${name}: indexing is switched off, ${points} points`, 'an indexing threshold above 0');
  const without = Math.max(0, points - indexedVectors);
  if (without * vectorBytes <= segments * indexingThreshold * KB) return pass(`${name}: below the threshold`);
  const percent = Math.min(PERCENT, (PERCENT * indexedVectors) / points);
  const idle = state.optimizationThreads === 0 ? ', optimizations are switched off' : '';
  const seen = `${name}: ${Math.floor(percent)} % of ${points} points${idle}`;
  return expect(percent >= limit, seen, `at least ${limit} %`);
}
