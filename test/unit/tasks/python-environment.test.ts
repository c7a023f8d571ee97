import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { template } from '../../../src/templates.js';
import { pythonEnvironment } from '../../../tasks/0.4-python-environment.js';
import { fakeContext, resourcesOf } from '../../support/fake-task.js';

describe('task 0.4', () => {
  test('has the ten sub-tasks of the document, each with something to look at', () => {
    const ids = pythonEnvironment.subtasks.map(({ id }) => id);
    expect(ids).toEqual(Array.from({ length: 10 }, (_, index) => `0.4.${index + 1}`));
    for (const id of ids) expect(resourcesOf(pythonEnvironment, id, fakeContext()), id).not.toEqual([]);
  });

  test('has nothing to do for a group without packages', () => {
    const context = fakeContext({ python: { packages: { development: [] } } });
    expect(resourcesOf(pythonEnvironment, '0.4.8', context)).toEqual([]);
  });

  test('puts an environment that is there first in PATH, once', async () => {
    const venv = await mkdtemp(join(tmpdir(), 'vdb-venv-'));
    const profile = template('python/profile.sh', { venv });
    const shell = () =>
      execFileSync('sh', ['-c', `${profile}\n${profile}\necho "$VIRTUAL_ENV $PATH"`], {
        env: { PATH: '/usr/bin:/bin' },
        encoding: 'utf8',
      });
    try {
      expect(shell()).toBe(' /usr/bin:/bin\n');
      await mkdir(join(venv, 'bin'));
      await writeFile(join(venv, 'bin', 'python'), '');
      await chmod(join(venv, 'bin', 'python'), 0o755);
      expect(shell()).toBe(`${venv} ${venv}/bin:/usr/bin:/bin\n`);
    } finally {
      await rm(venv, { recursive: true });
    }
  });
});
