import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../../../src/cli/program.js';
import { testStreams } from '../../support/streams.js';

async function capacity(...options: string[]) {
  const { streams, written } = testStreams();
  streams.cwd = mkdtempSync(join(tmpdir(), 'vdb-capacity-'));
  const exitCode = await runProgram(['capacity', ...options], streams);
  return { exitCode, ...written };
}

const PLANNED = ['--points', '100M', '--dim', '384', '--quantization', 'scalar', '--disk', '1T'];

/** The command's own modules are many, and the machine may be busy. */
const LOADING_MS = 120_000;

describe('vdb capacity for a server that is to be bought', { timeout: LOADING_MS }, () => {
  it('needs neither a host nor a configuration, and ends with 0 where all fits', async () => {
    const { exitCode, out, err } = await capacity(...PLANNED, '--ram', '192G');
    expect(out).toMatch(/Fits\.\n$/);
    expect([exitCode, err]).toEqual([0, '']);
  });

  it('ends with 3 where it does not, in every form', async () => {
    const prose = await capacity(...PLANNED, '--ram', '32G');
    expect(prose.exitCode).toBe(3);
    const { exitCode, out } = await capacity(...PLANNED, '--ram', '32G', '--json');
    expect(exitCode).toBe(3);
    expect(JSON.parse(out)).toMatchObject({ type: 'result', status: 'does-not-fit', exit_code: 3 });
  });

  it('ends with 2 where nothing says what collections there are', async () => {
    const { exitCode, err } = await capacity('--ram', '32G', '--disk', '1T');
    expect(exitCode).toBe(2);
    expect(err).toContain('There are no collections to plan for');
  });

  it('does not plan by the defaults where a configuration was named', async () => {
    const { exitCode, err } = await capacity(...PLANNED, '--ram', '32G', '--config', 'mine.yaml');
    expect(exitCode).toBe(2);
    expect(err).toContain('mine.yaml');
  });
});
