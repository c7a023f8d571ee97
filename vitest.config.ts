import { defineConfig } from 'vitest/config';
import { LAB_WORKERS } from './test/support/workers.js';

/**
 * Three suites: `unit` needs nothing, `integration` talks to a real sshd and a real or emulated Qdrant on
 * loopback, `lab` drives the built command line against disposable hosts.
 */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 10_000 } },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'lab',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/e2e/setup.ts'],
          testTimeout: 600_000,
          hookTimeout: 1_200_000,
          maxWorkers: LAB_WORKERS,
        },
      },
    ],
  },
});
