import { unsupported } from '../api-error.js';
import type { Access } from '../auth.js';
import { param, type Route, route } from '../router.js';

const POINTS = '/collections/{collection_name}/points';

/** What Qdrant offers and the emulator does not. Anything that is missing here too is unknown to both: 404. */
const MISSING: readonly [method: string, pattern: string, access: Access][] = [
  ['PUT', `${POINTS}/vectors`, 'manage'],
  ['POST', `${POINTS}/vectors/delete`, 'manage'],
  ['POST', `${POINTS}/batch`, 'manage'],
  ['POST', `${POINTS}/search/groups`, 'read'],
  ['POST', `${POINTS}/query/groups`, 'read'],
  ['POST', `${POINTS}/recommend`, 'read'],
  ['POST', `${POINTS}/recommend/batch`, 'read'],
  ['POST', `${POINTS}/recommend/groups`, 'read'],
  ['POST', `${POINTS}/discover`, 'read'],
  ['POST', `${POINTS}/discover/batch`, 'read'],
  ['POST', `${POINTS}/search/matrix/pairs`, 'read'],
  ['POST', `${POINTS}/search/matrix/offsets`, 'read'],
  ['POST', '/collections/{collection_name}/facet', 'read'],
  ['GET', '/collections/{collection_name}/optimizations', 'read'],
  ['GET', '/snapshots', 'read'],
  ['POST', '/snapshots', 'manage'],
  ['GET', '/snapshots/{snapshot_name}', 'read'],
  ['DELETE', '/snapshots/{snapshot_name}', 'manage'],
  ['GET', '/collections/{collection_name}/shards/{shard_id}/snapshots', 'read'],
  ['POST', '/collections/{collection_name}/shards/{shard_id}/snapshots', 'manage'],
  ['PUT', '/collections/{collection_name}/shards/{shard_id}/snapshots/recover', 'manage'],
  ['POST', '/collections/{collection_name}/shards/{shard_id}/snapshots/upload', 'manage'],
];

export const unsupportedRoutes: Route[] = MISSING.map(([method, pattern, access]) =>
  route(method, pattern, access, (call, { catalog }) => {
    if (pattern.includes('{collection_name}')) catalog.resolve(param(call, 'collection_name'));
    throw unsupported(`${method} ${pattern}`);
  }),
);
