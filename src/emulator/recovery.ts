import { ApiError, unsupported } from './api-error.js';
import type { Call, Route, World } from './router.js';

const COLLECTION = '/collections/{collection_name}';

/**
 * In recovery mode Qdrant lists its collections, changes their settings and deletes them, but has none of their
 * points. Throws what it answers then for a collection that was there at the start.
 */
export function assertLoaded({ catalog, settings, unloaded }: World, route: Route, call: Call): void {
  const name = call.params.collection_name;
  if (settings.recoveryMode === null || name === undefined) return;
  const target = catalog.aliases().find(({ alias_name }) => alias_name === name)?.collection_name ?? name;
  const collection = catalog.find(target);
  if (collection === undefined || !unloaded.has(collection)) return;
  if (route.pattern.startsWith(`${COLLECTION}/snapshots`))
    throw unsupported(`${route.method} ${route.pattern} in recovery mode`);
  const refused = refusalOf(route, settings.recoveryMode);
  if (refused !== undefined) throw new ApiError(500, refused);
}

function refusalOf({ method, pattern, access }: Route, why: string): string | undefined {
  const failed = (action: string): string => `Service internal error: Failed to ${action},  ${why}`;
  const unread = (action: string): string =>
    `Service internal error: 1 of 1 read operations failed:\n  ${failed(action)}`;
  if (pattern === COLLECTION && method === 'GET') return unread('Get Info');
  if (!pattern.startsWith(`${COLLECTION}/points`)) return undefined;
  if (access === 'manage') return failed(pattern.includes('/payload') ? 'Update Payloads' : 'Update Points');
  return unread(pattern.endsWith('/count') ? 'count' : 'search');
}
