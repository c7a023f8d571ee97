import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../../config/schema.js';
import { ask, type Observation, type Probe } from '../../host/probe.js';
import { textFile } from '../../resources/text-file-probe.js';
import { monitoringJobs } from '../../services/monitoring/jobs.js';
import { PROMETHEUS_CONFIGURATION, RULES_FILE } from '../../services/monitoring/place.js';
import {
  type Alert,
  type Rule,
  readAlerts,
  readRuleFile,
  readRules,
  readTargets,
  type Target,
  type WrittenAlert,
} from '../answers/prometheus.js';
import { type Check, type CheckContext, defineCheck, type Verdict } from '../check.js';
import { type HttpAnswer, localHttp } from '../probes/http.js';
import { type PrometheusInstalled, prometheus } from '../probes/prometheus.js';
import { expect, fail, pass, skip, warn, whenKnown, worst } from '../verdict.js';

const ABSENT = 'Prometheus is not installed';

/** How a check asks Prometheus, and what it makes of the answer. */
interface Asked<Data> {
  /** Below `/api/v1/`. */
  path: string;
  read(answer: Observation<HttpAnswer>): Observation<Data>;
  judge(data: Data, seen: Seen): Verdict;
  /** Where there is no Prometheus. Default: there is nothing to look at. */
  absent?(config: Config): Verdict;
  /** What is looked at besides where vdb has installed it. */
  beside?(config: Config): Probe<unknown>[];
}

/** What a judgement may go by besides the answer. */
interface Seen {
  config: Config;
  installed: PrometheusInstalled;
  /** What was asked `beside`. */
  beside: readonly Observation<unknown>[];
}

/** A check that asks Prometheus, where it is installed, over its API. */
function ofPrometheus<Data>(
  check: Pick<Check, 'id' | 'severity' | 'title' | 'looksAt' | 'why' | 'remedy'>,
  { path, read, judge, absent = () => skip(ABSENT), beside = () => [] }: Asked<Data>,
): Check {
  return defineCheck<unknown>({
    ...check,
    group: 'monitoring',
    skip: ({ config }) =>
      config.monitoring.metrics_enabled ? undefined : 'monitoring.metrics_enabled is false',
    probe: ({ config }: CheckContext) => [
      ask(prometheus, PROMETHEUS_CONFIGURATION),
      ask(localHttp, { port: config.monitoring.prometheus_port, path: `/api/v1/${path}`, keyFile: null }),
      ...(config.monitoring.enabled ? beside(config) : []),
    ],
    judge: ([first, second, ...others], { config }) => {
      const [installed, answer] = [first, second] as [
        Observation<PrometheusInstalled>,
        Observation<HttpAnswer>,
      ];
      return whenKnown(installed, (value) => {
        if (value === null) return absent(config);
        return whenKnown(read(answer), (data) =>
          data === null ? silent(config) : judge(data, { config, installed: value, beside: others }),
        );
      });
    },
    inspect: ({ config: { monitoring } }) =>
      `curl -s 'http://127.0.0.1:${monitoring.prometheus_port}/api/v1/${path}'`,
  });
}

function silent(config: Config): Verdict {
  const { prometheus_port } = config.monitoring;
  return repaired(fail(`nothing listens on port ${prometheus_port}`, 'Prometheus answers'), config);
}

/** A task brings it back where vdb has brought it. */
function repaired(verdict: Verdict, { monitoring }: Config, fix = '5.1'): Verdict {
  return monitoring.enabled ? { ...verdict, fix } : verdict;
}

const targets = ofPrometheus(
  {
    id: 'monitoring.targets',
    severity: 'warning',
    title: 'Prometheus reaches everything that it scrapes',
    looksAt: 'the health of every active target; where vdb has installed Prometheus, those of each job',
    why: 'What is not scraped is not watched: no alert comes from it, however bad it is.',
    remedy:
      'Start what is down, or correct its scrape configuration. Where there is no Prometheus, monitoring.enabled has vdb install it; monitoring.metrics_enabled: false says that there is none.',
  },
  { path: 'targets?state=active', read: readTargets, judge: judgeTargets, absent: judgeAbsence },
);

function judgeAbsence(config: Config): Verdict {
  if (config.monitoring.enabled) return repaired(fail(ABSENT, 'as monitoring.enabled says'), config);
  return warn(`${ABSENT}, and this release does not install it`, 'as monitoring.metrics_enabled says');
}

/** The tasks that bring what a job asks; the exporters are of 5.1. */
const TASK_OF: Readonly<Record<string, string>> = { qdrant: '1.1', gateway: '1.2', edge: '4.5' };

function judgeTargets(all: Target[], { config }: Seen): Verdict {
  const wanted = config.monitoring.enabled ? monitoringJobs(config).map(({ name }) => name) : [];
  const missing = wanted.filter((job) => !all.some((target) => target.job === job));
  const down = all.filter(({ health }) => health !== 'up');
  const tasks = [...missing, ...down.map(({ job }) => job)].map((job) => TASK_OF[job] ?? '5.1');
  const fix = [...new Set(tasks)].sort().join(',');
  if (all.length === 0) return repaired(fail('nothing is scraped', 'targets'), config);
  if (tasks.length === 0)
    return pass(wanted.length === 0 ? `${all.length} up` : `${all.length} up, of ${wanted.length} jobs`);
  const details = [
    ...missing.map((job) => `${job}: no target`),
    ...down.map(({ name, health }) => `${name}: ${health}`),
  ];
  return repaired(
    missing.length === 0
      ? fail(`${down.length} of ${all.length} not up`, 'all up', details)
      : fail(`${missing.length} of ${wanted.length} jobs without a target`, 'all up', details),
    config,
    fix,
  );
}

const rules = ofPrometheus(
  {
    id: 'monitoring.rules',
    severity: 'error',
    title: 'The alert rules work',
    looksAt:
      'what promtool says of the configuration, and the health of every loaded rule; where vdb has installed Prometheus, whether they are those of its file',
    why: 'A rule that cannot be evaluated never fires, and with a broken configuration Prometheus does not start again.',
    remedy: 'Correct the file or the rule that is named, then reload Prometheus.',
  },
  {
    path: 'rules',
    read: readRules,
    judge: judgeRules,
    beside: () => [ask(textFile, RULES_FILE) as Probe<unknown>],
  },
);

function judgeRules(all: Rule[], { config, installed: { problem }, beside: [file] }: Seen): Verdict {
  if (problem !== '')
    return repaired(fail(problem, `a ${PROMETHEUS_CONFIGURATION} that promtool accepts`), config);
  if (all.length === 0) return repaired(warn('no rule is loaded', 'rules that watch this server'), config);
  const broken = all.filter(({ health }) => health === 'err');
  if (broken.length > 0)
    return fail(
      `${broken.length} of ${all.length} cannot be evaluated`,
      'all evaluated',
      broken.map(({ name, lastError }) => `${name}: ${lastError}`),
    );
  const differ = file === undefined ? undefined : judgeFile(all, file as Observation<string>);
  if (differ !== undefined && differ.status !== 'pass') return repaired(differ, config);
  const due = all.filter(({ health }) => health !== 'ok').length;
  if (due > 0) return warn(`${due} of ${all.length} not evaluated yet`, 'all evaluated');
  return pass(`${all.length} rules`);
}

/** Expressions are not compared: Prometheus tells them in its own spelling. */
function judgeFile(loaded: Rule[], file: Observation<string>): Verdict {
  return whenKnown(file, (text) => {
    const written = text === null ? null : readRuleFile(text);
    if (written === null)
      return fail(`${RULES_FILE} is not there, or holds no rules`, 'the rules that are loaded');
    const details = [
      ...written.flatMap((alert) => {
        const found = loaded.find(({ name }) => name === alert.name);
        if (found === undefined) return [`${alert.name}: not loaded`];
        return isDeepStrictEqual(asWritten(found), alert) ? [] : [`${alert.name}: loaded from another file`];
      }),
      ...loaded
        .filter(({ name }) => !written.some((alert) => alert.name === name))
        .map(({ name }) => `${name}: loaded, and not in the file`),
    ];
    if (details.length === 0) return pass('as in the file');
    return fail(`${details.length} rules are not those of ${RULES_FILE}`, 'the same', details);
  });
}

function asWritten({ name, labels, annotations, duration }: Rule): WrittenAlert {
  return { name, labels, annotations, duration };
}

const alerts = ofPrometheus(
  {
    id: 'monitoring.alerts',
    severity: 'error',
    title: 'No critical alert is firing',
    looksAt:
      'the alerts that fire with the label severity="critical"; where vdb has installed it, whether Alertmanager answers',
    why: 'An alert says that something is wrong now, also where no check looks; without Alertmanager nobody hears of it.',
    remedy: 'Do what its description says; deploy and change things once it has ended.',
  },
  {
    path: 'alerts',
    read: readAlerts,
    judge: (all, { config, beside: [manager] }) =>
      manager === undefined
        ? judgeAlerts(all)
        : worst(
            [judgeManager(manager as Observation<HttpAnswer>, config), judgeAlerts(all)],
            judgeAlerts(all).seen,
          ),
    beside: ({ monitoring: { alertmanager } }) =>
      alertmanager.enabled
        ? [ask(localHttp, { port: alertmanager.port, path: '/-/ready', keyFile: null }) as Probe<unknown>]
        : [],
  },
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

function judgeManager(answer: Observation<HttpAnswer>, config: Config): Verdict {
  return whenKnown(answer, (value) => {
    if (value?.status === 200) return pass('Alertmanager answers');
    const said = value === null ? 'does not listen' : `answers ${value.status}`;
    return repaired(fail(`Alertmanager ${said}: nobody is told of alerts`, '200'), config);
  });
}

export const monitoringChecks: readonly Check[] = [targets, rules, alerts];
