import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runProgram } from '../../../../src/cli/program.js';
import { PHASES } from '../../../../src/deploy/record.js';
import { testStreams } from '../../../support/streams.js';

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'vdb-deploy-'));
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

async function vdb(...argv: string[]) {
  const { streams, written } = testStreams({ cwd });
  const exitCode = await runProgram(argv, streams);
  return { exitCode, ...written };
}

describe('vdb deploy refuses, before it looks for a configuration,', () => {
  test('to pause after what is no phase, and names those that there are', async () => {
    const { exitCode, out, err } = await vdb('deploy', '--pause-after', 'switch');
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toContain('--pause-after does not know "switch"');
    expect(err.replaceAll(/\s+/g, ' ')).toContain(PHASES.join(', '));
  });

  test('to deploy what is no service, and names those that there are', async () => {
    const { exitCode, err } = await vdb('deploy', '--service', 'redis');
    expect(exitCode).toBe(2);
    expect(err).toContain('--service does not know "redis"');
    expect(err).toContain('qdrant, gateway, all');
  });

  test('to take a version or an artefact without knowing of which service', async () => {
    for (const words of [
      ['--version', '1.18.3'],
      ['--artifact', 'x', '--service', 'all'],
    ]) {
      const { exitCode, err } = await vdb('deploy', ...words);
      expect(exitCode).toBe(2);
      expect(err).toContain('--service qdrant or --service gateway');
    }
    const { err } = await vdb('deploy', '--service', 'qdrant', '--version', 'latest');
    expect(err).toContain('--version latest is no version');
  });

  test('to copy data in a way that there is not', async () => {
    const { exitCode, err } = await vdb('deploy', '--strategy', 'set');
    expect(exitCode).toBe(2);
    expect(err).toContain('replicate, snapshot');
  });

  test('to be in place and beside what serves at once', async () => {
    for (const words of [['--blue-green'], ['--strategy', 'replicate']]) {
      const { exitCode, err } = await vdb('deploy', '--in-place', ...words);
      expect(exitCode).toBe(2);
      expect(err).toContain(`${words[0]} and --in-place exclude each other`);
    }
  });

  test('in JSON too', async () => {
    const { exitCode, out, err } = await vdb('--json', 'deploy', '--service', 'redis');
    expect({ exitCode, err }).toEqual({ exitCode: 2, err: '' });
    expect(JSON.parse(out)).toMatchObject({
      type: 'result',
      exit_code: 2,
      error: { code: 'usage' },
    });
  });
});
