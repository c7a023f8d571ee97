import { type Script, sh } from '../host/shell.js';

/** What keeps a service to the loopback interface, as arguments of its unit. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  prometheus: '--web.listen-address=127.0.0.1:9090',
  'prometheus-alertmanager': '--web.listen-address=127.0.0.1:9093 --cluster.listen-address=',
  'prometheus-node-exporter': '--web.listen-address=127.0.0.1:9100',
  'prometheus-postgres-exporter': '--web.listen-address=127.0.0.1:9187',
  'prometheus-redis-exporter': '-web.listen-address=127.0.0.1:9121',
};

/**
 * Bash for before an installation: these packages start their services at once, at all addresses and open to everybody. The
 * file that their units read is there before them, which dpkg keeps. Null where none of them is among `packages`.
 */
export function loopbackFirst(packages: readonly string[]): Script | null {
  const found = packages.flatMap((name) => {
    const args = ARGUMENTS[name];
    return args === undefined ? [] : [sh`closed ${`/etc/default/${name}`} ${`ARGS="${args}"`};`];
  });
  if (found.length === 0) return null;
  return sh`
    closed() { [ -e "$1" ] || ( umask 022 && printf '%s\n' "$2" >"$1" ); }
    ${found}`;
}
