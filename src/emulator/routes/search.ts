import { badFormat } from '../api-error.js';
import { objectOf, required } from '../parse/values.js';
import { type Call, param, type Route, route, type World } from '../router.js';
import { runQuery, runSearch } from '../search.js';
import type { Collection } from '../store/collection.js';

const POINTS = '/collections/{collection_name}/points';

export const searchRoutes: Route[] = [
  route('POST', `${POINTS}/search`, 'read', one(runSearch)),
  route('POST', `${POINTS}/search/batch`, 'read', several(runSearch)),
  route('POST', `${POINTS}/query`, 'read', one(runQuery)),
  route('POST', `${POINTS}/query/batch`, 'read', several(runQuery)),
];

type Run = (collection: Collection, body: unknown) => object;

function one(run: Run) {
  return async (call: Call, world: World) => {
    const body = await call.json();
    return timed(call, world, [body], (collection) => run(collection, body));
  };
}

function several(run: Run) {
  return async (call: Call, world: World) => {
    const searches = required(objectOf(await call.json()), 'searches');
    if (!Array.isArray(searches)) throw badFormat('invalid type: expected a sequence of searches');
    return timed(call, world, searches, (collection) => searches.map((search) => run(collection, search)));
  };
}

/** A search that was slow is looked at for filters without an index. */
function timed<Found>(
  call: Call,
  { catalog, issues, settings }: World,
  bodies: readonly unknown[],
  search: (collection: Collection) => Found,
): Found {
  const collection = catalog.resolve(param(call, 'collection_name'));
  const started = performance.now();
  const found = search(collection);
  if ((performance.now() - started) / 1000 > settings.slowQuerySeconds) {
    for (const body of bodies) issues.slow(collection, objectOf(body).filter);
  }
  return found;
}
