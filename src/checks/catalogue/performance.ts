import type { Check } from '../check.js';

export const performanceChecks: readonly Check[] = [];
