import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { type InitOptions, init } from '../../../src/cli/commands/init.js';
import { hostName } from '../../../src/cli/commands/init-questions.js';
import { loadConfig } from '../../../src/config/load.js';
import { recordedContext } from './command-context.js';
import { inDirectory } from './helpers.js';

const { input } = vi.hoisted(() => ({ input: vi.fn() }));
vi.mock('@inquirer/prompts', () => ({ input }));
beforeEach(() => input.mockReset());

const ADDRESS: InitOptions = { address: 'vectors.example.org' };

describe('without a terminal', () => {
  test('the flags and defaults make a configuration that loads', async () => {
    await inDirectory(async (cwd) => {
      const { context, out } = recordedContext<InitOptions>(cwd, {
        ...ADDRESS,
        port: '2222',
        identity: 'key',
      });
      expect(await init(context)).toBe(0);
      const { config } = await loadConfig({ cwd, env: {} });
      expect(config.hosts[0]).toMatchObject({
        name: 'vectors',
        port: 2222,
        identity_file: join(cwd, 'key'),
      });
      expect(out.join('\n')).toContain(`wrote ${join(cwd, 'vdb.yaml')}`);
    });
  });

  test('an account and a port that no flag gives are left to ~/.ssh/config', async () => {
    await inDirectory(async (cwd) => {
      await init(recordedContext<InitOptions>(cwd, ADDRESS).context);
      const { config } = await loadConfig({ cwd, env: {} });
      expect(config.hosts[0]).not.toHaveProperty('port');
      expect(config.hosts[0]).not.toHaveProperty('user');
    });
  });

  test('a missing address is named, and nothing is asked or written', async () => {
    await inDirectory(async (cwd) => {
      const { context } = recordedContext<InitOptions>(cwd, {});
      await expect(init(context)).rejects.toMatchObject({
        exitCode: 2,
        details: { next: expect.stringContaining('--address') },
      });
      expect(input).not.toHaveBeenCalled();
      expect(await readdir(cwd)).toEqual([]);
    });
  });

  test.each<InitOptions>([
    { port: '70000' },
    { port: 'ssh' },
    { qdrantVersion: 'latest' },
    { name: '1 bad name' },
    { pythonIndex: 'pypi' },
  ])('%j is refused before anything is written', async (options) => {
    await inDirectory(async (cwd) => {
      const { context } = recordedContext<InitOptions>(cwd, { ...ADDRESS, ...options });
      await expect(init(context)).rejects.toMatchObject({ exitCode: 2 });
      expect(await readdir(cwd)).toEqual([]);
    });
  });
});

describe('on a terminal', () => {
  test('only what the flags leave open is asked', async () => {
    await inDirectory(async (cwd) => {
      input.mockResolvedValueOnce('db').mockResolvedValueOnce('22');
      const { context } = recordedContext<InitOptions>(
        cwd,
        { ...ADDRESS, user: 'ops' },
        { interactive: true },
      );
      await init(context);
      expect(input.mock.calls.map(([question]) => question.message)).toEqual([
        'Its name in vdb',
        'Port of SSH (empty: what ~/.ssh/config says, else 22)',
      ]);
      const { config } = await loadConfig({ cwd, env: {} });
      expect(config.hosts[0]).toMatchObject({ name: 'db', user: 'ops', port: 22 });
    });
  });

  test('an account and a port that are not answered are left to ~/.ssh/config', async () => {
    await inDirectory(async (cwd) => {
      input.mockResolvedValueOnce('db').mockResolvedValue('');
      await init(recordedContext<InitOptions>(cwd, ADDRESS, { interactive: true }).context);
      const { config } = await loadConfig({ cwd, env: {} });
      expect(config.hosts[0]).not.toHaveProperty('port');
      expect(config.hosts[0]).not.toHaveProperty('user');
    });
  });

  test('Ctrl-C writes nothing and exits with 130', async () => {
    await inDirectory(async (cwd) => {
      input.mockRejectedValueOnce(Object.assign(new Error('closed'), { name: 'ExitPromptError' }));
      const { context } = recordedContext<InitOptions>(cwd, {}, { interactive: true });
      await expect(init(context)).rejects.toMatchObject({ exitCode: 130 });
      expect(await readdir(cwd)).toEqual([]);
    });
  });
});

describe('the files', () => {
  test('keep secrets apart, for their owner alone, and out of git and of the output', async () => {
    await inDirectory(async (cwd) => {
      await writeFile(join(cwd, '.gitignore'), 'dist\n');
      const { context, out, err } = recordedContext<InitOptions>(cwd, ADDRESS);
      await init(context);
      expect((await stat(join(cwd, 'vdb.secrets.yaml'))).mode & 0o777).toBe(0o600);
      expect(await readFile(join(cwd, '.gitignore'), 'utf8')).toBe('dist\nvdb.secrets.yaml\n');
      const { secrets } = await loadConfig({ cwd, env: {} });
      const said = [...out, ...err, await readFile(join(cwd, 'vdb.yaml'), 'utf8')].join('\n');
      expect(secrets.filter((secret) => said.includes(secret))).toEqual([]);
    });
  });

  test('are not overwritten without --force, and secrets not even then', async () => {
    await inDirectory(async (cwd) => {
      await init(recordedContext<InitOptions>(cwd, ADDRESS).context);
      const secrets = await readFile(join(cwd, 'vdb.secrets.yaml'), 'utf8');
      await expect(init(recordedContext<InitOptions>(cwd, ADDRESS).context)).rejects.toMatchObject({
        details: { code: 'config.exists', exitCode: 2 },
      });

      const again = recordedContext<InitOptions>(cwd, { address: 'other.example.org', force: true });
      await init(again.context);
      expect(await readFile(join(cwd, 'vdb.yaml'), 'utf8')).toContain('other.example.org');
      expect(await readFile(join(cwd, 'vdb.secrets.yaml'), 'utf8')).toBe(secrets);
      expect(again.out.join('\n')).toContain('kept');
    });
  });

  test('go where --config says, and are an event with --json', async () => {
    await inDirectory(async (cwd) => {
      const { context, out, events } = recordedContext<InitOptions>(cwd, ADDRESS, {
        config: 'sub/my.yaml',
        json: true,
      });
      await init(context);
      expect(await readdir(join(cwd, 'sub'))).toEqual(['my.yaml', 'vdb.secrets.yaml']);
      expect(out).toEqual([]);
      expect(events).toEqual([
        expect.objectContaining({ type: 'result', file: join(cwd, 'sub/my.yaml'), secrets: 'written' }),
      ]);
    });
  });
});

test.each([
  ['vectors.example.org', 'vectors'],
  ['192.0.2.7', 'host-192-0-2-7'],
  ['2001:db8::1', 'host-2001-db8-1'],
  ['9lives', 'host-9lives'],
])('the host at %s is named %s', (address, name) => {
  expect(hostName(address)).toBe(name);
});
