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
  return async (call: Call, { catalog }: World) => {
    const body = await call.json();
    return run(catalog.resolve(param(call, 'collection_name')), body);
  };
}

function several(run: Run) {
  return async (call: Call, { catalog }: World) => {
    const searches = required(objectOf(await call.json()), 'searches');
    if (!Array.isArray(searches)) throw badFormat('invalid type: expected a sequence of searches');
    const collection = catalog.resolve(param(call, 'collection_name'));
    return searches.map((search) => run(collection, search));
  };
}
