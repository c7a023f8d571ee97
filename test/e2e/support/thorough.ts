import { describe } from 'vitest';

/**
 * Rows of long tables of faults, of which one or two always run. All of them run with `npm run test:thorough`;
 * otherwise they are reported as skipped.
 */
export const describeThorough = describe.runIf(process.env.VDB_E2E_THOROUGH === '1');
