import type { Check } from '../../check.js';
import { alerts } from './alerts.js';
import { rules } from './rules.js';
import { targets } from './targets.js';

export const monitoringChecks: readonly Check[] = [targets, rules, alerts];
