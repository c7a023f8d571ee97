import { known, type Observation, type ProbeKind, pending } from '../../host/probe.js';
import { sh } from '../../host/shell.js';

/** The settings that a running Qdrant was given, as far as they are asked for. Never a secret. */
export interface SlotSettings {
  /** When its process started, in seconds since the epoch. */
  started: number;
  /** Its `--config-path`; null when it runs without one. `written` is null when there is no such file. */
  file: { path: string; written: number | null } | null;
  /** The settings of {@link SEEN_SETTINGS} that the file states, as written there. */
  inFile: Readonly<Record<string, string>>;
  /** The same from the environment, which wins over the file. */
  inEnvironment: Readonly<Record<string, string>>;
  /** Names of all variables that set something, in lower case. */
  variables: readonly string[];
  /** `--disable-telemetry` wins over both. */
  disableTelemetry: boolean;
}

/** The only settings whose values leave the host: the others may be secrets. */
const SEEN_SETTINGS = [
  'telemetry_disabled',
  'service.enable_cors',
  'service.enable_snapshot_url_recovery',
  'service.metrics_port',
] as const;

export type SeenSetting = (typeof SEEN_SETTINGS)[number];

/**
 * What the main process of each unit was started with. Of the configuration file only the settings above are
 * read, in the form in which vdb writes them; of the environment their values and the names of all others.
 */
export const slotSettings: ProbeKind<string, SlotSettings> = {
  name: 'slot-settings',
  script: (units) => sh`
    seen=${SEEN_SETTINGS.join(' ')}
    look() {
    pid=$(systemctl show --property=MainPID --value -- "$1") || exit 1
    [ "\${pid:-0}" -gt 0 ] || { echo '@@ stopped'; return; }
    [ -r "/proc/$pid/environ" ] && [ -r "/proc/$pid/cmdline" ] || { echo '@@ unreadable'; return; }
    echo '@@ runs'
    systemctl show --timestamp=unix --property=ExecMainStartTimestamp -- "$1"
    tr '\0' '\n' <"/proc/$pid/environ" | awk -v seen="$seen" '
    BEGIN { split(seen, list, " "); for (i in list) wanted[list[i]] = 1 }
    tolower($0) ~ /^qdrant__[a-z0-9_]+=/ {
    at = index($0, "="); name = tolower(substr($0, 1, at - 1)); value = substr($0, at + 1)
    print "variable " name
    key = substr(name, 9); gsub(/__/, ".", key)
    if (key in wanted) print "environment " key " " (value ~ /^[A-Za-z0-9.]*$/ ? value : "?")
    }'
    path=$(tr '\0' '\n' <"/proc/$pid/cmdline" | awk '
    next_is { print; next_is = 0; next }
    /^--config-path$/ { next_is = 1 }
    /^--config-path=/ { sub(/^[^=]*=/, ""); print }')
    tr '\0' '\n' <"/proc/$pid/cmdline" | grep -qx -e --disable-telemetry && echo 'flag disable-telemetry'
    [ -n "$path" ] || { echo end; return; }
    [ -e "$path" ] || { printf 'file absent %s\nend\n' "$path"; return; }
    printf 'file %s %s\n' "$(stat -L -c %Y -- "$path")" "$path"
    awk -v seen="$seen" '
    BEGIN { split(seen, list, " "); for (i in list) wanted[list[i]] = 1 }
    /^[a-z_]+:/ { section = $0; sub(/:.*/, "", section); key = section }
    /^  [a-z_]+:/ { key = $0; sub(/:.*/, "", key); sub(/^ +/, "", key); key = section "." key }
    /^(  )?[a-z_]+:/ && key in wanted {
    value = $0; sub(/^ *[a-z_]+: */, "", value); sub(/ +#.*/, "", value); gsub(/["\047]/, "", value)
    print "stated " key " " (value ~ /^[A-Za-z0-9.]*$/ ? value : "?")
    }' "$path" || { echo unreadable; return; }
    echo end
    }
    for unit in ${units}; do look "$unit"; done`,
  parse: (stdout, units) => {
    const answers = stdout.split(/^@@ /m).slice(1);
    if (answers.length !== units.length)
      throw new Error(`${answers.length} answers for ${units.length} units`);
    return units.map((unit, index) => settingsOf(unit, (answers[index] ?? '').trimEnd().split('\n')));
  },
};

function settingsOf(unit: string, [state, ...lines]: string[]): Observation<SlotSettings> {
  if (state === 'stopped') return pending(`${unit} does not run`);
  const started = Number(match(lines, /^ExecMainStartTimestamp=@(\d+)/)?.[1]);
  if (state !== 'runs' || lines.at(-1) !== 'end' || Number.isNaN(started))
    return { status: 'unknown', why: `what ${unit} was started with could not be read` };
  const file = match(lines, /^file (absent|\d+) (.+)$/);
  return known({
    started,
    file:
      file === undefined
        ? null
        : { path: file[2] ?? '', written: file[1] === 'absent' ? null : Number(file[1]) },
    inFile: valuesOf(lines, 'stated'),
    inEnvironment: valuesOf(lines, 'environment'),
    variables: lines.flatMap((line) => /^variable (\S+)$/.exec(line)?.[1] ?? []),
    disableTelemetry: lines.includes('flag disable-telemetry'),
  });
}

function match(lines: readonly string[], pattern: RegExp): RegExpExecArray | undefined {
  return lines.map((line) => pattern.exec(line)).find((found) => found !== null) ?? undefined;
}

function valuesOf(lines: readonly string[], word: string): Record<string, string> {
  const pairs = lines.flatMap((line) => {
    const [head, key, value = ''] = line.split(' ');
    return head === word && key !== undefined ? [[key, value] as const] : [];
  });
  return Object.fromEntries(pairs);
}
