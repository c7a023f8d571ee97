import { defineConfig } from 'vitest/config';
import { LAB_WORKERS } from './test/support/workers.js';

const THOROUGH = process.env.VDB_E2E_THOROUGH === '1';

const THOROUGH_FILES = 'test/e2e/**/*.thorough.test.ts';
/** They put a host under load, run a suite of their own on it, or measure time. */
const QUIET_FILES = 'test/{e2e,integration}/**/*.quiet.test.ts';

const ON_HOSTS = { globalSetup: ['test/e2e/setup.ts'], testTimeout: 600_000, hookTimeout: 1_200_000 };

/**
 * The suites: `unit` needs nothing, `integration` talks to a real sshd, a real or emulated Qdrant on loopback, HAProxy and
 * promtool, `lab` drives the built command line against disposable hosts, and `lab-quiet` does so one file at a time. Files with
 * long tables of faults (`*.thorough.test.ts`) run with `npm run test:thorough` alone.
 */
export default defineConfig({
  test: {
    projects: [
      // Pure functions, for the most part: a worker that loads each module once takes a third of the time.
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 30_000, isolate: false } },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          exclude: [QUIET_FILES],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'lab',
          include: ['test/e2e/**/*.test.ts'],
          exclude: [QUIET_FILES, ...(THOROUGH ? [] : [THOROUGH_FILES])],
          maxWorkers: LAB_WORKERS,
          sequence: { groupOrder: 1 },
          ...ON_HOSTS,
        },
      },
      {
        test: {
          name: 'lab-quiet',
          include: [QUIET_FILES],
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
          ...ON_HOSTS,
        },
      },
    ],
  },
});
