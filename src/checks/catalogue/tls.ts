import type { Check } from '../check.js';

export const tlsChecks: readonly Check[] = [];
