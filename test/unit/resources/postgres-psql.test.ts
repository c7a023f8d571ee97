import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { known } from '../../../src/host/probe.js';
import { parsePsql, psqlProbe } from '../../../src/resources/postgres-psql.js';
import { postgresReady } from '../../../src/resources/postgres-ready.js';
import { runWith } from '../../support/programs.js';
import { scriptOf } from '../../support/resource-table.js';

const read = (answer: string) => [known(answer)];

describe('an answer of PostgreSQL', () => {
  test.each([
    ['absent\n', { status: 'pending', why: 'PostgreSQL is not installed yet' }],
    ['down\n', { status: 'pending', why: 'PostgreSQL does not answer yet' }],
    ['starting\n', { status: 'pending', why: 'PostgreSQL is still starting' }],
    ['ready\n1\n', { status: 'known', value: '1\n' }],
  ])('%j', (stdout, observation) => {
    expect(parsePsql(stdout, [null], read)).toEqual([observation]);
  });

  test('that refuses is unknown, in its words: it is neither missing nor to be started', () => {
    expect(parsePsql('refused FATAL:  sorry, too many clients already\n', [null], read)).toMatchObject([
      { status: 'unknown', why: expect.stringContaining('too many clients already') },
    ]);
  });
});

describe('the question to PostgreSQL', () => {
  /** What the probe prints with these in place of PostgreSQL's and util-linux' programs. */
  function asked(psql: string, isReady: number): Promise<string> {
    const programs = { psql, pg_isready: `exit ${isReady}`, setpriv: 'shift 3; exec "$@"', id: 'exit 0' };
    const socket = 'ls() { if [ "$1" = -A ]; then echo .s.PGSQL.5432; else echo "$PROGRAMS/psql"; fi; }';
    return runWith(programs, `${socket}\n${psqlProbe('SELECT 1;').source}`);
  }

  test.each([
    ['cat >/dev/null; echo ready; echo 1', 0, 'ready\n1\n'],
    ['echo das Datenbanksystem startet gerade >&2; exit 2', 1, 'starting\n'],
    ['echo connection refused >&2; exit 2', 2, 'down\n'],
    ['echo FATAL: too many clients >&2; exit 2', 0, 'refused FATAL: too many clients\n'],
  ])('whose psql does "%s" with pg_isready %i', async (psql, isReady, stdout) => {
    expect(await asked(psql, isReady)).toBe(stdout);
  });

  test('is asked again when the server became ready meanwhile', async () => {
    const once = '[ -e "$PROGRAMS/asked" ] && { echo ready; exit; }; touch "$PROGRAMS/asked"; exit 2';
    expect(await asked(once, 0)).toBe('ready\n');
  });

  test('fails as psql does when the SQL is wrong', async () => {
    await expect(asked('echo ERROR: syntax >&2; exit 3', 0)).rejects.toThrow('ERROR: syntax');
  });
});

describe('postgresReady', () => {
  const resource = postgresReady({ major: 17 });

  test('waits for a server that is starting, and never restarts it', () => {
    const change = resource.diff(null);
    expect(change?.action).toBe('run');
    const [command] = resource.apply(change ?? { action: 'run', summary: '' }, null);
    expect(command?.script.source).toContain('pg_isready');
    expect(command?.script.source).not.toMatch(/systemctl (re)?start/);
    expect(execFileSync('bash', ['-n', '-c', command?.script.source ?? '']).toString()).toBe('');
  });

  test('wants nothing of a server that answers', () => {
    expect(resource.diff(true)).toBeNull();
    expect(scriptOf(resource)).toContain('SELECT 1;');
  });
});
