import { type RequestSpec, STAMP } from '../load/message.js';
import type { Kind } from '../profile.js';
import { BUCKET, BUCKETS, filterOf, type Supply, variedNumbers } from './supply.js';

/** Ids of written points begin here: `9`, and eight digits. */
const WRITTEN = '9';

type Made = Pick<RequestSpec, 'method' | 'path' | 'body' | 'operations'>;

/** The request number `index` of a kind, in Qdrant's REST API. Pure. */
export function qdrantRequest(kind: Kind, index: number, supply: Supply): Made {
  const { ids, batch, filterPercent } = supply;
  const base = `/collections/${encodeURIComponent(supply.collection)}/points`;
  const search = (at: number) => queryBody(supply.queries[at % supply.queries.length]!, supply);
  switch (kind) {
    case 'search':
      return { method: 'POST', path: `${base}/query`, body: search(index) };
    case 'filter':
      return {
        ...{ method: 'POST', path: `${base}/query` },
        body: { ...search(index), filter: filterOf(filterPercent) },
      };
    case 'batch':
      return {
        ...{ method: 'POST', path: `${base}/query/batch`, operations: batch },
        body: { searches: Array.from({ length: batch }, (_, at) => search(index * batch + at)) },
      };
    case 'retrieve':
      return {
        ...{ method: 'POST', path: base },
        body: { ids: [ids[index % ids.length]], with_payload: true, with_vector: false },
      };
    case 'upsert':
      return {
        ...{ method: 'PUT', path: base },
        body: {
          points: [
            {
              id: `${WRITTEN}${STAMP}`,
              vector: variedNumbers(supply.queries[index % supply.queries.length]!),
              payload: { [BUCKET]: BUCKETS },
            },
          ],
        },
      };
  }
}

function queryBody(vector: Float32Array, { k, ef }: Supply): Record<string, unknown> {
  return {
    query: variedNumbers(vector),
    limit: k,
    with_payload: false,
    ...(ef === undefined ? {} : { params: { hnsw_ef: ef } }),
  };
}
