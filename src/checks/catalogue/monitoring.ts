import { ask, type Observation } from '../../host/probe.js';
import {
  type Alert,
  type Rule,
  readAlerts,
  readRules,
  readTargets,
  type Target,
} from '../answers/prometheus.js';
import { type Check, type CheckContext, defineCheck, type Verdict } from '../check.js';
import { type HttpAnswer, localHttp } from '../probes/http.js';
import { type PrometheusInstalled, prometheus } from '../probes/prometheus.js';
import { expect, fail, pass, skip, warn, whenKnown } from '../verdict.js';

const CONFIG = '/etc/prometheus/prometheus.yml';
const ABSENT = 'Prometheus is not installed';

/** A check that asks Prometheus, where it is installed, over its API. */
function ofPrometheus<Data>(
  check: Pick<Check, 'id' | 'severity' | 'title' | 'looksAt' | 'why' | 'remedy'>,
  path: string,
  read: (answer: Observation<HttpAnswer>) => Observation<Data>,
  judge: (data: Data, installed: PrometheusInstalled) => Verdict,
  absent: () => Verdict = () => skip(ABSENT),
): Check {
  return defineCheck<PrometheusInstalled | HttpAnswer>({
    ...check,
    group: 'monitoring',
    skip: ({ config }) =>
      config.monitoring.metrics_enabled ? undefined : 'monitoring.metrics_enabled is false',
    probe: ({ config: { monitoring } }: CheckContext) => [
      ask(prometheus, CONFIG) as never,
      ask(localHttp, { port: monitoring.prometheus_port, path: `/api/v1/${path}`, keyFile: null }) as never,
    ],
    judge: (observations, { config: { monitoring } }) => {
      const [installed, answer] = observations as [Observation<PrometheusInstalled>, Observation<HttpAnswer>];
      return whenKnown(installed, (value) => {
        if (value === null) return absent();
        return whenKnown(read(answer), (data) =>
          data === null
            ? fail(`nothing listens on port ${monitoring.prometheus_port}`, 'Prometheus answers')
            : judge(data, value),
        );
      });
    },
    inspect: ({ config: { monitoring } }) =>
      `curl -s 'http://127.0.0.1:${monitoring.prometheus_port}/api/v1/${path}'`,
  });
}

const targets = ofPrometheus(
  {
    id: 'monitoring.targets',
    severity: 'warning',
    title: 'Prometheus reaches everything that it scrapes',
    looksAt: 'the health of every active target',
    why: 'What is not scraped is not watched: no alert comes from it, however bad it is.',
    remedy:
      'Start what is down, or correct its scrape configuration. This release installs no Prometheus: where there is none, install it, or set monitoring.metrics_enabled to false.',
  },
  'targets?state=active',
  readTargets,
  judgeTargets,
  () => warn(`${ABSENT}, and this release does not install it`, 'as monitoring.metrics_enabled says'),
);

function judgeTargets(all: Target[]): Verdict {
  const down = all.filter(({ health }) => health !== 'up').map(({ name, health }) => `${name}: ${health}`);
  if (all.length === 0) return fail('nothing is scraped', 'targets');
  return down.length === 0
    ? pass(`${all.length} up`)
    : fail(`${down.length} of ${all.length} not up`, 'all up', down);
}

const rules = ofPrometheus(
  {
    id: 'monitoring.rules',
    severity: 'error',
    title: 'The alert rules work',
    looksAt: 'what promtool says of the configuration, and the health of every loaded rule',
    why: 'A rule that cannot be evaluated never fires, and with a broken configuration Prometheus does not start again.',
    remedy: 'Correct the file or the rule that is named, then reload Prometheus.',
  },
  'rules',
  readRules,
  judgeRules,
);

function judgeRules(all: Rule[], { problem }: PrometheusInstalled): Verdict {
  if (problem !== '') return fail(problem, `a ${CONFIG} that promtool accepts`);
  if (all.length === 0) return warn('no rule is loaded', 'rules that watch this server');
  const broken = all.filter(({ health }) => health === 'err');
  if (broken.length > 0)
    return fail(
      `${broken.length} of ${all.length} cannot be evaluated`,
      'all evaluated',
      broken.map(({ name, lastError }) => `${name}: ${lastError}`),
    );
  const due = all.filter(({ health }) => health !== 'ok').length;
  if (due > 0) return warn(`${due} of ${all.length} not evaluated yet`, 'all evaluated');
  return pass(`${all.length} rules`);
}

const alerts = ofPrometheus(
  {
    id: 'monitoring.alerts',
    severity: 'error',
    title: 'No critical alert is firing',
    looksAt: 'the alerts that fire with the label severity="critical"',
    why: 'An alert says that something is wrong now, also where no check looks.',
    remedy: 'Do what its description says; deploy and change things once it has ended.',
  },
  'alerts',
  readAlerts,
  judgeAlerts,
);

function judgeAlerts(all: Alert[]): Verdict {
  const firing = all.filter(({ state }) => state === 'firing');
  const critical = [
    ...new Set(firing.filter(({ severity }) => severity === 'critical').map(({ name }) => name)),
  ];
  return expect(
    critical.length === 0,
    critical.length === 0 ? `${firing.length} firing, none critical` : critical.join(', '),
    'none',
  );
}

export const monitoringChecks: readonly Check[] = [targets, rules, alerts];
