import type { SlotName } from '../../config/schema.js';
import { SLOTS } from '../../config/slots.js';
import { sh } from '../../host/shell.js';

/** Where HAProxy takes orders and tells how its servers are; root's alone. */
export const RUNTIME_SOCKET = '/run/haproxy/admin.sock';

/** A server of the running edge. */
export interface EdgeServer {
  backend: string;
  /** `blue`, `green-2`. */
  name: string;
  /** null: a server that is no slot's. */
  slot: SlotName | null;
  /** `ready` takes requests, `drain` none but those that it has and is still checked, `maint` is left alone. */
  state: 'ready' | 'drain' | 'maint';
  /** Its health checks pass. */
  up: boolean;
}

/** What one server has done since HAProxy read its configuration. */
export interface EdgeTraffic {
  backend: string;
  name: string;
  slot: SlotName | null;
  /** Requests that it has now. */
  running: number;
  /** Requests that it was given, those that run included. */
  requests: number;
  /** Answers with a status of 500 and above, those that the edge gave in its place included. */
  errors: number;
  /** Of its last answers, until their first byte, in milliseconds; 0 where there were none. */
  meanMs: number;
}

/**
 * Functions of bash. `tell` sends orders, separated by semicolons, and prints the answer; it ends with 3 where HAProxy
 * does not listen. `states` prints a line for each server: backend, name, state, and whether it is up. Perl speaks to
 * the socket: it is on every Debian, which cannot be said of socat.
 */
export const RUNTIME = sh`
  tell() {
  perl -MErrno -MIO::Socket::UNIX -e '
  alarm 10;
  my $edge = IO::Socket::UNIX->new(Peer => $ARGV[0]);
  if (!$edge) { print STDERR "the socket of HAProxy: $!\n"; exit($!{ENOENT} || $!{ECONNREFUSED} ? 3 : 1) }
  print $edge "$ARGV[1]\n";
  $edge->flush;
  print while <$edge>;' ${RUNTIME_SOCKET} "$1"
  }
  states() {
  local answer
  answer=$(tell 'show servers state') || return
  awk 'function bit(n, value) { return int(n / value) % 2 }
  $1 ~ /^[0-9]+$/ && NF > 7 {
  state = bit($7, 1) || bit($7, 2) || bit($7, 32) ? "maint" : bit($7, 8) || bit($7, 16) ? "drain" : "ready"
  print $2, $4, state, $6 == 1 || $6 == 2 ? "up" : "down"
  }' <<<"$answer"
  }`;

/** What `states` of {@link RUNTIME} prints, as data. Throws on anything else. */
export function parseServers(text: string): EdgeServer[] {
  return lines(text).map((line) => {
    const [, backend = '', name = '', state, health] =
      /^(\S+) (\S+) (ready|drain|maint) (up|down)$/.exec(line) ?? [];
    if (state === undefined) throw new Error(`not a server's state: ${line.slice(0, 120)}`);
    return { backend, name, slot: slotOf(name), state: state as EdgeServer['state'], up: health === 'up' };
  });
}

/** HAProxy's `show stat`, servers alone, as data. Throws where it lacks a column that is needed. */
export function parseTraffic(text: string): EdgeTraffic[] {
  const [head = [], ...rows] = csv(text.replace(/^# /, ''));
  const at = (column: string): number => {
    const index = head.indexOf(column);
    if (index < 0) throw new Error(`the statistics of HAProxy have no ${column}`);
    return index;
  };
  const [backend, name, type, running, requests, errors, mean] = [
    ...['pxname', 'svname', 'type', 'scur', 'stot', 'hrsp_5xx', 'rtime'].map(at),
  ] as [number, number, number, number, number, number, number];
  return rows
    .filter((row) => row[type] === SERVER_ROW)
    .map((row) => ({
      backend: row[backend] ?? '',
      name: row[name] ?? '',
      slot: slotOf(row[name] ?? ''),
      running: Number(row[running]),
      requests: Number(row[requests]),
      errors: Number(row[errors]),
      meanMs: Number(row[mean]),
    }));
}

/** `type` of a row about a server, beside frontends (0), backends (1) and listeners (3). */
const SERVER_ROW = '2';

/** The slot is what stands before the dash. */
function slotOf(server: string): SlotName | null {
  const [word] = server.split('-');
  return SLOTS.find((slot) => slot === word) ?? null;
}

/** A value in quotes may hold commas and ends of lines: the last answer to a health check does. */
function csv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\n]*))(,|\n|$)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end !== ',') rows.push([]);
  }
  return rows.filter((row) => row.length > 1);
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
