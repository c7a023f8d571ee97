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

  test('to deploy Qdrant, and names the way that there is', async () => {
    const { exitCode, err } = await vdb('deploy', '--service', 'qdrant');
    expect(exitCode).toBe(2);
    expect(err).toContain('--service qdrant cannot be deployed beside what runs');
    expect(err).toContain('vdb provision');
  });

  test('in JSON too', async () => {
    const { exitCode, out, err } = await vdb('--json', 'deploy', '--service', 'all');
    expect({ exitCode, err }).toEqual({ exitCode: 2, err: '' });
    expect(JSON.parse(out)).toMatchObject({
      type: 'result',
      exit_code: 2,
      error: { code: 'deploy.service' },
    });
  });
});
