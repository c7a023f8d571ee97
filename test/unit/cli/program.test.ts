import { describe, expect, it } from 'vitest';
import { rawGlobalOptions } from '../../../src/cli/global-options.js';
import { buildProgram, runProgram } from '../../../src/cli/program.js';
import { COMMANDS, GROUPS } from '../../../src/cli/spec.js';
import { testStreams } from '../../support/streams.js';

async function vdb(...argv: string[]) {
  const { streams, written } = testStreams();
  const exitCode = await runProgram(argv, streams);
  return { exitCode, ...written };
}

describe('the program', () => {
  it('has every command of the table in its help, with examples', async () => {
    for (const { name, summary, examples } of COMMANDS) {
      const { out, exitCode } = await vdb(...name.split(' '), '--help');
      expect(exitCode, name).toBe(0);
      expect(out.replaceAll(/\s+/g, ' '), name).toContain(summary);
      for (const example of examples) expect(out, name).toContain(example);
    }
  });

  it('has a summary for every group or command that a command belongs to', () => {
    const names = COMMANDS.map(({ name }) => name);
    const groups = names.map((name) => name.split(' ')).filter((words) => words.length > 1);
    for (const [group = ''] of groups) expect([...Object.keys(GROUPS), ...names]).toContain(group);
  });

  it('prints the exit codes', async () => {
    const { out, exitCode } = await vdb('help', 'exit-codes');
    expect(exitCode).toBe(0);
    for (const code of ['0', '1', '2', '3', '4', '5', '6', '130'])
      expect(out).toMatch(new RegExp(`^ {2}${code} `, 'm'));
  });

  it.each([
    ['a command', ['provison'], 'Did you mean provision?'],
    ['a command of a group', ['task', 'shw'], 'Did you mean show?'],
    ['an option', ['provision', '--onyl', '0.4'], 'Did you mean --only?'],
    ['a global option', ['--jsn', 'status'], 'Did you mean --json?'],
  ])('exits with 2 and a suggestion for %s that is not there', async (_, argv, suggestion) => {
    const { exitCode, err, out } = await vdb(...argv);
    expect(exitCode).toBe(2);
    expect(err).toContain(suggestion);
    expect(out).toBe('');
  });

  it.each([
    ['no command', []],
    ['a group without a command', ['task']],
    ['a missing argument', ['task', 'show']],
    ['too many arguments', ['status', 'now']],
    ['an option without its value', ['provision', '--only']],
    ['help for what is not there', ['help', 'nothing']],
  ])('exits with 2 for %s', async (_, argv) => {
    const { exitCode, err } = await vdb(...argv);
    expect(exitCode).toBe(2);
    expect(err).not.toBe('');
  });

  it.each([
    ['an unknown command', ['--json', 'provison'], 'Did you mean provision?'],
    [
      'an unknown option behind the command',
      ['provision', '--onyl', '0.4', '--json'],
      'Did you mean --only?',
    ],
    ['no command', ['--json'], 'vdb --help'],
    ['unknown help', ['--json', 'help', 'nothing'], 'vdb --help'],
  ])('says %s as one JSON event, and nothing else', async (_, argv, next) => {
    const { exitCode, out, err } = await vdb(...argv);
    expect(exitCode).toBe(2);
    expect(err).toBe('');
    expect(JSON.parse(out)).toMatchObject({
      ...{ schema: 'vdb.event/1', type: 'result', status: 'failed', exit_code: 2 },
      error: { code: 'usage', next },
    });
  });

  it('does not take --json of a remote command for its own', async () => {
    const { out } = await vdb('provison', '--', '--json');
    expect(out).toBe('');
  });

  it.each([
    ['that vdb has too', ['one', 'journalctl', '--quiet', '-n', '5']],
    ['that vdb does not know', ['one', 'systemctl', '--failed']],
    ['that ask for help', ['one', 'vdb', '--help', '--json']],
  ])('leaves the options of a command for a lab host alone: those %s', async (_, words) => {
    expect(await parsed('lab', 'ssh', ...words)).toEqual({ args: words, global: {} });
  });

  it.each([
    [['--lab', 'x', 'provision', '--json'], { lab: 'x', json: true }],
    [['provision', '--lab', 'x'], { lab: 'x' }],
    [['--lab', 'x', 'provision', '--lab', 'y'], { lab: 'y' }],
    [['task', '--quiet', 'list', '--verbose'], { quiet: true, verbose: true }],
    [['lab', 'ssh', '--lab', 'x'], { lab: 'x' }],
    [['status', '--no-color'], { color: false }],
  ])('takes its own options before and after the command: %j', async (argv, global) => {
    expect((await parsed(...argv)).global).toEqual(global);
  });

  it('prefers what was typed after the command to the environment', async () => {
    process.env.VDB_LAB = 'from-the-environment';
    try {
      expect((await parsed('status')).global).toEqual({ lab: 'from-the-environment' });
      expect((await parsed('status', '--lab', 'x')).global).toEqual({ lab: 'x' });
    } finally {
      delete process.env.VDB_LAB;
    }
  });

  it('keeps its own schema in events that have one to tell of', async () => {
    const { out, exitCode } = await vdb('config', 'schema', '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      schema: 'vdb.event/1',
      json_schema: { type: 'object', additionalProperties: false },
    });
  });

  it.each([
    ['--verbose', true],
    ['--quiet', false],
  ])(
    'reports what nothing else has caught as a bug, its stack with --verbose: %s',
    async (flag, hasStack) => {
      const { streams, written } = testStreams();
      const stdout = {
        write: () => {
          throw new TypeError('no such stream');
        },
      };
      expect(await runProgram(['help', 'exit-codes', flag], { ...streams, stdout })).toBe(1);
      expect(written.err).toContain('Unexpected error: no such stream');
      expect(written.err.includes('TypeError: no such stream\n')).toBe(hasStack);
    },
  );

  it('gives an exit code even where nothing can be written', async () => {
    const { streams } = testStreams();
    const broken = {
      write: () => {
        throw new TypeError('no such stream');
      },
    };
    expect(await runProgram(['help', 'exit-codes'], { ...streams, stdout: broken, stderr: broken })).toBe(1);
  });
});

/** What a command gets of a command line. */
async function parsed(...argv: string[]) {
  const { streams } = testStreams();
  const seen: { args: string[]; global: object }[] = [];
  const program = buildProgram(streams, async (_spec, command, args) => {
    seen.push({ args, global: rawGlobalOptions(command) });
  });
  await program.parseAsync(argv, { from: 'user' });
  expect(seen).toHaveLength(1);
  return seen[0] as (typeof seen)[number];
}
