import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { complete } from '../../../src/cli/complete.js';
import { runProgram } from '../../../src/cli/program.js';
import { testStreams } from '../../support/streams.js';

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'vdb-completion-'));
  await mkdir(join(cwd, '.vdb/lab/one'), { recursive: true });
  await mkdir(join(cwd, '.vdb/lab/two'));
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

/** What the last word can become; the last entry is the directive for the shell. */
async function completionsOf(...words: string[]): Promise<string[]> {
  const { streams, written } = testStreams({ cwd });
  const lines: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  await complete(['--', ...words], streams).finally(() => log.mockRestore());
  return [...lines, ...written.out.split('\n').filter((line) => line !== '')].map(
    (line) => line.split('\t')[0] ?? '',
  );
}

describe('complete', () => {
  it.each([
    ['commands', ['prov'], ['provision', ':4']],
    ['commands of a group', ['task', 'ro'], ['rollback', ':4']],
    ['commands behind global options', ['--lab', 'one', 'prov'], ['provision', ':4']],
    ['options', ['provision', '--on'], ['--only', ':4']],
    ['global options behind a command', ['provision', '--js'], ['--json', ':4']],
    ['lab names', ['--lab', ''], ['one', 'two', ':4']],
    ['lab names behind a command', ['provision', '--lab', 't'], ['two', ':4']],
    ['lab names as arguments', ['lab', 'down', 'o'], ['one', ':4']],
    ['task ids as arguments', ['task', 'show', '3'], ['3.1', '3.2', ':4']],
    ['task ids as values', ['provision', '--from', '0.4'], ['0.4', ':4']],
    ['the last of several task ids', ['provision', '--only', '0.4,1.1'], ['0.4,1.1', ':4']],
    ['a value that the shell has split off at =', ['provision', '--only', '=', '0.4'], ['0.4', ':4']],
    ['checks', ['check', 'redis.pin'], ['redis.ping', ':4']],
    ['sets of checks', ['check', 'readin'], ['readiness', ':4']],
    ['checks to explain', ['check', 'explain', 'qdrant.au'], ['qdrant.auth', ':4']],
    ['checks to leave out', ['check', '--exclude', 'redis.pin'], ['redis.ping', ':4']],
    [
      'the last of several to leave out',
      ['check', '--exclude', 'drift,redis.pin'],
      ['drift,redis.ping', ':4'],
    ],
    ['forms of the report', ['check', '--format', 'j'], ['json', 'junit', ':4']],
    ['the last of several forms', ['check', '--format', 'table,j'], ['table,json', 'table,junit', ':4']],
    ['a form behind =', ['check', '--format', '=', 'na'], ['nagios', ':4']],
    ['documents', ['check', 'validate', '3'], ['3.1', '3.2', ':4']],
    ['another document', ['check', 'validate', '0.4', 'production-a'], ['production-api', ':4']],
    ['severities', ['check', '--severity', 'w'], ['warning', ':4']],
    ['shells', ['completion', 'f'], ['fish', ':4']],
    ['what is to be done to a schedule', ['backup', 'schedule', 'in'], ['install', ':4']],
    ['commands of a group in a group', ['db', 'keys', 're'], ['revoke', ':4']],
    ['what a key may do', ['db', 'keys', 'issue', '--scopes', 'ad'], ['admin', ':4']],
    ['where a schedule is', ['backup', 'schedule', 'install', '--on', ''], ['server', 'here', ':4']],
  ])('offers %s', async (_, words, expected) => {
    expect(await completionsOf(...words)).toEqual(expected);
  });

  it.each([
    ['a plan', ['apply', '']],
    ['a configuration', ['--config', 'v']],
    ['the file of a form', ['check', '--format', 'junit', '=', 'o']],
    ['the file of a form, not begun', ['check', '--format', 'junit', '=']],
    ['a directory for reports', ['provision', '--report', '']],
  ])('leaves %s to the shell', async (_, words) => {
    expect(await completionsOf(...words)).toEqual([':0']);
  });

  it('offers nothing of its own making', async () => {
    expect(await completionsOf('comp')).toEqual(['completion', ':4']);
  });
});

describe('vdb completion bash', () => {
  it('completes in bash, without evaluating what was typed', async () => {
    const { streams, written } = testStreams();
    expect(await runProgram(['completion', 'bash'], streams)).toBe(0);
    const script = join(cwd, 'completion.bash');
    await writeFile(script, written.out);
    // Stands for vdb: answers with a fixed offer and notes the words that it got.
    await writeFile(
      join(cwd, 'vdb'),
      `#!/bin/sh\nprintf '%s\\n' "$@" > ${cwd}/words\nprintf 'provision\\tbring a host\\n:4\\n'\n`,
    );
    await chmod(join(cwd, 'vdb'), 0o755);
    const bash = `source ${script}; COMP_WORDS=(vdb '$(touch ${cwd}/evaluated)' prov); COMP_CWORD=2
      _vdb_complete; printf '%s|' "\${COMPREPLY[@]}"; cat ${cwd}/words; ls ${cwd}`;
    const env = { ...process.env, PATH: `${cwd}:${process.env.PATH}` };
    const { stdout } = await promisify(execFile)('bash', ['-c', bash], { env });
    expect(stdout).toContain(`provision|complete\n--\n$(touch ${cwd}/evaluated)\nprov\n`);
    expect(stdout.split('\n')).not.toContain('evaluated');
  });
});

describe('vdb completion', () => {
  it('refuses a shell for which there is none', async () => {
    const { streams, written } = testStreams();
    expect(await runProgram(['--json', 'completion', 'tcsh'], streams)).toBe(2);
    expect(JSON.parse(written.out)).toMatchObject({ error: { code: 'completion.shell' } });
  });

  it.each(['zsh', 'fish'])('prints a script for %s that asks vdb', async (shell) => {
    const { streams, written } = testStreams();
    expect(await runProgram(['completion', shell], streams)).toBe(0);
    expect(written.out).toContain('vdb complete --');
  });

  it.each(['bash', 'zsh', 'fish'])('gives the script for %s as an event', async (shell) => {
    const { streams, written } = testStreams();
    expect(await runProgram(['completion', shell, '--json'], streams)).toBe(0);
    const event = JSON.parse(written.out) as Record<string, unknown>;
    expect(event).toMatchObject({ schema: 'vdb.event/1', type: 'result', shell, exit_code: 0 });
    expect(event.script).toContain('vdb complete --');
  });
});
