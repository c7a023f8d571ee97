import { messageOf } from '../errors.js';
import type { Command } from '../host/command.js';
import { ask, type Observation, type Probe, type ProbeKind, pending } from '../host/probe.js';
import { type Script, sh } from '../host/shell.js';

const PSQL = sh`cd / && runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -v VERBOSITY=terse`;

/** A string literal of SQL; correct whatever `standard_conforming_strings` says. */
export function literal(value: string): string {
  const quoted = `'${value.replaceAll("'", "''")}'`;
  return value.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}

/** A quoted SQL identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A comma-separated list of string literals, for `IN (…)`. */
export function literals(values: readonly string[]): string {
  return values.map(literal).join(', ');
}

/** A question to PostgreSQL: SQL that prints its answer, and how to read it. */
export interface PsqlQuestion<Have> {
  sql: string;
  /** Gets what the SQL printed; may throw when that is not readable. */
  read(answer: string): Observation<Have>;
}

/** All questions of a run are one psql, each answer after a line that names its question. */
const questions: ProbeKind<PsqlQuestion<unknown>, unknown> = {
  name: 'postgresql',
  script: (asked) => psqlProbe(asked.map(({ sql }, index) => `\\echo '${MARK} ${index}'\n${sql}`).join('\n')),
  parse: (stdout, asked) =>
    parsePsql(stdout, asked, (answers) => {
      const byIndex = new Map(answers.split(`${MARK} `).map(splitFirstLine));
      return asked.map(({ read }, index) => readAnswer(read, byIndex.get(String(index))));
    }),
};

const MARK = '@@ question';

/** A probe that asks PostgreSQL. */
export function askPostgres<Have>(question: PsqlQuestion<Have>): Probe<Have> {
  return ask(questions, question as PsqlQuestion<unknown>) as Probe<Have>;
}

function splitFirstLine(text: string): [string, string] {
  const end = text.indexOf('\n');
  return [text.slice(0, end), text.slice(end + 1)];
}

/** An answer that is missing or unreadable leaves the others readable. */
function readAnswer(read: PsqlQuestion<unknown>['read'], answer: string | undefined): Observation<unknown> {
  try {
    if (answer === undefined || answer.trim() === '') throw new Error('no answer');
    return read(answer);
  } catch (error) {
    return { status: 'unknown', why: `PostgreSQL: unreadable answer (${messageOf(error)})` };
  }
}

/** Which database, of which server. Default: that of the superuser, of the first server with a socket. */
export interface PsqlTarget {
  database?: string;
  port?: number;
}

const FIRST_PORT = sh`$(ls -A /run/postgresql 2>/dev/null | sed -n 's/^\.s\.PGSQL\.\([0-9]*\)$/\1/p' | head -n 1)`;

/**
 * Asks PostgreSQL, in one psql, or says why it cannot be asked: the first line of the answer is `ready`,
 * `absent` (no psql or no postgres account), `down` (no server answers), `starting`, or `refused` with psql's
 * words. psql fails alike for all of them, and in the server's language; `pg_isready` tells them apart.
 * Debian's `psql` is a Perl program that looks for the real one, and `runuser` opens a session: both cost more
 * than the question.
 */
export function psqlProbe(sql: string, { database = 'postgres', port }: PsqlTarget = {}): Script {
  return sh`
    psql=$(ls /usr/lib/postgresql/*/bin/psql 2>/dev/null | sort -V | tail -n 1)
    [ -n "$psql" ] && id -u postgres >/dev/null 2>&1 || { echo absent; exit 0; }
    port=${port ?? FIRST_PORT}
    [ -n "$port" ] || { echo down; exit 0; }
    cd /
    exec 3>&1
    ask() {
    said=$(printf '\\echo ready\n%s' ${sql} |
      setpriv --reuid=postgres --regid=postgres --init-groups "$psql" -XAtq -d ${database} -p "$port" 2>&1 >&3)
    }
    ready() { "\${psql%psql}pg_isready" -q -p "$port"; }
    ask
    code=$?
    if [ $code = 2 ] && ready; then ask; code=$?; fi
    [ $code = 2 ] || { printf '%s\n' "$said" >&2; exit $code; }
    ready
    case $? in 1) echo starting ;; 2) echo down ;; *) echo "refused $(echo "$said" | tail -n 1)" ;; esac`;
}

/** Reads an answer to {@link psqlProbe}: `read` gets what followed `ready`. */
export function parsePsql<Arg, Have>(
  stdout: string,
  args: readonly Arg[],
  read: (answer: string) => Observation<Have>[],
): Observation<Have>[] {
  const [state, answer] = splitFirstLine(stdout.includes('\n') ? stdout : `${stdout}\n`);
  if (state === 'absent') return args.map(() => pending('PostgreSQL is not installed yet'));
  if (state === 'down') return args.map(() => pending('PostgreSQL does not answer yet'));
  if (state === 'starting') return args.map(() => pending('PostgreSQL is still starting'));
  if (state.startsWith('refused ')) return args.map(() => ({ status: 'unknown', why: refusal(state) }));
  if (state !== 'ready') throw new Error(`unexpected answer: ${state.slice(0, 80)}`);
  return read(answer);
}

function refusal(state: string): string {
  return `PostgreSQL runs but takes no question of its superuser: ${state.slice('refused '.length)}`;
}

/**
 * Runs SQL as the superuser `postgres`. The statements travel on stdin, and neither psql's messages nor the
 * server's log repeat them: they may hold a password verifier.
 */
export function psqlCommand(title: string, sql: readonly string[], database = 'postgres'): Command {
  const quiet = "SET log_statement = 'none'; SET log_min_error_statement = 'panic';";
  return {
    title,
    script: sh`${PSQL} -d ${database} -f -`,
    stdin: `${[quiet, ...sql].join('\n')}\n`,
  };
}
