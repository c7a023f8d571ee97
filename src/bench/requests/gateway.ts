import type { RequestSpec } from '../load/message.js';
import type { Kind } from '../profile.js';
import { filterOf, type Supply, variedNumbers } from './supply.js';

/** What the gateway can be asked: a write would leave rows in PostgreSQL, and it has no batches. */
export const GATEWAY_KINDS: readonly Kind[] = ['search', 'filter'];

/** The request number `index` of a kind, in the API of the gateway; `prefix` is `/v1`, or nothing. Pure. */
export function gatewayRequest(
  kind: Kind,
  index: number,
  supply: Supply,
  prefix: string,
): Pick<RequestSpec, 'method' | 'path' | 'body'> {
  const { collection, queries, k, filterPercent } = supply;
  return {
    ...{ method: 'POST', path: `${prefix}/vectors/search` },
    body: {
      ...{ collection, limit: k, with_payload: false },
      query_vector: variedNumbers(queries[index % queries.length]!),
      ...(kind === 'filter' ? { filter: filterOf(filterPercent) } : {}),
    },
  };
}
