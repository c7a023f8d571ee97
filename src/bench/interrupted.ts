import { EXIT, VdbError } from '../errors.js';

/** Throws `bench.interrupted` where a person has left. */
export function assertNotLeft(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw new VdbError('The benchmark was interrupted', {
    code: 'bench.interrupted',
    exitCode: EXIT.interrupted,
    meaning: 'Half a benchmark is none: nothing is reported.',
  });
}
