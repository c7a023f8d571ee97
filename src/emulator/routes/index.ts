import type { Route } from '../router.js';
import { aliasRoutes } from './aliases.js';
import { clusterRoutes } from './cluster.js';
import { collectionRoutes } from './collections.js';
import { payloadRoutes } from './payload.js';
import { pointRoutes } from './points.js';
import { searchRoutes } from './search.js';
import { serviceRoutes } from './service.js';
import { snapshotRoutes } from './snapshots.js';
import { unsupportedRoutes } from './unsupported.js';

/** Every endpoint; the first that fits answers. */
export const ROUTES: readonly Route[] = [
  ...serviceRoutes,
  ...clusterRoutes,
  ...aliasRoutes,
  ...collectionRoutes,
  ...snapshotRoutes,
  ...pointRoutes,
  ...payloadRoutes,
  ...searchRoutes,
  ...unsupportedRoutes,
];
