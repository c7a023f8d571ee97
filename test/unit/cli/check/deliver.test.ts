import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deliver, deliverFailure, refuseDirectories } from '../../../../src/cli/check/deliver.js';
import type { Output } from '../../../../src/cli/check/outputs.js';
import type { CommandContext } from '../../../../src/cli/context.js';
import { globalOptions } from '../../../../src/cli/global-options.js';
import { maskedStreams, terminalOf } from '../../../../src/cli/terminal.js';
import { EXIT, VdbError } from '../../../../src/errors.js';
import { Redactor } from '../../../../src/host/redact.js';
import { testStreams } from '../../../support/streams.js';
import { FAILED, PASSED, report } from '../../ui/check/reports.js';

const SECRET = 'Zk3vTq8sXw1mBn6cLd9f';
const REPORT = report([PASSED, { ...FAILED, seen: `it says ${SECRET}`, inspect: `curl -H ${SECRET}` }]);

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'vdb-deliver-'));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

/** A command of which everything that it says is kept. */
function listening(options: { json?: boolean; env?: NodeJS.ProcessEnv } = {}) {
  const { json = false, env = {} } = options;
  const { streams, written } = testStreams({ cwd, env });
  const redactor = new Redactor();
  redactor.add(SECRET);
  const events: Record<string, unknown>[] = [];
  const context: CommandContext = {
    global: globalOptions({ json, config: 'my vdb.yaml' }),
    ...{ options: {}, args: [], argv: [], redactor, env, cwd },
    terminal: terminalOf(maskedStreams(streams, redactor), { quiet: false, json, color: undefined }),
    emit: (event) => void events.push(event),
  };
  return { context, written, events };
}

async function delivered(
  outputs: readonly Output[],
  options: { json?: boolean; env?: NodeJS.ProcessEnv } = {},
) {
  const { context, written, events } = listening(options);
  await deliver(context, REPORT, outputs);
  return { ...written, events };
}

describe('deliver', () => {
  it('writes several forms at once: files, and one on stdout', async () => {
    const { out } = await delivered([
      { format: 'table' },
      { format: 'junit', file: 'reports/out.xml' },
      { format: 'json', file: 'out.json' },
      { format: 'checklist-html', file: 'out.html' },
    ]);
    expect(out).toContain('Not ready: one');
    expect(await readFile(join(cwd, 'reports/out.xml'), 'utf8')).toMatch(/^<\?xml/);
    expect(JSON.parse(await readFile(join(cwd, 'out.json'), 'utf8'))).toMatchObject({ exit_code: 3 });
    expect(await readFile(join(cwd, 'out.html'), 'utf8')).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
  });

  it.each([
    'table',
    'json',
    'junit',
    'github',
    'tap',
    'nagios',
    'prometheus',
    'checklist-md',
    'checklist-html',
  ] as const)('masks secrets in %s, on stdout and in files', async (format) => {
    const { out } = await delivered([{ format }, { format, file: 'file' }], {
      env: { GITHUB_STEP_SUMMARY: join(cwd, 'summary') },
    });
    const texts = await Promise.all((await readdir(cwd)).map((name) => readFile(join(cwd, name), 'utf8')));
    expect(texts.length).toBeGreaterThan(0);
    for (const text of [out, ...texts]) {
      expect(text).not.toBe('');
      expect(text).not.toContain(SECRET);
    }
  });

  it('shows commands that can be copied', async () => {
    const { out } = await delivered([{ format: 'table' }]);
    expect(out).toContain("run       vdb --config 'my vdb.yaml' check qdrant.livez --fix");
  });

  it('replaces a file as a whole and leaves nothing beside it', async () => {
    await writeFile(join(cwd, 'out.xml'), 'old '.repeat(10_000));
    await delivered([{ format: 'junit', file: 'out.xml' }]);
    expect(await readFile(join(cwd, 'out.xml'), 'utf8')).not.toContain('old');
    expect(await readdir(cwd)).toEqual(['out.xml']);
  });

  it('fails where a file cannot be written, before anything is said on stdout', async () => {
    await mkdir(join(cwd, 'out.xml'));
    const { context, written } = listening();
    const outputs: Output[] = [{ format: 'table' }, { format: 'junit', file: 'out.xml' }];
    await expect(deliver(context, REPORT, outputs)).rejects.toMatchObject({
      exitCode: 1,
      details: { code: 'report.unwritable' },
      message: expect.stringContaining('could not be written to out.xml'),
    });
    expect(written.out).toBe('');
    expect(await readdir(cwd)).toEqual(['out.xml']);
  });

  it('appends to the summary of a workflow step, for its form only', async () => {
    const summary = join(cwd, 'summary.md');
    await writeFile(summary, 'before\n');
    const env = { GITHUB_STEP_SUMMARY: summary };
    await delivered([{ format: 'tap' }], { env });
    expect(await readFile(summary, 'utf8')).toBe('before\n');
    const { out } = await delivered([{ format: 'github' }], { env });
    expect(out).toMatch(/^::error /);
    expect(await readFile(summary, 'utf8')).toMatch(/^before\n### vdb check: one\n/);
  });

  it('emits an event for each result, whatever else is written', async () => {
    const { events, out } = await delivered([{ format: 'junit', file: 'out.xml' }], { json: true });
    expect(out).toBe('');
    expect(events.map(({ type, id }) => `${type} ${id}`)).toEqual([
      'check.result redis.ping',
      'check.result qdrant.livez',
    ]);
  });
});

describe('deliverFailure', () => {
  const CONFIGURATION = `version: 1
hosts: [{ name: one, address: 127.0.0.1 }]
qdrant: { api_key: ${randomUUID()}, read_only_api_key: ${randomUUID()} }
postgres: { enabled: false }
redis: { enabled: false }
gateway: { enabled: false }
collections: {}
`;
  const ERROR = new VdbError(`root@one could not be reached, says ${SECRET}`, {
    ...{ code: 'host.unreachable', exitCode: EXIT.unreachable, host: 'root@one:22' },
  });

  it('replaces the report of an earlier run: what was green is not green any more', async () => {
    await writeFile(join(cwd, 'my vdb.yaml'), CONFIGURATION, { mode: 0o600 });
    await writeFile(join(cwd, 'vdb.prom'), 'vdb_ready{host="one"} 1\n');
    const { context, written } = listening();
    await deliverFailure(context, ERROR, [
      { format: 'table' },
      { format: 'prometheus', file: 'vdb.prom' },
      { format: 'junit', file: 'out.xml' },
    ]);
    expect(written.err).toBe('');
    expect(await readFile(join(cwd, 'vdb.prom'), 'utf8')).toMatch(/^vdb_ready\{host="one"\} 0$/m);
    const junit = await readFile(join(cwd, 'out.xml'), 'utf8');
    expect(junit).toContain('could not be reached');
    expect(junit).not.toContain(SECRET);
    expect(written.out).toBe('');
  });

  it('says what cannot be written, and leaves the error itself to the command', async () => {
    const { context, written } = listening();
    await deliverFailure(context, ERROR, [{ format: 'junit', file: 'out.xml' }]);
    expect(written.err).toContain('my vdb.yaml');
  });
});

describe('refuseDirectories', () => {
  it('refuses a directory before anything is looked at, and takes files, old and new', async () => {
    await writeFile(join(cwd, 'old.xml'), '');
    const to = (file: string) => refuseDirectories([{ format: 'junit', file }], cwd);
    await expect(to('.')).rejects.toMatchObject({ exitCode: EXIT.usage });
    await Promise.all([to('old.xml'), to('new.xml'), to('new/new.xml')]);
  });
});
