import type { Step } from '../engine/plan.js';
import { EXIT, messageOf, VdbError } from '../errors.js';
import type { Host } from '../host/host.js';
import { type Observation, observe, pending } from '../host/probe.js';
import { sing } from './canary.js';
import type { Check, CheckContext } from './check.js';
import { type CheckResult, resultOf } from './result.js';
import { withWaiver } from './waivers.js';

/** What {@link runChecks} needs to know. `lookAtPlan` gives the steps of all tasks, fresh from the host. */
export interface RunRequest {
  context: Omit<CheckContext, 'plan' | 'canary'>;
  lookAtPlan(): Promise<readonly Step[]>;
  /** The day by which waivers are judged. Default: today, UTC. */
  today?: string;
}

/** Runs checks: all their probes travel in one command, the plan (when one needs it) side by side with it. */
export async function runChecks(
  host: Host,
  checks: readonly Check[],
  { context: given, lookAtPlan, today = new Date().toISOString().slice(0, 10) }: RunRequest,
): Promise<CheckResult[]> {
  const withoutPlan: CheckContext = {
    ...given,
    plan: pending('no check asked for the plan'),
    canary: pending('no check asked for a test write'),
  };
  const probes = checks.map((check) =>
    check.skip?.(withoutPlan) === undefined ? [check.probe(withoutPlan)].flat() : [],
  );
  const needsPlan = checks.some((check) => check.needsPlan === true);
  const needsCanary = checks.some((check) => check.needsCanary === true);
  const [observations, plan, canary] = await Promise.all([
    observe(host, probes.flat()),
    needsPlan ? observedPlan(lookAtPlan) : withoutPlan.plan,
    needsCanary ? sing(host, given.config, given.slot) : withoutPlan.canary,
  ]);
  const context = { ...withoutPlan, plan, canary };
  let next = 0;
  return checks.map((check, index) => {
    const from = next;
    next += probes[index]?.length ?? 0;
    const result = resultOf(check, observations.slice(from, next), context);
    return withWaiver(result, context.config.checks.waivers, today);
  });
}

/** A plan that cannot be made (a release that is not supported, say) is unknown; a lost connection ends the run. */
async function observedPlan(look: RunRequest['lookAtPlan']): Promise<Observation<readonly Step[]>> {
  try {
    return { status: 'known', value: await look() };
  } catch (error) {
    if (error instanceof VdbError && error.exitCode === EXIT.unreachable) throw error;
    return { status: 'unknown', why: messageOf(error) };
  }
}
