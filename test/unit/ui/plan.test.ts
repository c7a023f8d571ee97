import { describe, expect, it } from 'vitest';
import type { Plan, PlannedStep } from '../../../src/engine/plan.js';
import { planSummary, planText } from '../../../src/ui/plan.js';

function step(more: Partial<PlannedStep> = {}): PlannedStep {
  return {
    ...{ resource: 'file:/etc/a', title: '/etc/a', subtask: '1.1.1', digest: 'd' },
    ...{ status: 'change', action: 'update', summary: 'content differs' },
    ...more,
  };
}

function planOf(...steps: PlannedStep[]): Plan {
  const tasks = [
    { id: '1.1', title: 'Files', steps },
    { id: '1.2', title: 'Others', steps: [] },
  ];
  return { schema: 'vdb.plan/1', host: 'db', target: 'root@db:22', config_digest: 'c', tasks };
}

describe('planText', () => {
  it('shows each change with its values and its diff', () => {
    const fields = [{ field: 'mode', have: '0644', want: '0600' }];
    const diff = '--- /etc/a\n+++ /etc/a\n@@ -1,1 +1,1 @@\n-old\n+new\n';
    expect(planText(planOf(step({ fields, diff })), false)).toBe(`Plan for db (root@db:22)

1.1 Files
  ~ update /etc/a: content differs
      mode: 0644 -> 0600
      @@ -1,1 +1,1 @@
      -old
      +new

1.2 Others: nothing to change

1 change in 1 task`);
  });

  it('says what to do about a refused change', () => {
    const text = planText(planOf(step({ status: 'refused', next: 'dump it first' })), false);
    expect(text).toContain('! update /etc/a');
    expect(text).toContain('next: dump it first');
  });

  it.each([
    ['+', { action: 'create' }],
    ['-', { status: 'left-out' }],
    ['.', { status: 'foreign' }],
    ['?', { status: 'unknown' }],
  ] as const)('marks with %s what is %o', (sign, more) => {
    expect(planText(planOf(step(more)), false)).toContain(`\n  ${sign} `);
  });

  it('has no colour unless it is wanted', () => {
    expect(planText(planOf(step()), false)).not.toContain('\u001b');
    expect(planText(planOf(step()), true)).toContain('\u001b');
  });
});

describe('planSummary', () => {
  it('counts changes, and names what is not one', () => {
    const steps = [
      step(),
      step({ tentative: true }),
      step({ status: 'refused' }),
      step({ status: 'foreign' }),
    ];
    expect(planSummary(planOf(...steps))).toBe(
      "2 changes in 1 task (1 looked at again once what they need is there); 1 refused; 1 not this host's to set",
    );
  });

  it('says so when there is nothing to change', () => {
    expect(planSummary(planOf())).toBe('Nothing to change');
  });
});
