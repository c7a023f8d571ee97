import { known, type Observation, type ProbeKind } from '../host/probe.js';
import { Script, sh } from '../host/shell.js';
import { stampPath } from './service-stamp.js';

/** A question about one unit, and about the files that it was started with. */
export interface ServiceQuestion {
  unit: string;
  /** Files whose content counts. Empty when the unit does not follow any. */
  paths: readonly string[];
  /** The drop-in that stamps each start; null without `paths`. */
  dropIn: string | null;
  /** Source of the script that passes when the unit serves; null without one. */
  readyCheck: string | null;
}

/** What systemd says of a unit, and the files that it runs with against the files that there are. */
export interface ServiceState {
  /** `LoadState`: `loaded`, `not-found`, `masked`, `bad-setting`, `error`. */
  load: string;
  active: string;
  sub: string;
  /** `UnitFileState`: `enabled`, `disabled`, `static`, … */
  enabled: string;
  result: string;
  /** Automatic restarts since the last start by hand. */
  restarts: number;
  /** Seconds since it last became active; null when it never did. */
  activeFor: number | null;
  needsReload: boolean;
  /** Its ready check got no answer at all, again and again: a process that is stopped or hangs, not one that is loading. */
  silent: boolean;
  /** SHA-256 by path as it is now; `missing` for what is not there. */
  now: Readonly<Record<string, string>>;
  /** The same at the moment of the start; null when that was never recorded. */
  started: Readonly<Record<string, string>> | null;
}

export const MISSING = 'missing';

const PROPERTIES =
  'LoadState,ActiveState,SubState,UnitFileState,Result,NRestarts,NeedDaemonReload,ActiveEnterTimestamp';

/** One `systemctl show` for all units and one `sha256sum` for all their files. */
export const serviceKind: ProbeKind<ServiceQuestion, ServiceState> = {
  name: 'service',
  script: serviceScript,
  parse: (stdout, args) => {
    const units = unitsOf(args);
    const [shown = '', sums = '', ...stamps] = stdout.split('\n@@ ');
    const blocks = shown.trim().split(/\n\n+/);
    if (blocks.length !== units.length) throw new Error(`${blocks.length} answers for ${units.length} units`);
    const clock = Number(/^sums (\d+)/.exec(sums)?.[1]);
    const answer = { sums: parseSums(sums), stamps, clock };
    return args.map((arg) => observationOf(arg, blocks[units.indexOf(arg.unit)] ?? '', answer));
  },
};

function unitsOf(args: readonly ServiceQuestion[]): string[] {
  return [...new Set(args.map(({ unit }) => unit))];
}

/** How often a ready check is given how many seconds before its unit counts as silent. */
const SILENT_AFTER = { attempts: 3, seconds: 4 };
const TIMED_OUT = 124;

/**
 * Starts the ready checks, side by side with the rest of the look, and writes later which units are silent. One that
 * ends, with whatever exit code, has been answered: a server that is loading its data refuses connections or says so,
 * and to restart it would only make it begin again.
 */
function silenceScript(args: readonly ServiceQuestion[]): { start: Script; read: Script } | null {
  const checks = new Map(
    args.flatMap(({ unit, readyCheck }) => (readyCheck === null ? [] : [[unit, readyCheck]])),
  );
  if (checks.size === 0) return null;
  const each = [...checks].map(([unit, readyCheck]) => sh`silence ${unit} ${readyCheck} &`);
  return {
    start: sh`
      silence() {
      for attempt in ${Array.from({ length: SILENT_AFTER.attempts }, (_, index) => index)}; do
      timeout ${SILENT_AFTER.seconds} bash -c "$2" >/dev/null 2>&1 </dev/null
      [ $? -eq ${TIMED_OUT} ] || return
      done
      printf '\n@@ silent %s\n' "$1"
      }
      exec {silences}< <(${new Script(each.map(({ source }) => source).join('\n'))}
      wait)`,
    read: sh`cat <&$silences`,
  };
}

function serviceScript(args: readonly ServiceQuestion[]): Script {
  const silences = silenceScript(args);
  if (silences === null) return stateScript(args);
  return sh`${silences.start}
    ${stateScript(args)}
    ${silences.read}`;
}

function stateScript(args: readonly ServiceQuestion[]): Script {
  const show = sh`systemctl show --timestamp=unix --property=${PROPERTIES} -- ${unitsOf(args)} || exit 1
    printf '\n@@ sums %(%s)T\n'`;
  const paths = [
    ...new Set(args.flatMap((arg) => [...arg.paths, ...(arg.dropIn === null ? [] : [arg.dropIn])])),
  ];
  if (paths.length === 0) return show;
  const stamped = unitsOf(args.filter((arg) => arg.dropIn !== null));
  return sh`${show}
    sha256sum -- ${paths} 2>/dev/null
    for unit in ${stamped}; do
    [ -r ${stampPath('')}"$unit" ] && printf '\n@@ %s\n%s\n' "$unit" "$(<${stampPath('')}"$unit")"
    done
    true`;
}

interface Answer {
  /** SHA-256 by path. */
  sums: ReadonlyMap<string, string>;
  stamps: readonly string[];
  /** The host's clock, in seconds since the epoch. */
  clock: number;
}

function observationOf(
  { unit, paths, dropIn }: ServiceQuestion,
  block: string,
  { sums, stamps, clock }: Answer,
): Observation<ServiceState> {
  const properties = new Map(block.split('\n').map((line) => splitAt(line, '=')));
  const get = (name: string): string => properties.get(name) ?? '';
  if (get('LoadState') === '') return { status: 'unknown', why: `systemd did not answer for ${unit}` };
  const stamp = stamps.find((text) => text.startsWith(`${unit}\n`));
  const since = /^@(\d+)/.exec(get('ActiveEnterTimestamp'))?.[1];
  const files = dropIn === null ? paths : [...paths, dropIn];
  return known<ServiceState>({
    load: get('LoadState'),
    active: get('ActiveState'),
    sub: get('SubState'),
    enabled: get('UnitFileState'),
    result: get('Result'),
    restarts: Number(get('NRestarts') || 0),
    activeFor: since === undefined ? null : clock - Number(since),
    needsReload: get('NeedDaemonReload') === 'yes',
    silent: stamps.some((text) => text.trim() === `silent ${unit}`),
    now: Object.fromEntries(files.map((path) => [path, sums.get(path) ?? MISSING])),
    started: stamp === undefined ? null : Object.fromEntries(parseSums(stamp)),
  });
}

/** `sum  path` lines, as `sha256sum` prints them. */
function parseSums(text: string): Map<string, string> {
  const lines = text.split('\n').map((line) => /^([0-9a-f]{64}|missing) [ *](.+)$/.exec(line));
  return new Map(lines.flatMap((match) => (match ? [[match[2] ?? '', match[1] ?? '']] : [])));
}

function splitAt(line: string, separator: string): [string, string] {
  const at = line.indexOf(separator);
  return [line.slice(0, at), line.slice(at + 1)];
}
