import type { Check } from '../check.js';

export const pythonChecks: readonly Check[] = [];
