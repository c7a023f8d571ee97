import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../../../src/cli/program.js';
import { testStreams } from '../../support/streams.js';

/** Nothing listens on this port. */
const CONFIG = `version: 1
hosts: [{ name: main, address: 127.0.0.1, port: 1, user: root }]
qdrant: { api_key: not-a-real-key-of-anyone, read_only_api_key: nor-is-this-one-of-anyone }
postgres: { password: hidden-in-this-test-1 }
redis: { password: hidden-in-this-test-2 }
gateway: { api_key: hidden-in-this-test-3 }
collections: { docs: { size: 384 } }
`;

async function report(options: string[], { tty = false } = {}) {
  const cwd = mkdtempSync(join(tmpdir(), 'vdb-report-'));
  writeFileSync(join(cwd, 'vdb.yaml'), CONFIG);
  const { streams, written } = testStreams({ cwd, tty });
  const exitCode = await runProgram(['report', ...options], streams);
  return { exitCode, cwd, ...written };
}

/** The command's own modules are many, and the machine may be busy. */
const LOADING_MS = 120_000;

describe('vdb report', { timeout: LOADING_MS }, () => {
  it('makes a page of a host that cannot be reached, so that no earlier one passes for it, and fails', async () => {
    const { exitCode, cwd, err } = await report(['--output', 'server.html']);
    expect(exitCode).toBe(4);
    expect(err).toContain('error Cannot reach root@127.0.0.1:1');
    const page = readFileSync(join(cwd, 'server.html'), 'utf8');
    expect(page).toContain('Cannot reach root@127.0.0.1:1');
    expect(page).toContain('Nothing could be seen.');
    expect(page).toContain('not known to be there: docs');
  });

  it('writes that page to stdout where no file is named', async () => {
    const { exitCode, out } = await report([]);
    expect(exitCode).toBe(4);
    expect(out).toMatch(/^<!doctype html>/);
  });

  it('is one event with --json, and that is the error', async () => {
    const { exitCode, out } = await report(['--json']);
    expect(exitCode).toBe(4);
    expect(JSON.parse(out)).toMatchObject({ type: 'result', error: { code: 'host.unreachable' } });
  });

  it('does not fill a terminal with markup', async () => {
    const { exitCode, out, err } = await report([], { tty: true });
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toContain('vdb report --output server.html');
  });
});
