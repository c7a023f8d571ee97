import type { Check } from '../check.js';
import { accessChecks } from './access/index.js';
import { backupsChecks } from './backups/index.js';
import { canaryChecks } from './canary.js';
import { capacityChecks } from './capacity.js';
import { collectionChecks } from './collections/index.js';
import { deploymentChecks } from './deployment/index.js';
import { driftChecks } from './drift.js';
import { gatewayChecks } from './gateway/index.js';
import { hostChecks } from './host/index.js';
import { modelsChecks } from './models/index.js';
import { monitoringChecks } from './monitoring/index.js';
import { networkChecks } from './network/index.js';
import { performanceChecks } from './performance.js';
import { postgresChecks } from './postgres/index.js';
import { pythonChecks } from './python/index.js';
import { qdrantChecks } from './qdrant/index.js';
import { redisChecks } from './redis.js';
import { storageChecks } from './storage/index.js';
import { timeChecks } from './time.js';
import { tlsChecks } from './tls/index.js';

/** Every check, in the order in which they are shown. */
export const CATALOGUE: readonly Check[] = [
  ...hostChecks,
  ...storageChecks,
  ...timeChecks,
  ...networkChecks,
  ...tlsChecks,
  ...accessChecks,
  ...qdrantChecks,
  ...collectionChecks,
  ...postgresChecks,
  ...redisChecks,
  ...gatewayChecks,
  ...deploymentChecks,
  ...modelsChecks,
  ...pythonChecks,
  ...backupsChecks,
  ...monitoringChecks,
  ...capacityChecks,
  ...driftChecks,
  ...canaryChecks,
  ...performanceChecks,
];
