/** One step of a closed loop: so many requests always under way. */
export interface RampStep {
  concurrency: number;
  /** Good answers a second. */
  throughput: number;
  /** Share of requests that failed, 0 to 1. */
  errors: number;
}

/** A step that brings less than this over the best one before it brings nothing. */
const GAIN = 1.05;
/** So many steps in a row that bring nothing are the end. */
const FLAT = 2;
/** Share of failed requests from which on more load shows nothing but failures. */
const TOO_MANY_ERRORS = 0.05;
/** The knee is the least concurrency that comes this near to the most that was seen. */
const NEAR = 0.95;

/** The next concurrency to try: twice the last one; undefined where the knee has been passed, or `most` was tried. Pure. */
export function nextConcurrency(steps: readonly RampStep[], most: number): number | undefined {
  const last = steps.at(-1);
  if (last === undefined) return 1;
  if (last.concurrency >= most || last.errors > TOO_MANY_ERRORS || isFlat(steps)) return undefined;
  return Math.min(most, last.concurrency * 2);
}

function isFlat(steps: readonly RampStep[]): boolean {
  if (steps.length <= FLAT) return false;
  const before = Math.max(...steps.slice(0, -FLAT).map(({ throughput }) => throughput));
  return steps.slice(-FLAT).every(({ throughput }) => throughput < before * GAIN);
}

/**
 * Where more requests at once bring no more answers: the first step that comes near the most that was seen. Steps with many
 * failures count only where there is no other. Undefined without a good answer. Pure.
 */
export function kneeOf<Step extends RampStep>(steps: readonly Step[]): Step | undefined {
  const sound = steps.filter(({ errors }) => errors <= TOO_MANY_ERRORS);
  const counted = (sound.length > 0 ? sound : steps).filter(({ throughput }) => throughput > 0);
  const best = Math.max(...counted.map(({ throughput }) => throughput));
  return counted.find(({ throughput }) => throughput >= best * NEAR);
}
