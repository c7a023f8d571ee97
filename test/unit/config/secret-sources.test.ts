import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCommand } from '../../../src/config/command-source.js';
import { resolveReference } from '../../../src/config/secret-sources.js';
import { inDirectory } from './helpers.js';

const ENV = { PATH: process.env.PATH, KEY: 'from-the-environment', EMPTY: '' };

const SECRETS = 'qdrant_api_key: 0123456789\nnested:\n  key: deep\n';

function resolveIn(kind: string, argument: string): Promise<string> {
  return inDirectory(async (directory) => {
    await writeFile(join(directory, 'secrets.yaml'), SECRETS, { mode: 0o600 });
    await writeFile(join(directory, 'plain'), 'whole file\n', { mode: 0o600 });
    await writeFile(join(directory, 'open'), 'sentinel', { mode: 0o600 });
    await chmod(join(directory, 'open'), 0o640);
    return resolveReference({ kind, argument }, { env: ENV, directory });
  });
}

test.each([
  ['env', 'KEY', 'from-the-environment'],
  ['file', 'plain', 'whole file'],
  ['file', 'secrets.yaml#qdrant_api_key', '0123456789'],
  ['file', 'secrets.yaml#nested.key', 'deep'],
  ['cmd', 'echo from-a-command', 'from-a-command'],
  ['cmd', 'echo "$KEY" | tr a-z A-Z', 'FROM-THE-ENVIRONMENT'],
  ['cmd', 'cat plain', 'whole file'],
])('${%s:%s} is %j', async (kind, argument, value) => {
  expect(await resolveIn(kind, argument)).toBe(value);
});

test.each([
  ['env', 'MISSING', /MISSING, which is not set; export it/],
  ['env', 'EMPTY', /EMPTY, which is not set/],
  ['file', 'none', /none, which cannot be read \(ENOENT\)/],
  ['file', 'open', /others can read; run chmod 600 .*open/],
  ['file', 'secrets.yaml#qdrant_apikey', /did you mean qdrant_api_key\?/],
  ['file', 'secrets.yaml#nested', /missing or not text/],
  ['cmd', 'echo sentinel >&2; exit 3', /failed with exit code 3/],
  ['cmd', 'true', /wrote nothing/],
  ['fiel', 'x', /did you mean file\?/],
  ['HOME', '', /is not known/],
])('${%s:%s} is refused with what to do', async (kind, argument, message) => {
  await expect(resolveIn(kind, argument)).rejects.toThrow(message);
});

describe('a refusal', () => {
  test.each([
    ['file', 'open'],
    ['cmd', 'echo sentinel >&2; exit 3'],
    ['file', 'secrets.yaml#none'],
  ])('of ${%s:%s} holds neither content nor output', async (kind, argument) => {
    const error = await resolveIn(kind, argument).catch((thrown: Error) => thrown.message);
    expect(error).not.toMatch(/sentinel|0123456789/);
  });
});

test('a command that does not end is killed with everything it started', async () => {
  await inDirectory(async (directory) => {
    const scope = { env: ENV, directory, timeoutMs: 500 };
    const started = Date.now();
    const command = "sh -c 'echo $$ > pid; exec sleep 30' | cat";
    await expect(runCommand(command, scope)).rejects.toThrow('did not end within 0.5 seconds');
    expect(Date.now() - started).toBeLessThan(5000);
    const pid = Number(await readFile(join(directory, 'pid'), 'utf8'));
    await expect.poll(() => isSleeping(pid)).toBe(false);
  });
});

/** A killed process may stay in the table until it is reaped. */
async function isSleeping(pid: number): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return command.startsWith('sleep');
}
