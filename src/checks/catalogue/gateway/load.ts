import type { Observation } from '../../../host/probe.js';
import { workersOf } from '../../../services/gateway/instances.js';
import { defineCheck, type Verdict } from '../../check.js';
import { type GatewayLoad, gatewayLoad, searchRate, TOGETHER } from '../../probes/gateway-load.js';
import { expect, fail, pass, skip, unknown, whenThere } from '../../verdict.js';
import { shared, skipForeign } from './shared.js';

const loaded = { ...shared, optIn: true, skip: skipForeign, look: gatewayLoad } as const;

const NOT_ASKED = 'the gateway was not asked';

/** Where no search alone is answered there is no load, and what is seen then is not its doing. */
function underLoad(
  observation: Observation<GatewayLoad> | undefined,
  judge: (load: GatewayLoad) => Verdict,
): Verdict {
  return whenThere(observation, NOT_ASKED, (load) => {
    const answered = load.alone.some(({ status }) => status === 200);
    return answered ? judge(load) : unknown(`no search is answered: ${statuses(load.alone)}`);
  });
}

/** Searches that are all answered within this time, in seconds, keep nobody waiting, whatever one alone takes. */
const SOON = 1;

/** The share of the time that they would take one after the other, by all workers, from which on they do. */
const IN_TURN = 0.75;

/** Searches at the same moment do not wait for each other. */
export const concurrency = defineCheck<GatewayLoad>({
  ...loaded,
  id: 'gateway.concurrency',
  severity: 'error',
  title: `${TOGETHER} searches at once are answered together`,
  looksAt: `${TOGETHER} searches that the host sends to the first replica at the same moment, the better of two tries, beside one search alone`,
  why: 'A call that blocks the event loop makes every other request of its worker wait: searches at once then take as long as one after the other.',
  threshold: { default: 5, unit: 's until all are answered' },
  judge: ([load], { config, facts }, limit) =>
    whenThere(facts, 'the cores of the host are not known', ({ cpus }) =>
      underLoad(load, ({ alone, together }) =>
        judgeTogether(alone, together, { workers: workersOf(config, cpus), limit }),
      ),
    ),
  remedy:
    'See the latency of Qdrant (vdb check performance). Where that is low, a call of the gateway blocks its workers: see its log, and gateway.workers.',
});

function judgeTogether(
  alone: GatewayLoad['alone'],
  together: GatewayLoad['together'],
  { workers, limit }: { workers: number; limit: number },
): Verdict {
  const requests = [...alone, ...together.flatMap((each) => each.requests)];
  const failed = requests.filter(({ status }) => status !== 200);
  if (failed.length > 0)
    return fail(`${failed.length} of ${requests.length} failed: ${statuses(failed)}`, '200');
  const one = median(alone.map(({ seconds }) => seconds));
  const most = Math.min(limit, Math.max(SOON, one * Math.max(2, (IN_TURN * TOGETHER) / workers)));
  const best = together.reduce((first, other) => (other.seconds < first.seconds ? other : first));
  const count = best.requests.length;
  return expect(
    count === TOGETHER && best.seconds <= most,
    `${count} searches in ${best.seconds.toFixed(2)} s, one alone in ${one.toFixed(2)} s`,
    `${TOGETHER} within ${most.toFixed(2)} s`,
  );
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Health is fast whatever else is asked. */
export const latency = defineCheck<GatewayLoad>({
  ...loaded,
  id: 'gateway.latency',
  severity: 'error',
  title: 'Health is fast while heavy searches run',
  looksAt:
    '/health of the first replica, asked again and again while it answers the largest searches it takes',
  why: 'A load balancer takes a replica out when its health is slow, just when the load is high.',
  threshold: { default: 100, unit: 'ms' },
  judge: ([load], _context, limit) =>
    underLoad(load, ({ health }) => {
      if (health.length < 3) return unknown('the load was over before health could be asked');
      const times = health.map(({ seconds }) => seconds * 1000).sort((a, b) => a - b);
      const most = times[Math.ceil(times.length * 0.95) - 1] ?? Number.NaN;
      const failed = health.filter(({ status }) => status !== 200);
      if (failed.length > 0) return fail(`/health answers ${statuses(failed)} under load`, '200');
      return expect(
        most < limit,
        `95 of 100 within ${Math.round(most)} ms, the slowest of ${times.length} took ${Math.round(times.at(-1) ?? 0)} ms`,
        `95 of 100 within ${limit} ms`,
      );
    }),
  remedy: 'More workers (gateway.workers), or fewer neighbours on the same cores.',
});

/** Too many requests of one client are refused, and only then. */
export const rateLimit = defineCheck<GatewayLoad>({
  ...loaded,
  id: 'gateway.rate-limit',
  severity: 'error',
  title: 'The rate limit of searches is what is configured',
  looksAt: 'searches of one client that nobody else is, a few more than it may make, or without a limit some',
  why: 'Without a limit one client can take the server from all others; a limit that nobody wanted refuses good requests.',
  judge: ([load], { config }) =>
    underLoad(load, ({ oneClient }) => {
      const passed = oneClient.findIndex(({ status }) => status === 429);
      if (!config.gateway.rate_limit.enabled) return judgeFreedom(passed);
      const { searches, unseen } = searchRate(config);
      return unseen === undefined ? judgeLimit(passed, searches, oneClient.length) : skip(unseen);
    }),
  remedy:
    'See gateway.rate_limit in the configuration and whether Redis answers; then install the gateway again.',
  fix: '1.2',
});

/** Of a window that slides, a request or two may pass beyond the limit. */
function judgeLimit(passed: number, limit: number, sent: number): Verdict {
  if (passed === -1 && sent <= limit) return unknown(`only ${sent} searches were answered in time`);
  if (passed === -1) return fail(`none of ${sent} searches was refused`, `429 after ${limit}`);
  return expect(passed >= limit && passed <= limit + 2, `429 after ${passed} searches`, `429 after ${limit}`);
}

function judgeFreedom(passed: number): Verdict {
  return passed === -1 ? pass('no limit') : fail(`429 after ${passed} searches`, 'no limit');
}

/** What is too much is refused with a reason. */
export const limits = defineCheck<GatewayLoad>({
  ...loaded,
  id: 'gateway.limits',
  severity: 'error',
  title: 'The gateway keeps to its configured limits',
  looksAt: 'a search for one result more than gateway.limits.max_results_k',
  why: 'Limits that are not those of the configuration let single requests take what is meant for all.',
  judge: ([load], { config }) =>
    whenThere(load, NOT_ASKED, ({ tooMuch: [status = 0] }) => {
      const said = status === 0 ? 'nothing' : status;
      const seen = `a search for ${config.gateway.limits.max_results_k + 1} results is answered by ${said}`;
      if (status === 422) return pass(seen);
      return status === 200 ? fail(seen, '422') : unknown(seen);
    }),
  remedy: 'Install the gateway again: it runs with other settings than those of the configuration.',
  fix: '1.2',
});

function statuses(requests: readonly { status: number }[]): string {
  return [...new Set(requests.map(({ status }) => (status === 0 ? 'no answer' : String(status))))].join(', ');
}
