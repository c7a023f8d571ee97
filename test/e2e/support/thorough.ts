import { describe, test } from 'vitest';

const IS_WANTED = process.env.VDB_E2E_THOROUGH === '1';

/**
 * Rows of long tables of faults, of which one or two always run. All of them run with `npm run test:thorough`;
 * otherwise they are reported as skipped.
 */
export const describeThorough = describe.runIf(IS_WANTED);

/** The same for a single test. */
export const testThorough = test.runIf(IS_WANTED);
