import { availableParallelism } from 'node:os';

/** How many lab test files run at once, each worker with hosts of its own: VDB_E2E_WORKERS, else two where there are two cores. */
export const LAB_WORKERS = Number(process.env.VDB_E2E_WORKERS ?? Math.min(2, availableParallelism()));

/** Which of the workers this process is, from 1. */
export const WORKER = process.env.VITEST_POOL_ID ?? '1';
