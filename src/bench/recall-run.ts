import { type Api, pathOf } from './api.js';
import { clock } from './load/clock.js';
import { numbersOf } from './requests/supply.js';
import { Histogram } from './stats/histogram.js';
import { type Hit, type Order, recallAt } from './stats/recall.js';

/** What searches find of what is there, and what that costs, with so many candidates looked at. */
export interface RecallPoint {
  /** hnsw_ef; null: as Qdrant decides. */
  ef: number | null;
  recall: number;
  /** Of the query whose neighbours were found worst. */
  worst: number;
  /** Of one search after the other, in milliseconds. */
  p50: number;
  p95: number;
}

export interface RecallResult {
  k: number;
  queries: number;
  /** As the load searches. */
  recall: number;
  curve: RecallPoint[];
}

/** Candidates that are tried beside what the load uses. */
const EFS = [16, 32, 64, 128, 256, 512];

/** Compares searches with exact ones, for several numbers of candidates. The first point is as the load searches. */
export async function measureRecall(
  api: Api,
  {
    collection,
    queries,
    k,
    ef,
    order,
  }: { collection: string; queries: readonly Float32Array[]; k: number; ef: number | null; order: Order },
  { signal, onProgress }: { signal: AbortSignal; onProgress(done: number, of: number): void },
): Promise<RecallResult> {
  const efs = [ef, ...EFS.filter((each) => each !== ef && each >= k)];
  const total = queries.length * (efs.length + 1);
  let done = 0;
  const search = async (vector: Float32Array, params: Record<string, unknown>): Promise<Hit[]> => {
    const body = { query: numbersOf(vector), limit: k, with_payload: false, params };
    const { points } = await api.ask<{ points: Hit[] }>('POST', `${pathOf(collection)}/points/query`, body);
    onProgress(++done, total);
    return points;
  };
  const truth: Hit[][] = [];
  for (const query of queries) if (!signal.aborted) truth.push(await search(query, { exact: true }));
  const curve: RecallPoint[] = [];
  for (const each of efs) {
    const params = each === null ? {} : { hnsw_ef: each };
    const times = new Histogram();
    const recalls: number[] = [];
    for (const [index, exact] of truth.entries()) {
      if (signal.aborted) break;
      const since = clock();
      const found = await search(queries[index]!, params);
      times.record(clock() - since);
      recalls.push(recallAt(k, exact, found, order));
    }
    if (recalls.length > 0) curve.push(pointOf(each, recalls, times));
  }
  return { k, queries: truth.length, recall: curve[0]?.recall ?? Number.NaN, curve };
}

function pointOf(ef: number | null, recalls: readonly number[], times: Histogram): RecallPoint {
  return {
    ef,
    recall: recalls.reduce((sum, each) => sum + each, 0) / recalls.length,
    worst: Math.min(...recalls),
    p50: times.percentile(0.5),
    p95: times.percentile(0.95),
  };
}
