import { describe, expect, it } from 'vitest';
import { judge, lookAll, planOf, stepCount } from '../../../src/engine/plan.js';
import type { Resource } from '../../../src/engine/resource.js';
import { Redactor } from '../../../src/host/redact.js';
import { fakeHost, thing } from '../../support/fake-host.js';
import { fakeContext, task } from '../../support/fake-task.js';

async function verdictsOf(resources: readonly Resource[], things: Record<string, string>) {
  const fake = fakeHost(things);
  const steps = await lookAll(fake.host, [task('1.1', resources)], fakeContext());
  return { steps, looks: fake.looks, verdicts: steps.map(({ verdict }) => verdict.status) };
}

describe('lookAll', () => {
  it('judges every resource after one look at the host', async () => {
    const { verdicts, looks } = await verdictsOf(
      [thing('a', '1'), thing('b', '1'), thing('c', '1'), thing('d', '1')],
      { a: '1', b: '2', c: 'unknown:no answer', d: 'foreign:the machine around it' },
    );
    expect(verdicts).toEqual(['ok', 'change', 'unknown', 'foreign']);
    expect(looks).toBe(1);
  });

  it('plans what cannot be seen yet, and says that it is tentative', async () => {
    const { steps } = await verdictsOf([thing('role', '1')], { role: 'pending:no server yet' });
    expect(steps[0]?.verdict).toMatchObject({ status: 'change', tentative: true });
  });

  it('adds what follows from other changes', async () => {
    const predict: Resource['predict'] = (changing) =>
      changing.has('thing:file') ? { action: 'restart', summary: 'its file changes' } : null;
    const resources = [thing('file', '2'), thing('service', 'up', { predict })];
    const changing = await verdictsOf(resources, { file: '1', service: 'up' });
    const settled = await verdictsOf(resources, { file: '2', service: 'up' });
    expect(changing.steps[1]?.verdict).toMatchObject({ status: 'change', change: { action: 'restart' } });
    expect(settled.verdicts).toEqual(['ok', 'ok']);
  });

  it('leaves out what lacks something, unless the plan brings that', async () => {
    const leftOut = { why: 'no python', until: 'thing:python' };
    const diff: Resource['diff'] = () => ({ action: 'run', summary: 'migrate', leftOut });
    const resources = [thing('python', '3'), thing('schema', '1', { diff })];
    const without = await verdictsOf(resources, { python: '3' });
    const brought = await verdictsOf(resources, {});
    expect(without.steps[1]?.verdict).toMatchObject({ status: 'left-out', why: 'no python' });
    expect(brought.steps[1]?.verdict).toMatchObject({ status: 'change', tentative: true });
  });

  it('refuses two resources with one id', async () => {
    await expect(verdictsOf([thing('a', '1'), thing('a', '2')], {})).rejects.toThrow('two resources');
  });
});

describe('judge', () => {
  it('never takes a failed look for a thing that does not exist', () => {
    expect(judge(thing('a', '1'), { status: 'unknown', why: 'timeout' })).toEqual({
      status: 'unknown',
      why: 'timeout',
    });
  });

  it('keeps a refusal apart from a change', () => {
    const refused = { why: 'data would be lost', next: 'dump it first' };
    const resource = thing('a', '1', { diff: () => ({ action: 'update', summary: 'x', refused }) });
    expect(judge(resource, { status: 'known', value: '2' }).status).toBe('refused');
  });
});

describe('planOf', () => {
  const host = { name: 'db', target: 'root@fake:22' };
  const content = (before: string, after: string, secret = false): Partial<Resource> => ({
    diff: () => ({ action: 'update', summary: 'content differs', content: { before, after, secret } }),
  });
  const planned = async (more: Partial<Resource>, redactor = new Redactor()) => {
    const { steps } = await verdictsOf([thing('same', '1'), thing('a', '1', more)], { same: '1', a: '2' });
    return planOf(host, 'digest', steps, redactor);
  };

  it('leaves out what is as wanted and counts what changes', async () => {
    const plan = await planned({});
    expect(plan.tasks[0]?.steps.map(({ resource }) => resource)).toEqual(['thing:a']);
    expect(stepCount(plan, 'change')).toBe(1);
  });

  it('shows contents as a diff, with secrets masked', async () => {
    const redactor = new Redactor();
    redactor.add('hunter22');
    const [step] = (await planned(content('old\n', 'key: hunter22\n'), redactor)).tasks[0]?.steps ?? [];
    expect(step?.diff).toContain('-old\n+key: [secret]');
  });

  it('shows nothing of a secret file', async () => {
    const [step] = (await planned(content('', 'hunter22', true))).tasks[0]?.steps ?? [];
    expect(step?.diff).toBeUndefined();
    expect(JSON.stringify(step)).not.toContain('hunter22');
  });

  it('gives another digest to another content', async () => {
    const digest = async (after: string) => (await planned(content('old', after))).tasks[0]?.steps[0]?.digest;
    expect(await digest('one')).toBe(await digest('one'));
    expect(await digest('one')).not.toBe(await digest('two'));
  });
});
