import type { Check } from '../../check.js';
import { health } from './health.js';
import { orchestration } from './orchestration.js';
import { registry } from './registry.js';

export const deploymentChecks: readonly Check[] = [registry, orchestration, health];
