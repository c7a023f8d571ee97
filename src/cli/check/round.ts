import { CATALOGUE } from '../../checks/catalogue/index.js';
import type { Check, CheckContext } from '../../checks/check.js';
import { assertConfigured } from '../../checks/configured.js';
import { firstLook } from '../../checks/look.js';
import { activeSlot } from '../../checks/place.js';
import { type CheckReport, reportOf } from '../../checks/report.js';
import { runChecks } from '../../checks/run.js';
import { lookAll } from '../../engine/plan.js';
import { adminHeader } from '../../services/qdrant/place.js';
import { version } from '../../version.js';
import type { Session } from '../session.js';
import { maskedReport } from './masked.js';

/** Which checks to run, once what is known of the host is known: severities may depend on it. */
export type Choose = (context: CheckContext) => readonly Check[];

/** Runs checks on a connected host: one command to see where to look, one for all probes, one for the plan. */
export async function runRound(session: Session, choose: Choose): Promise<CheckReport> {
  const started = performance.now();
  const before = session.host.commandCount;
  const { host, hostConfig, gate } = session;
  assertConfigured(CATALOGUE, session.config.checks);
  const context = await surroundings(session);
  const results = await runChecks(host, choose(context), {
    context,
    lookAtPlan: async () => {
      const { TASKS } = await import('../../../tasks/index.js');
      return lookAll(host, TASKS, { config: session.config, facts: factsOf(context) });
    },
  });
  const report = reportOf({
    host: hostConfig.name,
    target: host.target,
    results,
    at: new Date(),
    durationMs: performance.now() - started,
    commands: host.commandCount - before,
    vdb: version(),
    confirmations: session.config.checks.confirmations,
  });
  return maskedReport(report, (text) => gate.redactor.mask(text));
}

/** What checks may know of a host besides their observations: one command on it. */
export async function surroundings({
  host,
  hostConfig,
  config,
}: Pick<Session, 'host' | 'hostConfig' | 'config'>): Promise<CheckContext> {
  const { facts, state, journal, skew } = await firstLook(host, config);
  const slot = activeSlot(config, state);
  return { config, hostConfig, slot, keyFile: adminHeader(config), facts, journal, skew, now: new Date() };
}

function factsOf({ facts }: CheckContext) {
  if (facts.status === 'known' && facts.value !== null) return facts.value;
  throw new Error('the facts of the host are not known');
}
