import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { known } from '../../../../src/host/probe.js';
import { ABSENT, answered, contextOf, judged } from '../support.js';

const VALID = known({ problem: '' });
/** Where somebody else's Prometheus watches the host. */
const THEIRS = contextOf({ monitoring: { enabled: false } });
const success = (data: unknown) => answered(200, { status: 'success', data });
const target = (health: string, instance = 'a:1') => ({ labels: { job: 'node', instance }, health });
const rule = (health: string) => ({ name: 'Down', health, lastError: 'many-to-many' });
const alert = (state: string, severity?: string) => ({ labels: { alertname: 'Down', severity }, state });
const rules = (...list: unknown[]) => success({ groups: [{ rules: list }] });

describe('monitoring.targets', () => {
  it.each([
    ['pass', [target('up')], '1 up'],
    ['warn', [target('up'), target('down', 'b:2')], '1 of 2 not up'],
    ['warn', [target('unknown')], '1 of 1 not up'],
    ['warn', [], 'nothing is scraped'],
  ])('is a %s with %j', (status, activeTargets, seen) => {
    const result = judged('monitoring.targets', [VALID, success({ activeTargets })], THEIRS);
    expect(result).toMatchObject({ status, seen });
  });

  it('warns where there is no Prometheus: the others then have nothing to look at', () => {
    const seenOf = (id: string) => judged(id, [ABSENT, ABSENT], THEIRS);
    expect(seenOf('monitoring.targets')).toMatchObject({
      ...{ status: 'warn', expected: 'as monitoring.metrics_enabled says' },
    });
    expect(seenOf('monitoring.rules').status).toBe('skip');
    expect(seenOf('monitoring.alerts').status).toBe('skip');
  });
});

describe('monitoring.rules', () => {
  it.each([
    ['pass', VALID, rules(rule('ok'), rule('ok')), '2 rules'],
    ['fail', VALID, rules(rule('ok'), rule('err')), '1 of 2 cannot be evaluated'],
    ['warn', VALID, rules(rule('unknown')), '1 of 1 not evaluated yet'],
    ['warn', VALID, rules(), 'no rule is loaded'],
    ['fail', known({ problem: 'line 9' }), rules(rule('ok')), 'line 9'],
  ])('is a %s (row %#)', (status, installed, answer, seen) => {
    expect(judged('monitoring.rules', [installed, answer], THEIRS)).toMatchObject({ status, seen });
  });
});

describe('monitoring.alerts', () => {
  it.each([
    ['pass', [], '0 firing, none critical'],
    [
      'pass',
      [alert('firing', 'warning'), alert('firing'), alert('pending', 'critical')],
      '2 firing, none critical',
    ],
    ['fail', [alert('firing', 'critical'), alert('firing', 'critical')], 'Down'],
  ])('is a %s with %j', (status, alerts, seen) => {
    expect(judged('monitoring.alerts', [VALID, success({ alerts })], THEIRS)).toMatchObject({ status, seen });
  });
});

describe.each(['monitoring.targets', 'monitoring.rules', 'monitoring.alerts'])('%s', (id) => {
  it('fails where Prometheus is installed and nothing listens', () => {
    const { seen, severity, status } = judged(id, [VALID, ABSENT]);
    expect([seen, status]).toEqual([
      'nothing listens on port 9090',
      severity === 'warning' ? 'warn' : 'fail',
    ]);
  });

  it.each([
    ['Prometheus does not answer in time', answered('timeout')],
    ['Prometheus answers 503', answered(503)],
    ['what answers is not Prometheus: no list that it would give', answered(200, 'OK')],
    ['what answers is not Prometheus: no list that it would give', answered(200, { status: 'success' })],
    [
      'what answers is not Prometheus: no list that it would give',
      answered(200, { status: 'error', data: {} }),
    ],
  ])('is unknown: %s', (seen, answer) => {
    expect(judged(id, [VALID, answer])).toMatchObject({ status: 'unknown', seen });
  });

  it('is skipped without metrics', () => {
    const context = contextOf({ monitoring: { enabled: false, metrics_enabled: false } });
    expect(judged(id, [], context)).toMatchObject({ status: 'skip' });
  });
});

describe('where vdb has installed it', () => {
  const alone = contextOf({
    gateway: { enabled: false },
    networking: { load_balancer: false },
    postgres: { enabled: false },
    redis: { enabled: false },
    monitoring: { node_exporter: false },
  });
  const JOBS = ['prometheus', 'alertmanager', 'qdrant'];
  const up = JOBS.map((job) => ({ labels: { job, instance: 'a:1' }, health: 'up' }));
  const judgedTargets = (activeTargets: unknown[]) =>
    judged('monitoring.targets', [VALID, success({ activeTargets })], alone);

  it('misses a job that has no target, and says which task brings it', () => {
    expect(judgedTargets(up)).toMatchObject({ status: 'pass', seen: '3 up, of 3 jobs' });
    expect(judgedTargets(up.slice(0, 2))).toMatchObject({
      ...{ status: 'warn', seen: '1 of 3 jobs without a target', fix: '1.1' },
      details: ['qdrant: no target'],
    });
    expect(judgedTargets([...up.slice(1), { ...up[0], health: 'down' }])).toMatchObject({
      ...{ status: 'warn', seen: '1 of 3 not up', fix: '5.1' },
    });
  });

  it('has task 5.1 bring back what is gone', () => {
    for (const observations of [
      [ABSENT, ABSENT],
      [VALID, ABSENT],
    ])
      expect(judged('monitoring.targets', observations, alone)).toMatchObject({ status: 'warn', fix: '5.1' });
    expect(judged('monitoring.targets', [VALID, ABSENT], THEIRS)).not.toHaveProperty('fix');
  });

  it.each([
    [['QdrantDown'], '1.1'],
    [['QdrantErrors', 'GatewayErrors', 'QdrantDown'], '1.1,1.2'],
    [['QdrantDown', 'DiskSpace'], undefined],
  ])('has the tasks of %j bring back what these alerts are about', (names, fix) => {
    const firing = names.map((name) => ({
      labels: { alertname: name, severity: 'critical' },
      state: 'firing',
    }));
    const observations = [VALID, success({ alerts: firing }), answered(200, '')];
    const result = judged('monitoring.alerts', observations, alone);
    expect(result).toMatchObject({ status: 'fail', seen: names.join(', ') });
    expect(result.fix).toBe(fix);
    expect(judged('monitoring.alerts', observations.slice(0, 2), THEIRS).fix).toBeUndefined();
  });

  describe('the rules', () => {
    const written = {
      alert: 'Down',
      ...{ expr: 'up == 0', for: '60s' },
      ...{ labels: { severity: 'critical' }, annotations: { summary: 'It is down.' } },
    };
    const loaded = {
      ...{ name: 'Down', health: 'ok', duration: 60, query: 'up == 0' },
      ...{ labels: written.labels, annotations: written.annotations },
    };
    const file = known(stringify({ groups: [{ name: 'a', rules: [written] }] }));
    const judgedRules = (have: unknown[], text: typeof file = file) =>
      judged('monitoring.rules', [VALID, rules(...have), text], alone);

    it('are those of the file', () => {
      expect(judgedRules([loaded])).toMatchObject({ status: 'pass', seen: '1 rules' });
    });

    it.each([
      ['one that waits longer', { ...loaded, duration: 90 }, 'Down: loaded from another file'],
      ['one that says something else', { ...loaded, annotations: {} }, 'Down: loaded from another file'],
      ['another one', { ...loaded, name: 'Up' }, 'Down: not loaded\nUp: loaded, and not in the file'],
    ])('are not with %s', (_, have, details) => {
      const result = judgedRules([have]);
      expect(result).toMatchObject({ status: 'fail', fix: '5.1' });
      expect(result.details?.join('\n')).toBe(details);
    });

    it.each([known<string>(null), known('no yaml: [')])('are nothing without their file (%#)', (text) => {
      expect(judgedRules([loaded], text as typeof file)).toMatchObject({ status: 'fail', fix: '5.1' });
    });
  });

  describe('Alertmanager', () => {
    const judgedAlerts = (manager: ReturnType<typeof answered>, ...list: unknown[]) =>
      judged('monitoring.alerts', [VALID, success({ alerts: list }), manager], alone);

    it('answers', () => {
      expect(judgedAlerts(answered(200))).toMatchObject({ status: 'pass', seen: '0 firing, none critical' });
    });

    it.each([
      [ABSENT, 'Alertmanager does not listen: nobody is told of alerts'],
      [answered(503), 'Alertmanager answers 503: nobody is told of alerts'],
    ])('does not (row %#)', (manager, seen) => {
      expect(judgedAlerts(manager)).toMatchObject({ status: 'fail', seen, fix: '5.1' });
    });

    it('does not hide what fires', () => {
      const result = judgedAlerts(ABSENT, alert('firing', 'critical'));
      expect(result.details).toEqual(['Alertmanager does not listen: nobody is told of alerts', 'Down']);
    });
  });
});
