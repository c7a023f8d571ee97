import type { Step } from '../engine/plan.js';
import { EXIT, messageOf, VdbError } from '../errors.js';
import type { Host } from '../host/host.js';
import { type Observation, observe, type Probe } from '../host/probe.js';
import { dayOf } from '../text.js';
import { withCauses } from './cause.js';
import type { Check, CheckContext, Site } from './check.js';
import { type CheckResult, resultOf } from './result.js';
import { unknown } from './verdict.js';
import { withWaiver } from './waivers.js';

/** What {@link runChecks} needs to know. `lookAtPlan` gives the steps of all tasks, fresh from the host. */
export interface RunRequest {
  context: CheckContext;
  lookAtPlan(): Promise<readonly Step[]>;
}

/**
 * Runs checks: all their probes travel in one command; what looks in another way does so side by side with it. What writes
 * or loads the server has its turn afterwards, one after the other: the others, and each other, would see what it does.
 */
export async function runChecks(
  host: Host,
  checks: readonly Check[],
  { context, lookAtPlan }: RunRequest,
): Promise<CheckResult[]> {
  const due = checks.map((check) => (check.skip?.(context) === undefined ? check : undefined));
  const probes = checks.map((check) => probesOf(check, context));
  const site: Site = { host, context, plan: once(() => observed(lookAtPlan)) };
  const lookOf = (check: Check | undefined) => (check?.look === undefined ? [] : looked(check.look, site));
  const [observations, looks] = await Promise.all([
    observe(host, probes.flat()),
    Promise.all(due.map((check) => (check?.optIn === true ? [] : lookOf(check)))),
  ]);
  for (const [index, check] of due.entries()) if (check?.optIn === true) looks[index] = await lookOf(check);
  let next = 0;
  const results = checks.map((check, index) => {
    const from = next;
    next += probes[index]?.length ?? 0;
    const own = [...observations.slice(from, next), ...(looks[index] ?? [])];
    return withWaiver(judged(check, own, context), context.config.checks.waivers, dayOf(context.now));
  });
  return withCauses(results);
}

/** A judgement that cannot cope with what was seen makes its own check unknown, and no other. */
function judged(check: Check, own: readonly Observation<unknown>[], context: CheckContext): CheckResult {
  try {
    return resultOf(check, own, context);
  } catch (error) {
    const judge = () => unknown(`vdb could not judge what it saw: ${messageOf(error)}`);
    return resultOf({ ...check, judge }, own, context);
  }
}

/** The questions of a check; none where it does not apply. */
export function probesOf(check: Check, context: CheckContext): Probe[] {
  return check.skip?.(context) === undefined ? [check.probe?.(context) ?? []].flat() : [];
}

/** Makes a thing when it is first asked for. */
export function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

async function looked(look: NonNullable<Check['look']>, site: Site): Promise<[Observation<unknown>]> {
  try {
    return [await look(site)];
  } catch (error) {
    return [unknownUnlessLost(error)];
  }
}

/** What a look brought. A look that fails is unknown; a lost connection throws. */
export async function observed<T>(look: () => Promise<T>): Promise<Observation<T>> {
  try {
    return { status: 'known', value: await look() };
  } catch (error) {
    return unknownUnlessLost(error);
  }
}

/** A look that fails makes its own check unknown; a lost connection ends the run. */
function unknownUnlessLost(error: unknown): Observation<never> {
  if (error instanceof VdbError && error.exitCode === EXIT.unreachable) throw error;
  return { status: 'unknown', why: messageOf(error) };
}
