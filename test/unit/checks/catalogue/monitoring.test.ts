import { describe, expect, it } from 'vitest';
import { known } from '../../../../src/host/probe.js';
import { ABSENT, answered, contextOf, judged } from '../support.js';

const VALID = known({ problem: '' });
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
    expect(judged('monitoring.targets', [VALID, success({ activeTargets })])).toMatchObject({ status, seen });
  });

  it('warns where there is no Prometheus: the others then have nothing to look at', () => {
    expect(judged('monitoring.targets', [ABSENT, ABSENT])).toMatchObject({ status: 'warn' });
    expect(judged('monitoring.rules', [ABSENT, ABSENT]).status).toBe('skip');
    expect(judged('monitoring.alerts', [ABSENT, ABSENT]).status).toBe('skip');
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
    expect(judged('monitoring.rules', [installed, answer])).toMatchObject({ status, seen });
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
    expect(judged('monitoring.alerts', [VALID, success({ alerts })])).toMatchObject({ status, seen });
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
    const context = contextOf({ monitoring: { metrics_enabled: false } });
    expect(judged(id, [], context)).toMatchObject({ status: 'skip' });
  });
});
