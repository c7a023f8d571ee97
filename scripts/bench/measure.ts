import { performance } from 'node:perf_hooks';
import { execa } from 'execa';

/** One command to time: its name, argv, standard input and working directory. */
export interface Contender {
  name: string;
  argv: readonly [string, ...string[]];
  input?: string;
  cwd?: string;
}

/** Prints a measurement beside what it is measured against, and the bar it must keep, as a ratio. */
export type Row = (
  name: string,
  value: number | undefined,
  base?: number,
  bar?: number,
  unit?: string,
) => void;

/** Median wall-clock milliseconds of each contender, whole process, taking turns so that noise hits all alike. */
export async function race(contenders: readonly Contender[], rounds: number): Promise<number[]> {
  const times: number[][] = contenders.map(() => []);
  for (let round = -1; round < rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      const ms = await timed(contender);
      if (round >= 0) times[index]?.push(ms);
    }
  }
  return times.map(median);
}

/** Wall-clock milliseconds of one run. Throws when it fails. */
export async function timed({ argv, input, cwd }: Contender): Promise<number> {
  const [file, ...args] = argv;
  const started = performance.now();
  await execa(file, args, {
    ...(input === undefined ? {} : { input }),
    ...(cwd === undefined ? {} : { cwd }),
  });
  return performance.now() - started;
}

/** The middle one. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
