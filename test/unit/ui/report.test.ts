import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applySteps } from '../../../src/engine/apply.js';
import { outcomeOf } from '../../../src/engine/events.js';
import { lookAll } from '../../../src/engine/plan.js';
import type { Resource } from '../../../src/engine/resource.js';
import type { Task } from '../../../src/engine/task.js';
import { writeReports } from '../../../src/ui/report.js';
import { type FakeHost, fakeHost, thing } from '../../support/fake-host.js';
import { fakeContext, subtask, task } from '../../support/fake-task.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vdb-report-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** Runs the tasks and returns the record of each. */
async function recordsOf(fake: FakeHost, tasks: readonly Task[], stop = new AbortController()) {
  const known = fakeContext();
  const steps = await lookAll(fake.host, tasks, known);
  const outcome = await applySteps({
    host: fake.host,
    steps,
    again: 'vdb provision',
    stop: stop.signal,
    onEvent: () => {},
  });
  const run = { steps, outcome, known, who: 'ann@desk', host: 'root@fake:22' };
  const files = await writeReports(directory, run);
  return Promise.all(files.map((file) => readFile(file, 'utf8')));
}

/** The record of one task with a sub-task for each resource. */
async function recordOf(fake: FakeHost, resources: readonly Resource[]): Promise<string> {
  const subtasks = resources.map((resource, i) => subtask(`0.4.${i + 1}`, [resource]));
  return (await recordsOf(fake, [task('0.4', [], { subtasks })]))[0] as string;
}

/** What the record holds between one heading and the next. */
function section(record: string, heading: string): string {
  const from = record.slice(record.indexOf(`**${heading}:**`) + heading.length + 5);
  return from.split('\n**')[0]?.trim() ?? '';
}

describe('writeReports', () => {
  it('names the files after the tasks and leaves no others', async () => {
    await recordsOf(fakeHost(), [task('0.4', [thing('a', '1')]), task('3.1', [thing('b', '1')])]);
    expect((await readdir(directory)).sort()).toEqual(['task-0.4-execution.md', 'task-3.1-execution.md']);
  });

  it('replaces the record of an earlier run', async () => {
    await recordsOf(fakeHost(), [task('0.4', [thing('a', '1')])]);
    const [second] = await recordsOf(fakeHost({ a: '1' }), [task('0.4', [thing('a', '1')])]);
    expect(second).toContain('**Status:** Completed: verified, nothing had to be changed');
  });

  it('records who did what, where and when', async () => {
    const record = await recordOf(fakeHost(), [thing('a', '1')]);
    expect(record).toContain('**Task Number:** 0.4');
    expect(record).toContain('**Host:** fake (root@fake:22), Debian GNU/Linux 13 (trixie), x86_64');
    expect(record).toContain('**Executed By:** ann@desk');
    expect(record).toMatch(/\*\*Start Time:\*\* \d{4}-\d\d-\d\dT[\d:.]+Z {2}\n\*\*End Time:\*\* \d{4}-/);
    expect(record).toContain('**Status:** Completed: changed and verified');
  });

  it('ticks what was changed and verified, and what was as wanted, with its criterion', async () => {
    const record = await recordOf(fakeHost({ b: '1' }), [thing('a', '1'), thing('b', '1')]);
    expect(record).toContain('- [x] 0.4.1 Part 0.4.1: changed\n  - Success criterion: Criterion of 0.4.1');
    expect(record).toContain('- [x] 0.4.2 Part 0.4.2: done\n  - Success criterion: Criterion of 0.4.2');
    expect(section(record, 'Issues Encountered')).toBe('None.');
    expect(section(record, 'Resolutions Applied')).toContain('0.4.1 thing a: nothing becomes 1');
  });

  it('ticks nothing of a task that failed before it was verified', async () => {
    const fake = fakeHost();
    fake.failures.set('b', { exitCode: 1, stderr: 'disk full\nsee ```log```' });
    const record = await recordOf(fake, [thing('a', '1'), thing('b', '1'), thing('c', '1')]);
    expect(record).not.toContain('[x]');
    expect(record).toContain('- [ ] 0.4.1 Part 0.4.1: not verified');
    expect(record).toContain('- [ ] 0.4.2 Part 0.4.2: failed');
    expect(record).toContain('- [ ] 0.4.3 Part 0.4.3: not run');
    expect(record).toContain('**Status:** Failed');
  });

  it('quotes the end of what a failed command said, and what to do', async () => {
    const fake = fakeHost();
    fake.failures.set('a', { exitCode: 1, stderr: 'disk full\nsee ```log```' });
    const record = await recordOf(fake, [thing('a', '1')]);
    const issues = section(record, 'Issues Encountered');
    expect(issues).toContain('  ````\n  disk full\n  see ```log```\n  ````');
    expect(section(record, 'Resolutions Applied')).toBe('- Open: thing a: vdb provision');
  });

  it('does not tick what a second look found unchanged', async () => {
    const fake = fakeHost();
    fake.stuck.add('a');
    const record = await recordOf(fake, [thing('a', '1'), thing('b', '1')]);
    expect(record).toContain('- [ ] 0.4.1 Part 0.4.1: failed');
    expect(record).toContain('- [x] 0.4.2 Part 0.4.2: changed');
  });

  it('gives the reason of a skipped step, and does not call the task complete', async () => {
    const fake = fakeHost();
    fake.failures.set('a', { exitCode: 69, stderr: 'no network' });
    const record = await recordOf(fake, [thing('a', '1'), thing('b', '1')]);
    expect(record).toContain('- [ ] 0.4.1 Part 0.4.1: skipped: no network');
    expect(record).toContain('**Status:** Incomplete');
    expect(section(record, 'Issues Encountered')).toContain('no network');
  });

  it("lists what is not this host's to set as such", async () => {
    const record = await recordOf(fakeHost({ a: 'foreign:the kernel is shared' }), [thing('a', '1')]);
    expect(record).toContain("- [ ] 0.4.1 Part 0.4.1: not this host's to set");
    expect(record).toContain("thing a: not this host's to set: the kernel is shared");
  });

  it('says of a task that was held back why, and ticks nothing', async () => {
    const fake = fakeHost({ b: '1' });
    fake.failures.set('a', { exitCode: 1, stderr: '' });
    const tasks = [task('0.3', [thing('a', '1')]), task('0.4', [thing('b', '1')], { dependsOn: ['0.3'] })];
    const [, record] = await recordsOf(fake, tasks);
    expect(record).toContain('**Status:** Not run: it depends on 0.3, which failed');
    expect(record).toContain('- [ ] 0.4.1 Part 0.4.1: not run');
  });

  it('says that an interrupted task was interrupted', async () => {
    const fake = fakeHost();
    const stop = new AbortController();
    fake.onSet = () => stop.abort();
    const [record] = await recordsOf(fake, [task('0.4', [thing('a', '1'), thing('b', '1')])], stop);
    expect(record).toContain('**Status:** Interrupted');
    expect(record).not.toContain('[x]');
  });

  it('does not tick a sub-task of which the configuration wants nothing', async () => {
    const subtasks = [subtask('0.4.1', [thing('a', '1')]), subtask('0.4.2', [])];
    const [record] = await recordsOf(fakeHost(), [task('0.4', [], { subtasks })]);
    expect(record).toContain('- [ ] 0.4.2 Part 0.4.2: not part of this configuration');
  });

  it('records a run that found nothing to do', async () => {
    const fake = fakeHost({ a: '1' });
    const known = fakeContext();
    const steps = await lookAll(fake.host, [task('0.4', [thing('a', '1')])], known);
    const times = { startedAt: new Date().toISOString(), durationMs: 0 };
    const settled = { id: '0.4', title: 'Task 0.4', status: 'unchanged' as const, steps: [], ...times };
    const outcome = outcomeOf([settled], false, 0);
    const [file = ''] = await writeReports(directory, { steps, outcome, known, who: 'ann@desk', host: 'x' });
    expect(await readFile(file, 'utf8')).toContain('- [x] 0.4.1 Part 0.4.1: done');
  });

  it('ticks nothing of a task without an outcome', async () => {
    const known = fakeContext();
    const steps = await lookAll(fakeHost({ a: '1' }).host, [task('0.4', [thing('a', '1')])], known);
    const outcome = outcomeOf([], true, 0);
    const [file = ''] = await writeReports(directory, { steps, outcome, known, who: 'ann@desk', host: 'x' });
    const record = await readFile(file, 'utf8');
    expect(record).toContain('- [ ] 0.4.1 Part 0.4.1: not run');
    expect(record).toContain('**Status:** Not run');
  });
});
