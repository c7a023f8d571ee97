import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { dashboardFiles, grafanaFiles } from '../../../../src/services/monitoring/grafana.js';
import { monitoringJobs } from '../../../../src/services/monitoring/jobs.js';
import { testConfig } from '../../../support/config.js';
import { EXPORTED } from '../../../support/exported-metrics.js';
import { alertRules, EVERYTHING } from '../../../support/monitored.js';

interface Panel {
  id: number;
  type: string;
  title: string;
  datasource?: { uid: string };
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { refId: string; expr: string; datasource: { uid: string } }[];
}
interface Dashboard {
  uid: string;
  title: string;
  panels: Panel[];
}

const config = testConfig(EVERYTHING);
const dashboards = dashboardFiles().map(({ path, content }) => ({
  path,
  dashboard: JSON.parse(content) as Dashboard,
}));
const all = dashboards.map(({ dashboard }) => dashboard);
const panels = all.flatMap((each) => each.panels);
const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
/** A name of a metric stands before its labels, its range, a bracket, an operator, or nothing. */
const metricsIn = (expr: string) =>
  expr
    .replaceAll(/"[^"]*"|\b(by|on|without) \([^)]*\)|\{[^}]*\}|\[[^\]]*\]/g, ' ')
    .match(/\b([a-z]+(_[a-zA-Z0-9]+)+|up|ALERTS)\b(?! *\()/g) ?? [];

describe('the dashboards', () => {
  test('are named by their files, and have ids of their own', () => {
    expect(dashboards.map(({ path }) => path)).toEqual(all.map(({ uid }) => `${uid}.json`));
    expect(new Set(all.map(({ title }) => title)).size).toBe(all.length);
    for (const { panels: own, uid } of all)
      expect(new Set(own.map(({ id }) => id)).size, uid).toBe(own.length);
  });

  test('ask the data source that is provisioned with them', () => {
    const files = new Map(grafanaFiles(config).map(({ path, content }) => [path, content]));
    const { datasources } = parse(files.get('datasources/vdb.yaml') ?? '') as {
      datasources: { uid: string; url: string }[];
    };
    expect(datasources).toEqual([
      expect.objectContaining({ uid: 'vdb-prometheus', url: 'http://127.0.0.1:9090' }),
    ]);
    for (const { type, datasource, targets = [], title } of panels) {
      if (type === 'row') continue;
      expect([datasource, ...targets.map((target) => target.datasource)], title).toEqual(
        Array.from({ length: targets.length + 1 }, () => ({ type: 'prometheus', uid: 'vdb-prometheus' })),
      );
      expect(targets.length, title).toBeGreaterThan(0);
    }
  });

  test('show metrics that a job exports, or that a rule makes', () => {
    const known = [...Object.values(EXPORTED).flat(), 'up', 'ALERTS'];
    const unknown = expressions.flatMap((expr) => metricsIn(expr).filter((name) => !known.includes(name)));
    expect([...new Set(unknown)]).toEqual([]);
    expect(expressions.flatMap(metricsIn).length).toBeGreaterThan(expressions.length);
  });

  test('lay no panel over another', () => {
    for (const { panels: own, uid } of all)
      for (const [index, { gridPos: a, title }] of own.entries())
        for (const { gridPos: b } of own.slice(index + 1)) {
          const apart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
          expect(apart, `${uid}: ${title}`).toBe(true);
        }
  });
});

describe('what is known of the exporters', () => {
  test('is said by job, and covers every metric of the rules', () => {
    expect(Object.keys(EXPORTED).sort()).toEqual(
      monitoringJobs(config)
        .map(({ name }) => name)
        .sort(),
    );
    const used = alertRules(config).flatMap(({ expr }) => metricsIn(expr));
    const known = [...Object.values(EXPORTED).flat(), 'up'];
    expect([...new Set(used)].filter((name) => !known.includes(name))).toEqual([]);
  });
});
