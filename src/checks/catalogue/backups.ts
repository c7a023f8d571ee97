import type { Check } from '../check.js';

export const backupsChecks: readonly Check[] = [];
