import type { Check } from '../check.js';

export const capacityChecks: readonly Check[] = [];
