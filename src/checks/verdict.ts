import type { Observation } from '../host/probe.js';
import type { CheckStatus, Verdict } from './check.js';

/** It holds; `seen` says as what. */
export function pass(seen: string): Verdict {
  return { status: 'pass', seen };
}

/** It holds, but not as well as it should; it never stands in the way. */
export function warn(seen: string, expected: string, details?: readonly string[]): Verdict {
  return { status: 'warn', seen, expected, ...(details === undefined ? {} : { details }) };
}

/** It does not hold. */
export function fail(seen: string, expected: string, details?: readonly string[]): Verdict {
  return { status: 'fail', seen, expected, ...(details === undefined ? {} : { details }) };
}

/** It could not be seen, for this reason; never taken for a pass. */
export function unknown(why: string): Verdict {
  return { status: 'unknown', seen: why };
}

/** It does not apply here, for this reason. */
export function skip(why: string): Verdict {
  return { status: 'skip', seen: why };
}

/** `pass` or `fail`, depending on `holds`. */
export function expect(holds: boolean, seen: string, expected: string): Verdict {
  return holds ? pass(seen) : fail(seen, expected);
}

/**
 * Judges what is known. What could not be seen, or not yet, is unknown; what is not this host's to set is
 * skipped. Every judgement starts here, so that no check can take "not seen" for "fine".
 */
export function whenKnown<Have>(
  observation: Observation<Have> | undefined,
  judge: (value: Have | null) => Verdict,
): Verdict {
  if (observation === undefined) return unknown('the host did not answer');
  if (observation.status === 'known') return judge(observation.value);
  return observation.status === 'foreign' ? skip(observation.why) : unknown(observation.why);
}

/** Like {@link whenKnown} where the thing has to exist before it can be judged; else it is unknown for `why`. */
export function whenThere<Have>(
  observation: Observation<Have> | undefined,
  why: string,
  judge: (value: Have) => Verdict,
): Verdict {
  return whenKnown(observation, (value) => (value === null ? unknown(why) : judge(value)));
}

const WORST_FIRST: readonly CheckStatus[] = ['fail', 'unknown', 'warn', 'pass', 'skip'];

/** Several verdicts as one: the worst decides, its findings are listed. `all` is said when everything passes. */
export function worst(verdicts: readonly Verdict[], all: string): Verdict {
  const status = WORST_FIRST.find((each) => verdicts.some((verdict) => verdict.status === each)) ?? 'skip';
  if (status === 'pass') return pass(all);
  const findings = verdicts.filter((verdict) => verdict.status === status);
  const [first] = findings;
  if (first === undefined) return skip('there is nothing to look at');
  if (findings.length === 1) return first;
  return {
    ...first,
    seen: `${findings.length} of ${verdicts.length}`,
    details: findings.map(({ seen }) => seen),
  };
}
