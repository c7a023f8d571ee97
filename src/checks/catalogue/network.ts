import type { Check } from '../check.js';

export const networkChecks: readonly Check[] = [];
