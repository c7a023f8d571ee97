import { describe, test } from 'vitest';

/** Whether everything is tested. */
export const IS_THOROUGH = process.env.VDB_E2E_THOROUGH === '1';

/**
 * Rows of long tables of faults, of which one or two always run. All of them run with `npm run test:thorough`;
 * otherwise they are reported as skipped.
 */
export const describeThorough = describe.runIf(IS_THOROUGH);

/** The same for a single test. */
export const testThorough = test.runIf(IS_THOROUGH);
