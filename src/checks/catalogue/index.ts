import type { Check } from '../check.js';
import { accessChecks } from './access.js';
import { canaryChecks } from './canary.js';
import { collectionChecks } from './collections.js';
import { driftChecks } from './drift.js';
import { hostChecks } from './host.js';
import { postgresChecks } from './postgres.js';
import { qdrantChecks } from './qdrant.js';
import { redisChecks } from './redis.js';
import { storageChecks } from './storage.js';

/** Every check, in the order in which they are shown. */
export const CATALOGUE: readonly Check[] = [
  ...hostChecks,
  ...storageChecks,
  ...qdrantChecks,
  ...collectionChecks,
  ...postgresChecks,
  ...redisChecks,
  ...accessChecks,
  ...driftChecks,
  ...canaryChecks,
];
