import type { Task } from '../src/engine/task.js';
import { osOptimisation } from './0.2-os-optimisation.js';
import { storage } from './0.3-storage.js';
import { pythonEnvironment } from './0.4-python-environment.js';
import { qdrant } from './1.1-qdrant.js';
import { gateway } from './1.2-gateway.js';
import { collections } from './1.4-collections.js';
import { postgresql } from './3.1-postgresql.js';
import { redis } from './3.2-redis.js';
import { deployment } from './4.5-deployment.js';
import { monitoring } from './5.1-monitoring.js';

/** The documented tasks in their documented order, but for those that need later ones: they come after them. */
export const TASKS: readonly Task[] = [
  osOptimisation,
  storage,
  pythonEnvironment,
  qdrant,
  collections,
  postgresql,
  redis,
  deployment,
  gateway,
  monitoring,
];
