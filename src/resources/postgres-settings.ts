import type { Resource } from '../engine/resource.js';
import { file } from './file.js';

/** Settings by name, as they are written in `postgresql.conf`. */
export type PostgresSettings = Readonly<Record<string, string>>;

/**
 * The file with vdb's settings. Debian's `postgresql.conf` includes `conf.d` in the order of the names, so a
 * file with a higher number can still override one of them.
 */
export function postgresSettings({ major, values }: { major: number; values: PostgresSettings }): Resource {
  return file({
    path: postgresSettingsPath(major),
    content: renderPostgresSettings(values),
    owner: 'root:postgres',
    mode: '0640',
  });
}

/** Where the settings of `major` lie. */
export function postgresSettingsPath(major: number): string {
  return `/etc/postgresql/${major}/main/conf.d/60-vdb.conf`;
}

/** The content of the file: sorted by name, so that the order of the configuration changes nothing. */
export function renderPostgresSettings(values: PostgresSettings): string {
  const lines = Object.entries(values)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name} = ${quoted(value)}`);
  return `${['# Written by vdb: changes here are overwritten.', ...lines].join('\n')}\n`;
}

/** PostgreSQL reads only plain words and numbers unquoted; `127.0.0.1` is neither. */
function quoted(value: string): string {
  if (/^([A-Za-z_]\w*|-?\d+(\.\d+)?)$/.test(value)) return value;
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
