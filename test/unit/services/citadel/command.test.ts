import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { citadelAnswer, citadelError } from '../../../../src/services/citadel/answer.js';
import { citadelScript } from '../../../../src/services/citadel/command.js';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'vdb-citadel-'));
  mkdirSync(join(root, 'venv/bin'), { recursive: true });
  writeFileSync(join(root, 'header'), 'api-key: sentinel-key\n');
  writeFileSync(
    join(root, 'venv/bin/python'),
    '#!/bin/bash\nprintf "%s\\n" "$PWD" "$*"\nenv\ncat /proc/$$/cmdline | tr "\\0" " "\n',
  );
  chmodSync(join(root, 'venv/bin/python'), 0o755);
});
afterAll(() => rmSync(root, { recursive: true }));

describe('the command of the layer', () => {
  const script = (args: string[]) =>
    citadelScript(
      { directory: root, venv: join(root, 'venv'), qdrant: { port: 6333, keyFile: join(root, 'header') } },
      args,
    ).source;
  const run = (args: string[], env: Record<string, string> = {}) =>
    execFileSync('bash', ['-c', script(args)], { encoding: 'utf8', env: { ...process.env, ...env } });

  test('runs in its directory, with its arguments as they are', () => {
    const [cwd, args] = run(['key', 'issue', '--name', "a'b c"]).split('\n');
    expect([cwd, args]).toEqual([root, "-m citadel key issue --name a'b c --json"]);
  });

  test('has the key of Qdrant in its environment, and nowhere else', () => {
    const said = run(['sync']);
    expect(said).toContain('QDRANT_API_KEY=sentinel-key\n');
    expect(said).toContain('QDRANT_URL=http://127.0.0.1:6333\n');
    expect(said.replace('QDRANT_API_KEY=sentinel-key', '')).not.toContain('sentinel');
    expect(script(['sync'])).not.toContain('sentinel');
  });

  test('is led to no other database by the environment of whoever calls it', () => {
    const said = run(['status'], { POSTGRES_HOST: 'elsewhere', QDRANT_URL: 'http://elsewhere' });
    expect(said).not.toContain('elsewhere');
  });
});

describe('the answer of the layer', () => {
  test('is the object that it printed', () => {
    expect(citadelAnswer('{"a":1}\n')).toEqual({ a: 1 });
    for (const said of ['', '[]', 'null', 'Traceback'])
      expect(() => citadelAnswer(said)).toThrow('unreadable answer of the database layer');
  });

  test.each([
    ['{"error":{"code":"x","message":"why"}}', 'INFO', { code: 'x', message: 'why' }],
    ['', 'Traceback\nImportError: no module\n', { code: 'unknown', message: 'ImportError: no module' }],
    ['', '', { code: 'unknown', message: 'it said nothing' }],
  ])('tells what was wrong: %j %j', (stdout, stderr, error) => {
    expect(citadelError({ stdout, stderr })).toEqual(error);
  });
});
