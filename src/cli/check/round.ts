import { CATALOGUE } from '../../checks/catalogue/index.js';
import type { Check, CheckContext } from '../../checks/check.js';
import { assertConfigured } from '../../checks/configured.js';
import { type FirstLook, firstLook } from '../../checks/look.js';
import { type CheckReport, reportOf } from '../../checks/report.js';
import { observed, once, runChecks } from '../../checks/run.js';
import { lookAll, type Step } from '../../engine/plan.js';
import type { Observation } from '../../host/probe.js';
import { activeSlot, knownState, withActiveSlots } from '../../services/host-state.js';
import { adminHeader } from '../../services/qdrant/place.js';
import { version } from '../../version.js';
import { type Configured, type Connection, taskContext } from '../session.js';
import { maskedReport } from './masked.js';

/** Which checks to run, once what is known of the host is known: severities may depend on it. */
export type Choose = (context: CheckContext) => readonly Check[];

/** Throws where the configuration names checks or thresholds that there are not. */
export function acceptChecks({ config, file }: Pick<Configured, 'config' | 'file'>): void {
  assertConfigured(CATALOGUE, config.checks, file);
}

/** Runs checks on a connected host: one command to see where to look, one for all probes, one for the plan. */
export async function runRound(connection: Connection, choose: Choose): Promise<CheckReport> {
  return (await runRoundBeside(connection, choose, async () => undefined)).report;
}

/** A round of checks, and the steps of all tasks as they are on the host. */
export interface RoundWithPlan {
  report: CheckReport;
  plan: Observation<readonly Step[]>;
}

/** Like {@link runRound}, and gives the plan, which is looked at once however many checks need it too. */
export async function runRoundWithPlan(connection: Connection, choose: Choose): Promise<RoundWithPlan> {
  const { report, beside } = await runRoundBeside(connection, choose, ({ lookAtPlan }) =>
    observed<readonly Step[]>(lookAtPlan),
  );
  return { report, plan: beside };
}

/** What a round knows before it asks its questions. */
export interface RoundStart {
  look: FirstLook;
  context: CheckContext;
  /** The steps of all tasks; looked at once. */
  lookAtPlan(): Promise<Step[]>;
}

/** Like {@link runRound}, with another look at the host at the same time. */
export async function runRoundBeside<Seen>(
  connection: Connection,
  choose: Choose,
  beside: (start: RoundStart) => Promise<Seen>,
): Promise<{ report: CheckReport; beside: Seen }> {
  const started = performance.now();
  const before = connection.host.commandCount;
  const { host, hostConfig, gate } = connection;
  const look = await firstLook(host, connection.config);
  const context = surroundings(connection, look);
  const lookAtPlan = once(async () => {
    const { TASKS } = await import('../../../tasks/index.js');
    const { state } = look;
    return lookAll(host, TASKS, taskContext({ ...context, host, state, facts: factsOf(context) }));
  });
  const [results, seen] = await Promise.all([
    runChecks(host, choose(context), { context, lookAtPlan }),
    beside({ look, context, lookAtPlan }),
  ]);
  const report = reportOf({
    host: hostConfig.name,
    target: host.target,
    results,
    at: new Date(),
    durationMs: performance.now() - started,
    commands: host.commandCount - before,
    vdb: version(),
    confirmations: connection.config.checks.confirmations,
  });
  return { report: maskedReport(report, (text) => gate.redactor.mask(text)), beside: seen };
}

/** What checks may know of a host besides their observations. Throws `state.unreadable`. */
export function surroundings(
  { host, hostConfig, config }: Pick<Connection, 'host' | 'hostConfig' | 'config'>,
  { facts, state, journal, healthChecks, skew }: FirstLook,
): CheckContext {
  const slot = activeSlot(config, state);
  return {
    config: withActiveSlots(config, knownState(state)),
    hostConfig,
    isRoot: !host.isElevated,
    slot,
    keyFile: adminHeader(config),
    facts,
    journal,
    healthChecks,
    skew,
    now: new Date(),
  };
}

function factsOf({ facts }: CheckContext) {
  if (facts.status === 'known' && facts.value !== null) return facts.value;
  throw new Error('the facts of the host are not known');
}
