import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { CATALOGUE } from '../../../../src/checks/catalogue/index.js';
import { GROUPS } from '../../../../src/checks/check.js';
import { buildProgram } from '../../../../src/cli/program.js';
import { alertNames } from '../../../../src/config/alerts.js';
import type { Config } from '../../../../src/config/schema.js';
import { renderRules } from '../../../../src/services/monitoring/rules.js';
import { testConfig } from '../../../support/config.js';
import { testStreams } from '../../../support/streams.js';
import { ALERT_CASES, type AlertCases, type Case } from './alert-cases.js';
import { faultsOf, missing } from './promtool.js';

const MEMORY = 64 * 1024 ** 3;

/** With everything that there are alerts for. */
const FULL = {
  collections: { documents: { size: 384 }, images: { size: 512 } },
  networking: { tls: { mode: 'own-ca' }, edge: { qdrant_http_port: 6433 } },
  monitoring: { enabled: true },
};

interface Rule {
  alert: string;
  expr: string;
  for?: string;
  labels: { severity: string };
  annotations: { summary: string; description: string };
}

function rulesOf(config: Config): Rule[] {
  const { groups } = parse(renderRules(config, { memory: MEMORY })) as { groups: { rules: Rule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

const rules = rulesOf(testConfig(FULL));
const names = rules.map(({ alert }) => alert);

describe('the alert rules', () => {
  test('are all there with everything switched on, each once', () => {
    expect(names).toEqual(alertNames());
    expect(new Set(names).size).toBe(names.length);
  });

  test('have a series each that makes them fire, and one that does not', () => {
    expect(Object.keys(ALERT_CASES).sort()).toEqual([...names].sort());
  });

  test('say how bad it is, what is wrong, and what to run', () => {
    for (const { alert, labels, annotations } of rules) {
      expect(['critical', 'warning', 'none'], alert).toContain(labels.severity);
      expect(annotations.summary, alert).toMatch(/\.$/);
      expect(annotations.description, alert).toMatch(/`vdb [^`]+`/);
    }
  });

  test('name commands that there are, with checks that there are', async () => {
    const known = [...GROUPS, ...CATALOGUE.map(({ id }) => id)];
    const said = rules.flatMap(({ annotations }) =>
      [...annotations.description.matchAll(/`(vdb [^`]+)`/g)].map(([, command = '']) => command),
    );
    for (const command of new Set(said)) {
      const argv = command.replaceAll('{{ $labels.id }}', 'qdrant.auth').split(' ').slice(1);
      let ran: string | undefined;
      const program = buildProgram(testStreams().streams, async ({ name, args }) => {
        ran = args?.startsWith('<') && argv.join(' ') === name ? undefined : name;
      });
      await expect(program.parseAsync(argv, { from: 'user' }), command).resolves.toBeDefined();
      expect(ran, command).toBeDefined();
      const [word, subject = ''] = argv;
      if (word === 'check' && subject !== 'explain') expect(known, command).toContain(subject);
    }
  });

  test('are those of what there is', () => {
    const without = testConfig({
      gateway: { enabled: false },
      networking: { load_balancer: false },
      postgres: { enabled: false },
      redis: { enabled: false },
      backup: { enabled: false },
      monitoring: { enabled: true, node_exporter: false, alertmanager: { enabled: false } },
    });
    const left = rulesOf(without).map(({ alert }) => alert);
    expect(
      left.filter((name) => !/^(Qdrant|Watchdog|Target|Rule|Configuration|Textfile)/.test(name)),
    ).toEqual([]);
    expect(rulesOf(without).find(({ alert }) => alert === 'TargetMissing')?.expr).toBe(
      'absent(up{job="prometheus"}) or absent(up{job="qdrant"})',
    );
  });

  test('wait as long, and compare with what, the configuration says', () => {
    const alerts = { BackupOld: { limit: 50 }, QdrantDown: { for: '5s' } };
    const changed = rulesOf(testConfig({ ...FULL, monitoring: { enabled: true, alerts } }));
    const of = (name: string) => changed.find(({ alert }) => alert === name);
    expect(of('BackupOld')?.expr).toMatch(/> 50$/);
    expect(of('QdrantDown')?.for).toBe('5s');
    expect(changed.filter((rule, index) => rule.expr !== rules[index]?.expr)).toHaveLength(1);
  });

  test('measure Qdrant by the limit of its unit, and without one by the host', () => {
    const expression = (memory: string) =>
      rulesOf(testConfig({ ...FULL, qdrant: { ...testConfig().qdrant, memory } })).find(
        ({ alert }) => alert === 'QdrantMemory',
      )?.expr;
    expect(expression('8GiB')).toContain(`/ ${8 * 1024 ** 3} >`);
    expect(expression('64GiB')).toContain(`/ ${MEMORY} >`);
  });
});

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

describe.skipIf(missing !== '')(`promtool${missing === '' ? '' : ` (SKIPPED: ${missing})`}`, () => {
  let directory: string;
  let faults: string;
  const inDirectory = (name: string) => join(directory, name);

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'vdb-rules-'));
    writeFileSync(inDirectory('rules.yml'), renderRules(testConfig(FULL), { memory: MEMORY }));
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
      writeFileSync(inDirectory(`every-${interval}.yml`), stringify(document));
      return inDirectory(`every-${interval}.yml`);
    });
    faults = faultsOf('test', 'rules', ...files);
  }, 120_000);
  afterAll(() => rmSync(directory, { recursive: true }));

  test('accepts the rules', () => {
    expect(faultsOf('check', 'rules', inDirectory('rules.yml'))).toBe('');
  });

  test.each(names)('%s fires', (name) => {
    expect(faults).not.toContain(`# ${name} fires!`);
  });

  test.each(names.filter((name) => name !== 'Watchdog'))('%s is silent', (name) => {
    expect(faults).not.toContain(`# ${name} is silent!`);
  });

  test('has nothing but the Watchdog fire on a healthy server', () => {
    expect(faults).not.toContain('# all are silent!');
    expect(faults).toBe('');
  });
});
