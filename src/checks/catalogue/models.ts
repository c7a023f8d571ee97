import type { Check } from '../check.js';

export const modelsChecks: readonly Check[] = [];
