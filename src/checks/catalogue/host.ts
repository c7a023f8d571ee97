import type { Check } from '../check.js';
import { healthChecks } from './host/health.js';
import { kernelChecks } from './host/kernel.js';
import { machineChecks } from './host/machine.js';

export const hostChecks: readonly Check[] = [...machineChecks, ...kernelChecks, ...healthChecks];
