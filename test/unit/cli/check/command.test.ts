import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../../src/checks/catalogue/index.js';
import { buildProgram, runProgram } from '../../../../src/cli/program.js';
import { renderConfigFile } from '../../../../src/config/render.js';
import { writeSecrets } from '../../../../src/config/secrets.js';
import { replaceFile } from '../../../../src/files.js';
import { testStreams } from '../../../support/streams.js';

let cwd: string;
let empty: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'vdb-explain-'));
  empty = await mkdtemp(join(tmpdir(), 'vdb-explain-'));
  const file = renderConfigFile({
    ...{ name: 'db', address: '127.0.0.1', port: 22, user: 'root', secretsFile: 'vdb.secrets.yaml' },
    overrides: {
      redis: { enabled: false },
      gateway: { enabled: false },
      checks: { thresholds: { 'storage.free': 30 } },
    },
  });
  await replaceFile(join(cwd, 'vdb.yaml'), file);
  await writeSecrets(join(cwd, 'vdb.secrets.yaml'));
});
afterAll(() => Promise.all([cwd, empty].map((directory) => rm(directory, { recursive: true, force: true }))));

async function vdb(argv: string[], directory = cwd) {
  const { streams, written } = testStreams({ cwd: directory });
  const exitCode = await runProgram(argv, streams);
  return { exitCode, ...written };
}

describe('vdb check explain', () => {
  it('lists every check, without a configuration', async () => {
    const { exitCode, out, err } = await vdb(['check', 'explain'], empty);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    const lines = out.split('\n');
    for (const { id, title } of CATALOGUE) {
      expect(lines.filter((line) => line.trim().startsWith(`${id} `) && line.includes(title))).toHaveLength(
        1,
      );
    }
  });

  it('explains the checks that are named, and those of a group', async () => {
    const { out } = await vdb(['check', 'explain', 'storage.free', 'redis'], empty);
    expect(out.match(/^\S.*: .*$/gm)?.map((line) => line.split(':')[0])).toEqual([
      'storage.free',
      ...CATALOGUE.filter(({ group }) => group === 'redis').map(({ id }) => id),
    ]);
  });

  it('is a usage error with a guess for a check that is not there', async () => {
    const { exitCode, err, out } = await vdb(['check', 'explain', 'qdrant.aut'], empty);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toContain('Did you mean qdrant.auth?');
  });

  it('shows with --verbose the scripts that are run, and what the configuration says', async () => {
    const { exitCode, out } = await vdb(['check', 'explain', 'storage.free', '--verbose']);
    expect(exitCode).toBe(0);
    expect(out).toContain('25 % free (here 30)');
    expect(out).toMatch(/# \S+, run on the host by bash\n\S/);
    expect((await vdb(['--verbose', 'check', 'explain', 'redis.ping'])).out).toContain(
      'not with this configuration: redis.enabled is false',
    );
  });

  it('shows the command to look with as the configured user types it', async () => {
    const as = async (user: string) => {
      const file = join(cwd, `${user}.yaml`);
      const place = { name: 'db', address: '127.0.0.1', port: 22, secretsFile: 'vdb.secrets.yaml' };
      await replaceFile(file, renderConfigFile({ ...place, user, overrides: {} }));
      return (await vdb(['--config', file, 'check', 'explain', 'network.listeners', '--verbose'])).out;
    };
    expect(await as('root')).toMatch(/look +ss -ltnp/);
    expect(await as('ops')).toMatch(/look +sudo ss -ltnp/);
  });

  it('says with --verbose that there is no configuration, and explains the rest', async () => {
    const { exitCode, out, err } = await vdb(['check', 'explain', 'storage.free', '--verbose'], empty);
    expect(exitCode).toBe(0);
    expect(err).toContain('The scripts depend on the configuration, and there is none');
    expect(out).toContain('looks at');
    expect(out).not.toContain('run on the host');
  });

  it('gives one event with --json', async () => {
    const { out, err } = await vdb(['check', 'explain', 'storage.free', '--json', '--verbose']);
    expect(err).toBe('');
    expect(JSON.parse(out)).toMatchObject({
      ...{ schema: 'vdb.event/1', type: 'result', exit_code: 0 },
      checks: [
        {
          id: 'storage.free',
          limit: 30,
          scripts: expect.arrayContaining([{ kind: expect.any(String), source: expect.any(String) }]),
        },
      ],
    });
    const all = JSON.parse((await vdb(['check', 'explain', '--json'], empty)).out) as { checks: unknown[] };
    expect(all.checks).toHaveLength(CATALOGUE.length);
  });
});

describe('the options of vdb check', () => {
  it.each([
    ['--format', 'tap', '--format', 'json'],
    ['--json', '--format', 'json'],
    ['--json', '--checklist'],
    ['--checklist', 'out.pdf'],
  ])('are refused before a host is asked: %s %s %s %s', async (...options) => {
    const { exitCode } = await vdb(['check', ...options.filter((each) => each !== undefined)], empty);
    expect(exitCode).toBe(2);
  });

  it.each<[string[], { args: string[]; checklist?: string[] }]>([
    [['check', 'redis', 'explain'], { args: ['redis', 'explain'] }],
    [['check', 'readiness', '--checklist'], { args: ['readiness'], checklist: [''] }],
    [['check', '--checklist=a.md', '--checklist', 'b.html'], { args: [], checklist: ['a.md', 'b.html'] }],
    [['check', '--checklist', 'a.html', '--checklist'], { args: [], checklist: ['a.html', ''] }],
    [['check', '--checklist', '--checklist', 'a.html'], { args: [], checklist: ['', 'a.html'] }],
  ])('are read as meant: %j', async (argv, { args, checklist }) => {
    const seen: unknown[] = [];
    const program = buildProgram(testStreams().streams, async (spec, command, received) => {
      seen.push({
        name: spec.name,
        args: received,
        checklist: command.opts<{ checklist?: string[] }>().checklist,
      });
    });
    await program.parseAsync(argv, { from: 'user' });
    expect(seen).toEqual([{ name: 'check', args, checklist }]);
  });
});
