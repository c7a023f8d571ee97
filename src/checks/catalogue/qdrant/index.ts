import type { Check } from '../../check.js';
import { cluster } from './cluster.js';
import { auth, livez, readyz } from './health.js';
import { genuine, upgradePath, version } from './identity.js';
import { issues } from './issues.js';
import { fds, memory, mmaps } from './limits.js';
import { loopback } from './loopback.js';
import { metrics, recoveryMode } from './metrics.js';
import { settings } from './settings.js';

export const qdrantChecks: readonly Check[] = [
  genuine,
  version,
  upgradePath,
  livez,
  readyz,
  cluster,
  recoveryMode,
  auth,
  metrics,
  loopback,
  settings,
  mmaps,
  fds,
  memory,
  issues,
];
