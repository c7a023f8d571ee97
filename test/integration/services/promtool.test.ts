import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { dashboardFiles } from '../../../src/services/monitoring/grafana.js';
import { renderPrometheus } from '../../../src/services/monitoring/jobs.js';
import { renderRules } from '../../../src/services/monitoring/rules.js';
import { testConfig } from '../../support/config.js';
import { alertRules, EVERYTHING, MEMORY } from '../../support/monitored.js';
import { getPromtool, type Promtool } from '../../support/promtool.js';
import { ALERT_CASES, type AlertCases, type Case } from '../../unit/services/monitoring/alert-cases.js';

const promtool = await getPromtool();
if (typeof promtool === 'string') console.warn(`skipped: ${promtool}`);

const config = testConfig(EVERYTHING);
const rules = alertRules(config);
const names = rules.map(({ alert }) => alert);

interface Dashboard {
  panels: { targets?: { expr: string }[] }[];
}

/** One alert, and what it shall do. */
interface Expectation extends Case {
  alert: string;
  fires: boolean;
  /** The metrics that it, or its series, are about. */
  metrics: string[];
}

const expectations: Expectation[] = Object.entries<AlertCases>(ALERT_CASES).flatMap(
  ([alert, { fires, silent }]) => [
    { ...fires, alert, fires: true, metrics: metricsOf(alert, fires) },
    ...(alert === 'Watchdog' ? [] : [{ ...silent, alert, fires: false, metrics: metricsOf(alert, silent) }]),
  ],
);

function metricsOf(alert: string, { series }: Case): string[] {
  const expr = rules.find((rule) => rule.alert === alert)?.expr ?? '';
  return [expr, ...Object.keys(series)].join(' ').match(/\b[a-z]+(_[a-zA-Z0-9]+)+\b|\bup\b/g) ?? [];
}

/** Each test of promtool's costs a database: those that have no metric in common share one. */
function sharing(all: readonly Expectation[]): Expectation[][] {
  const groups: Expectation[][] = [];
  for (const each of all) {
    const fits = (other: Expectation) =>
      other.every === each.every && !other.metrics.some((metric) => each.metrics.includes(metric));
    const group = groups.find((others) => others.every(fits));
    if (group === undefined) groups.push([each]);
    else group.push(each);
  }
  return groups;
}

function promtoolTest(group: readonly Expectation[]) {
  const series = group.flatMap((each) => Object.entries(each.series));
  return {
    interval: group[0]?.every ?? '1m',
    input_series: series.map(([each, values]) => ({ series: each, values })),
    promql_expr_test: group.map(({ alert, fires, at }) => ({
      expr: firing(alert, `${alert} ${fires ? 'fires' : 'is silent'}`),
      eval_time: at,
      exp_samples: fires ? [{ labels: '{}', value: 1 }] : [],
    })),
  };
}

/** Where it fails, promtool repeats the expression with its comment. */
function firing(alerts: string, comment: string): string {
  return `count(ALERTS{alertstate="firing",alertname=~"${alerts}"}) > bool 0 # ${comment}!`;
}

/** All that alerts are silent on, together: a server on which nothing is wrong. */
function healthySeries(): Record<string, string> {
  const all = Object.values(ALERT_CASES)
    .filter(({ silent }) => silent.every === '1m')
    .map(({ silent }) => silent.series);
  const series: Record<string, string> = Object.assign({}, ...all);
  for (const name of Object.keys(series)) if (name.startsWith('up{')) series[name] = '1x120';
  delete series['vdb_deploy_status{service="qdrant"}'];
  return series;
}

describe.skipIf(typeof promtool === 'string')('promtool', () => {
  const { faultsOf, origin, remove } = promtool as Promtool;
  let directory: string;
  let faults: string;
  const written = (name: string, content: string): string => {
    const path = join(directory, name);
    writeFileSync(path, content);
    return path;
  };

  beforeAll(() => {
    console.log(`asking ${origin}`);
    directory = mkdtempSync(join(tmpdir(), 'vdb-rules-'));
    written('rules.yml', renderRules(config, { memory: MEMORY }));
    const healthy = Object.entries(healthySeries()).map(([series, values]) => ({ series, values }));
    const nothing = { expr: firing('.*[^g]', 'all are silent'), eval_time: '30m', exp_samples: [] };
    const tests = [
      ...sharing(expectations).map(promtoolTest),
      { interval: '1m', input_series: healthy, promql_expr_test: [nothing] },
    ];
    const files = [...new Set(tests.map(({ interval }) => interval))].map((interval) => {
      const document = {
        ...{ rule_files: ['rules.yml'], evaluation_interval: interval },
        tests: tests.filter((each) => each.interval === interval),
      };
      return written(`every-${interval}.yml`, stringify(document));
    });
    faults = faultsOf('test', 'rules', ...files);
  });
  afterAll(async () => {
    rmSync(directory, { recursive: true });
    await remove();
  });

  test('accepts the configuration and the rules', () => {
    const path = written('prometheus.yml', renderPrometheus(config, { hostname: 'one' }));
    expect(faultsOf('check', 'config', '--syntax-only', path)).toBe('');
    expect(faultsOf('check', 'rules', join(directory, 'rules.yml'))).toBe('');
  });

  test.each(names)('has %s fire', (name) => {
    expect(faults).not.toContain(`# ${name} fires!`);
  });

  test.each(names.filter((name) => name !== 'Watchdog'))('has %s silent', (name) => {
    expect(faults).not.toContain(`# ${name} is silent!`);
  });

  test('has nothing but the Watchdog fire on a healthy server', () => {
    expect(faults).not.toContain('# all are silent!');
    expect(faults).toBe('');
  });

  test('takes every panel of the dashboards for PromQL', () => {
    const panels = dashboardFiles().flatMap(({ content }) => (JSON.parse(content) as Dashboard).panels);
    const rules = panels
      .flatMap(({ targets = [] }) => targets)
      .map(({ expr }, index) => ({
        record: `panel:${index}`,
        expr: expr.replaceAll('$__rate_interval', '1m'),
      }));
    const path = written('panels.yml', stringify({ groups: [{ name: 'panels', rules }] }));
    expect(rules.length).toBeGreaterThan(0);
    expect(faultsOf('check', 'rules', '--lint=none', path)).toBe('');
  });
});
