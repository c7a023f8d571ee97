import { expect, test } from 'vitest';
import { type Ended, events, result, start, VDB } from '../support/lab.js';
import { onSharedHost } from './support/shared.js';
import { site, vdb } from './support/site.js';

const ESCAPE = '\u001b';
/** Select Graphic Rendition with a colour or weight in it: what NO_COLOR is about. */
const COLOUR = new RegExp(`${ESCAPE}\\[[0-9;]*[1-9][0-9;]*m`);
const LIMITS = '/etc/security/limits.d/60-vdb.conf';

onSharedHost('what vdb says', (host) => {
  /** On a terminal of 80 columns, made by script(1). */
  const onTerminal = (command: string, env: NodeJS.ProcessEnv = {}): Promise<Ended> =>
    start('script', ['-qec', `stty cols 80 rows 30; ${VDB} --lab ${host().name} ${command}`, '/dev/null'], {
      cwd: site.directory,
      env: { TERM: 'xterm-256color', ...env },
    }).ended;
  const shell = (command: string): Promise<Ended> =>
    start('bash', ['-c', command], { cwd: site.directory, env: { VDB_LAB: host().name, VDB } }).ended;

  test.each([
    ['provision --only 3.2', 0],
    ['provision --only 3.2 --plan', 0],
    ['provision --only 9.9', 2],
    ['apply no-such-file', 2],
    ['check', 0],
    ['status', 0],
    ['task list', 0],
    ['task show 3.2', 0],
    ['history', 0],
    ['lock status', 0],
    ['config validate', 0],
  ])('with --json, `%s` is NDJSON alone, its result last, with exit code %i', async (command, exitCode) => {
    const ended = await host().vdb(`--json ${command}`);
    expect(ended.stderr).toBe('');
    expect(ended.exitCode).toBe(exitCode);
    const all = events(ended.stdout);
    expect(all.every(({ schema }) => schema === 'vdb.event/1')).toBe(true);
    expect(all.filter(({ type }) => type === 'result')).toHaveLength(1);
    expect(result(ended)).toMatchObject({ exit_code: exitCode });
  });

  test('with --json, a failure is an event too, and carries code, message and what to do', async () => {
    const ended = await vdb(['--lab', 'no-such-lab', '--json', 'provision']);
    expect(ended.exitCode).toBe(2);
    expect(result(ended)).toMatchObject({
      status: 'failed',
      error: { code: expect.any(String), message: expect.any(String) },
    });
  });

  test('a pipe gets no escape sequences', async () => {
    await host().inside(`chmod 0600 ${LIMITS}`);
    for (const command of [
      'provision --plan --skip 0.4',
      'provision --skip 0.4',
      'check',
      'status',
      'task list',
      'history',
      '--help',
    ]) {
      const ended = await host().vdb(command);
      expect(ended.exitCode, command).toBe(0);
      expect(ended.stdout + ended.stderr, command).not.toContain(ESCAPE);
    }
  });

  test('results go to stdout, progress goes to stderr, --quiet silences progress', async () => {
    const plan = await host().vdb('provision --only 3.2 --plan');
    expect(plan.stdout).toContain('Plan for shared');
    expect(plan.stderr).toBe('');
    const run = await host().vdb('provision --only 3.2');
    expect(run.stdout).toBe('');
    expect(run.stderr).toContain('Done: shared, 0 changes');
    expect(await host().vdb('provision --only 3.2 --quiet')).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: '',
    });
  });

  test('a terminal gets colour, unless NO_COLOR or --no-color is there', async () => {
    expect((await onTerminal('check redis')).stdout).toMatch(COLOUR);
    expect((await onTerminal('check redis', { NO_COLOR: '1' })).stdout).not.toMatch(COLOUR);
    expect((await onTerminal('--no-color check redis')).stdout).not.toMatch(COLOUR);
    await host().inside(`chmod 0600 ${LIMITS}`);
    const run = await onTerminal('provision --only 0.2', { NO_COLOR: '1' });
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toContain('1 change');
    expect(run.stdout).not.toMatch(COLOUR);
  });

  test('nothing is wider than a terminal of 80 columns', async () => {
    for (const command of ['check', 'status', 'task list', 'history', '--help']) {
      const { stdout } = await onTerminal(command, { NO_COLOR: '1' });
      const wide = stdout.split(/\r?\n/).filter((line) => line.length > 80);
      expect(wide, command).toEqual([]);
    }
  });

  test('a reader that goes away early is no error', async () => {
    for (const command of ['provision --plan', '--json provision --plan', 'config show', 'check']) {
      const ended = await shell(`"$VDB" ${command} | head -n 1; exit "\${PIPESTATUS[0]}"`);
      expect(ended, command).toMatchObject({ exitCode: 0, stderr: '' });
      expect(ended.stdout.split('\n'), command).toHaveLength(2);
    }
  });
});
