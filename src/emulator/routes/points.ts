import { badFormat, notFound } from '../api-error.js';
import { compileFilter } from '../filter.js';
import { compareIds, type Point } from '../model.js';
import { parsePoints } from '../parse/points.js';
import { parseShow } from '../parse/selection.js';
import { objectOf, pointId, pointIdOfPath, pointIds, required, wholeNumber } from '../parse/values.js';
import { type Call, param, type Route, route, type World } from '../router.js';

const POINTS = '/collections/{collection_name}/points';

export const pointRoutes: Route[] = [
  route('PUT', POINTS, 'manage', upsert),
  route('POST', POINTS, 'read', retrieve),
  route('GET', `${POINTS}/{id}`, 'read', retrieveOne),
  route('POST', `${POINTS}/delete`, 'manage', remove),
  route('POST', `${POINTS}/scroll`, 'read', scroll),
  route('POST', `${POINTS}/count`, 'read', count),
];

/** The answer to a change. Changes are always complete before it, with `wait` or without. */
export function acknowledged(call: Call, operation: number) {
  const status = call.query.get('wait') === 'true' ? 'completed' : 'acknowledged';
  return { operation_id: operation, status };
}

async function upsert(call: Call, { catalog }: World) {
  const body = objectOf(await call.json());
  const collection = catalog.resolve(param(call, 'collection_name'));
  return acknowledged(call, collection.change({ put: parsePoints(body, collection.config) }));
}

async function retrieve(call: Call, { catalog }: World) {
  const body = objectOf(await call.json());
  const ids = pointIds(required(body, 'ids'));
  const collection = catalog.resolve(param(call, 'collection_name'));
  const found = ids.map((id) => collection.get(id)).filter((point) => point !== undefined);
  return found.map(parseShow(body, false));
}

function retrieveOne(call: Call, { catalog }: World) {
  const id = pointIdOfPath(param(call, 'id'));
  const point = catalog.resolve(param(call, 'collection_name')).get(id);
  if (point === undefined) throw notFound(`Point with id ${id} does not exists!`);
  return parseShow({ with_vector: true }, true)(point);
}

async function remove(call: Call, { catalog }: World) {
  const body = objectOf(await call.json());
  const collection = catalog.resolve(param(call, 'collection_name'));
  const selected = selectPoints(body, collection);
  if (selected === undefined)
    throw badFormat('data did not match any variant of untagged enum PointsSelector');
  return acknowledged(call, collection.change({ remove: selected.points.map(({ id }) => id) }));
}

/** The points that a body names by id or filter, and the ids that there are none of; undefined when it names none. */
export function selectPoints(
  body: ReturnType<typeof objectOf>,
  collection: ReturnType<World['catalog']['resolve']>,
): { points: Point[]; missing: Point['id'][] } | undefined {
  if (body.points !== undefined && body.points !== null) {
    const ids = pointIds(body.points);
    const points = ids.map((id) => collection.get(id)).filter((point) => point !== undefined);
    return { points, missing: ids.filter((id) => collection.get(id) === undefined) };
  }
  if (body.filter === undefined || body.filter === null) return undefined;
  return { points: collection.inOrder().filter(compileFilter(body.filter, collection.indexes)), missing: [] };
}

async function scroll(call: Call, { catalog }: World) {
  const body = objectOf(await call.json());
  const collection = catalog.resolve(param(call, 'collection_name'));
  const limit = wholeNumber(body, 'limit', 1) ?? 10;
  const filter = compileFilter(body.filter, collection.indexes);
  const from = body.offset === undefined || body.offset === null ? undefined : pointId(body.offset);
  const found = collection
    .inOrder()
    .filter((point) => (from === undefined || compareIds(point.id, from) >= 0) && filter(point));
  return {
    points: found.slice(0, limit).map(parseShow(body, true)),
    next_page_offset: found[limit]?.id ?? null,
  };
}

async function count(call: Call, { catalog }: World) {
  const body = objectOf(await call.json());
  const collection = catalog.resolve(param(call, 'collection_name'));
  return { count: collection.inOrder().filter(compileFilter(body.filter, collection.indexes)).length };
}
