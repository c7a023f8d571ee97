import { badFormat, invalid, notFound, unsupported } from './api-error.js';
import { higherIsBetter, score, shortest } from './distance.js';
import { compileFilter, type Predicate } from './filter.js';
import { type Payload, type Point, type PointId, vectorParams } from './model.js';
import { denseVector, paramsOf } from './parse/points.js';
import { parseShow, type Show } from './parse/selection.js';
import { objectOf, pointId, required, wholeNumber } from './parse/values.js';
import { isObject } from './payload-path.js';
import type { Collection } from './store/collection.js';

interface Search {
  /** The vector to be near to; undefined lists points by id. */
  target: Float32Array | undefined;
  using: string;
  filter: Predicate;
  limit: number;
  offset: number;
  threshold: number | undefined;
  show: Show;
}

const UNSUPPORTED_QUERIES = [
  ...[
    'recommend',
    'discover',
    'context',
    'order_by',
    'fusion',
    'rrf',
    'formula',
    'sample',
    'relevance_feedback',
  ],
];

/** `points/search`: near to a vector. */
export function runSearch(collection: Collection, value: unknown): object[] {
  const body = objectOf(value);
  const given = required(body, 'vector');
  const named = isObject(given);
  const using = named ? String(required(given, 'name')) : '';
  const limit = limitOf(body, 'search_request');
  if (limit === undefined) throw badFormat('missing field `limit`');
  const params = paramsOf(vectorParams(collection.config), using);
  const target = denseVector(named ? required(given, 'vector') : given, params);
  return run(collection, { ...commonOf(collection, body), target, using, limit });
}

/** `points/query`: near to a vector or a point, or listed by filter alone. */
export function runQuery(collection: Collection, value: unknown): { points: object[] } {
  const body = objectOf(value);
  if (Array.isArray(body.prefetch) ? body.prefetch.length > 0 : isObject(body.prefetch))
    throw unsupported('prefetch');
  if (isObject(body.lookup_from)) throw unsupported('lookup_from');
  const using = typeof body.using === 'string' ? body.using : '';
  const common = { ...commonOf(collection, body), using, limit: limitOf(body, 'query_request') ?? 10 };
  const wanted = nearestOf(body.query);
  if (wanted === undefined) return { points: run(collection, { ...common, target: undefined }) };
  const params = paramsOf(vectorParams(collection.config), using);
  if (Array.isArray(wanted))
    return { points: run(collection, { ...common, target: denseVector(wanted, params) }) };
  const id = pointId(wanted);
  const { filter } = common;
  const target = vectorOf(collection, id, using);
  return {
    points: run(collection, { ...common, target, filter: (point) => point.id !== id && filter(point) }),
  };
}

function commonOf(collection: Collection, body: Payload) {
  return {
    filter: compileFilter(body.filter, collection.indexes),
    offset: wholeNumber(body, 'offset') ?? 0,
    threshold: typeof body.score_threshold === 'number' ? body.score_threshold : undefined,
    show: parseShow(body, false),
  };
}

function limitOf(body: Payload, request: string): number | undefined {
  if (body.limit === 0) throw invalid('JSON body', `${request}.limit: value 0 invalid, must be 1 or larger`);
  return wholeNumber(body, 'limit');
}

/** The vector or id that a query is about; other kinds of query are not for this server. */
function nearestOf(query: unknown): unknown {
  if (query === undefined || query === null) return undefined;
  if (!isObject(query)) return query;
  const kind = UNSUPPORTED_QUERIES.find((name) => name in query);
  if (kind !== undefined) throw unsupported(`query of the kind ${kind}`);
  if (!('nearest' in query))
    throw badFormat('data did not match any variant of untagged enum QueryInterface');
  if (isObject(query.mmr)) throw unsupported('mmr');
  return query.nearest;
}

function vectorOf(collection: Collection, id: PointId, using: string): Float32Array {
  const point = collection.get(id);
  if (point === undefined) throw notFound(`No point with id ${id} found`);
  const vector = point.vectors[using];
  if (vector === undefined) throw notFound(`Point ${id} has no vector ${using}`);
  return vector;
}

function run(collection: Collection, search: Search): object[] {
  const found = search.target === undefined ? listed(collection, search.filter) : scored(collection, search);
  return found.slice(search.offset, search.offset + search.limit).map(({ point, score: value }) => {
    const { id, ...rest } = search.show(point);
    return { id, version: point.version, score: shortest(value), ...rest };
  });
}

function listed(collection: Collection, filter: Predicate): { point: Point; score: number }[] {
  return collection
    .inOrder()
    .filter(filter)
    .map((point) => ({ point, score: 1 }));
}

/** Every point is compared: exact, and as slow as that is. A score at the threshold is not beyond it. */
function scored(collection: Collection, { target, using, filter, threshold }: Search) {
  const { distance } = paramsOf(vectorParams(collection.config), using);
  const sign = higherIsBetter(distance) ? -1 : 1;
  const found: { point: Point; score: number }[] = [];
  for (const point of collection.inOrder()) {
    const vector = point.vectors[using];
    if (vector === undefined || target === undefined || !filter(point)) continue;
    const value = score(distance, target, vector);
    if (threshold === undefined || sign * value < sign * threshold) found.push({ point, score: value });
  }
  return found.sort((a, b) => sign * (a.score - b.score));
}
