import { describe, expect, test } from 'vitest';
import { CATALOGUE } from '../../../../src/checks/catalogue/index.js';
import { GROUPS } from '../../../../src/checks/check.js';
import { buildProgram } from '../../../../src/cli/program.js';
import { alertNames } from '../../../../src/config/alerts.js';
import { testConfig } from '../../../support/config.js';
import { alertRules, EVERYTHING, MEMORY } from '../../../support/monitored.js';
import { testStreams } from '../../../support/streams.js';
import { ALERT_CASES } from './alert-cases.js';

const rules = alertRules(testConfig(EVERYTHING));
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
    const left = alertRules(without).map(({ alert }) => alert);
    expect(
      left.filter((name) => !/^(Qdrant|Watchdog|Target|Rule|Configuration|Textfile)/.test(name)),
    ).toEqual([]);
    expect(alertRules(without).find(({ alert }) => alert === 'TargetMissing')?.expr).toBe(
      'absent(up{job="prometheus"}) or absent(up{job="qdrant"})',
    );
  });

  test('wait as long, and compare with what, the configuration says', () => {
    const alerts = { BackupOld: { limit: 50 }, QdrantDown: { for: '5s' } };
    const changed = alertRules(testConfig({ ...EVERYTHING, monitoring: { enabled: true, alerts } }));
    const of = (name: string) => changed.find(({ alert }) => alert === name);
    expect(of('BackupOld')?.expr).toMatch(/> 50$/);
    expect(of('QdrantDown')?.for).toBe('5s');
    expect(changed.filter((rule, index) => rule.expr !== rules[index]?.expr)).toHaveLength(1);
  });

  test('measure Qdrant by the limit of its unit, and without one by the host', () => {
    const expression = (memory: string) =>
      alertRules(testConfig({ ...EVERYTHING, qdrant: { ...testConfig().qdrant, memory } })).find(
        ({ alert }) => alert === 'QdrantMemory',
      )?.expr;
    expect(expression('8GiB')).toContain(`/ ${8 * 1024 ** 3} >`);
    expect(expression('64GiB')).toContain(`/ ${MEMORY} >`);
  });
});
