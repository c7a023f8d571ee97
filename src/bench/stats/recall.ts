/** A point that a search found, with its score. */
export interface Hit {
  id: string | number;
  score: number;
}

/** Whether more is better, as with Cosine and Dot, or less, as with Euclid and Manhattan. */
export type Order = 'descending' | 'ascending';

/** Scores that differ by less are equal: the same distance is summed in another order by another way to search. */
const TOLERANCE = 1e-5;

/**
 * The share of the best `k` that a search found. A hit counts by its score: one as good as the k-th best is as good a
 * hit, whichever of the points with that score it is. Pure.
 */
export function recallAt(k: number, exact: readonly Hit[], found: readonly Hit[], order: Order): number {
  const wanted = Math.min(k, exact.length);
  if (wanted === 0) return 1;
  const worst = exact[wanted - 1]!.score;
  const slack = TOLERANCE * Math.max(1, Math.abs(worst));
  const isGood = ({ score }: Hit): boolean =>
    order === 'descending' ? score >= worst - slack : score <= worst + slack;
  const ids = new Set(
    found
      .slice(0, k)
      .filter(isGood)
      .map(({ id }) => id),
  );
  return Math.min(ids.size, wanted) / wanted;
}

/** The order of the scores of a distance function. */
export function orderOf(distance: string): Order {
  return distance === 'Cosine' || distance === 'Dot' ? 'descending' : 'ascending';
}
