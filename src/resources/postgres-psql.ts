import type { Command } from '../host/command.js';
import { type Observation, pending } from '../host/probe.js';
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

/**
 * Asks PostgreSQL, in one psql, or says why it cannot be asked yet: the first line of the answer is
 * `ready`, `absent` (no psql or no postgres account) or `down` (no server answers).
 */
export function psqlProbe(sql: string): Script {
  return sh`
    command -v psql >/dev/null && id -u postgres >/dev/null 2>&1 || { echo absent; exit 0; }
    cd /
    runuser -u postgres -- pg_isready -q || { echo down; exit 0; }
    echo ready
    printf '%s' ${sql} | { ${PSQL} -d postgres; }`;
}

/** Reads an answer to {@link psqlProbe}: `read` gets what followed `ready`. */
export function parsePsql<Arg, Have>(
  stdout: string,
  args: readonly Arg[],
  read: (answer: string) => Observation<Have>[],
): Observation<Have>[] {
  const end = stdout.indexOf('\n');
  const state = end < 0 ? stdout : stdout.slice(0, end);
  if (state === 'absent') return args.map(() => pending('PostgreSQL is not installed yet'));
  if (state === 'down') return args.map(() => pending('PostgreSQL does not answer yet'));
  if (state !== 'ready') throw new Error(`unexpected answer: ${state.slice(0, 80)}`);
  return read(stdout.slice(end + 1));
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
