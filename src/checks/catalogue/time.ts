import type { Check } from '../check.js';

export const timeChecks: readonly Check[] = [];
