import { describe, expect, it } from 'vitest';
import type { Step, Verdict } from '../../../../src/engine/plan.js';
import { known } from '../../../../src/host/probe.js';
import { judged } from '../support.js';

function step(title: string, verdict: Verdict): Step {
  return { task: { id: '0.2' }, resource: { title }, verdict } as unknown as Step;
}

function drift(...steps: Step[]) {
  return judged('drift', [known(steps)]);
}

const OK = step('/etc/hosts', { status: 'ok' });
const CHANGED = step('/etc/motd', {
  status: 'change',
  change: { action: 'update', summary: 'mode 0644, want 0600' },
  tentative: false,
});

describe('drift', () => {
  it('passes when no step differs', () => {
    expect(drift(OK, OK)).toMatchObject({ status: 'pass', seen: '2 steps as configured' });
  });

  it('fails with the steps that would change', () => {
    expect(drift(OK, CHANGED)).toMatchObject({
      status: 'fail',
      seen: '1 of 2 steps would change',
      details: ['0.2 /etc/motd: mode 0644, want 0600'],
      fix: '0.2',
    });
  });

  it('fails for a change that vdb refuses to make', () => {
    const refused = { why: 'it holds data', next: 'move it' };
    const change = { action: 'update', summary: 'size differs', refused } as const;
    const result = drift(OK, step('docs', { status: 'refused', change }));
    expect(result).toMatchObject({ status: 'fail', details: ['0.2 docs: it holds data'] });
  });

  it('is unknown when a step could not be seen', () => {
    const result = drift(OK, step('sshd', { status: 'unknown', why: 'no answer' }));
    expect(result).toMatchObject({ status: 'unknown', details: ['0.2 sshd: no answer'] });
  });

  it('lists what could not be seen beside what differs', () => {
    const result = drift(CHANGED, step('sshd', { status: 'unknown', why: 'no answer' }));
    expect(result.status).toBe('fail');
    expect(result.details).toHaveLength(2);
  });

  it("leaves out what is not this host's to set, and says why", () => {
    const foreign = step('vm.swappiness', { status: 'foreign', why: "the machine's kernel" });
    expect(drift(OK, foreign)).toMatchObject({
      status: 'pass',
      seen: '2 steps as configured, 1 left out',
      details: ["0.2 vm.swappiness: the machine's kernel"],
    });
  });

  it('leaves out what the configuration says may be missing, and says why', () => {
    const change = { action: 'install', summary: 'install numpy', optional: 'it may be missing' } as const;
    expect(drift(OK, step('packages', { status: 'change', change, tentative: false }))).toMatchObject({
      status: 'pass',
      seen: '2 steps as configured, 1 left out',
      details: ['0.2 packages: it may be missing, install numpy'],
    });
  });

  it('does not leave out what vdb refuses to change', () => {
    const refused = { why: 'it holds data', next: 'move it' };
    const change = { action: 'update', summary: 'differs', optional: 'it may be missing', refused } as const;
    expect(drift(step('docs', { status: 'refused', change }))).toMatchObject({
      status: 'fail',
      details: ['0.2 docs: it holds data'],
    });
  });

  it('passes with what lacks something that is not there, and says so', () => {
    const change = { action: 'run', summary: 'migrate' } as const;
    const later = step('models', { status: 'left-out', why: 'comes later', change });
    expect(drift(OK, later)).toMatchObject({ status: 'pass', details: ['0.2 models: comes later'] });
  });
});
