import type { Check } from '../../check.js';
import { healthChecks } from './health.js';
import { kernelChecks } from './kernel.js';
import { machineChecks } from './machine.js';

export const hostChecks: readonly Check[] = [...machineChecks, ...kernelChecks, ...healthChecks];
