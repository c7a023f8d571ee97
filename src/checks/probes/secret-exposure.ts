import { known, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';

/** Where secrets of vdb were found that others can read. */
export interface Exposure {
  /** For each source how many secrets were looked for. */
  sources: ReadonlyMap<string, number>;
  /** `pid name` of each process that has one in its arguments. */
  processes: readonly string[];
  /** Unit files that hold one. */
  files: readonly string[];
}

/** Where systemd keeps units, those of `systemd-run` too. */
const UNITS = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/run/systemd/transient',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
];

/** Says which secret it is, or that there is none: a line that does not is the secret itself. */
const NAMED = '^ *([A-Za-z_-]+(: | "|:$)|[A-Z_]+=)';

/** A shorter pattern would be found by chance. */
const SHORTEST = 8;

/** Prints the value of each secret, one a line, without its quotes and what YAML and JSON escape within them. */
const VALUES = [
  `s/^ *((read_only_|x-)?api[_-]key:|requirepass |[A-Z_]*(PASSWORD|KEY|SECRET)=|\\{"redis:[^"]*":) *["']?//`,
  't value',
  'd',
  ':value',
  `s/["'] *\\}?$//`,
  's/\\\\(["\\\\$`])/\\1/g',
  'p',
].join('\n');

/**
 * Looks for the secrets of vdb in the arguments of all processes and in unit files. The host takes them from the
 * files that hold them (the probe's argument), where a file of one line that names nothing is a secret as a whole, and gives
 * them to grep in a pipe, so none is in an argument, in this script or in the answer. That grep finds them where they are is
 * tried first: else nothing found would mean nothing.
 */
export const secretExposure: ProbeKind<readonly string[], Exposure> = {
  name: 'secret-exposure',
  script: ([paths = []]) => sh`
    secrets=
    take() {
    [ -r "$1" ] || { echo "unreadable $1"; return; }
    found=$(sed -nE ${VALUES} "$1" | grep -E ${`.{${SHORTEST},}`})
    [ -n "$found" ] || [ "$(grep -c '' "$1")" -gt 1 ] || found=$(grep -vE ${NAMED} "$1" | grep -E ${`.{${SHORTEST},}`})
    printf 'source %s %s\n' "$(printf '%s' "$found" | grep -c .)" "$1"
    [ -z "$found" ] || secrets+="$found"$'\n'
    }
    for path in ${paths}; do take "$path"; done
    [ -n "$secrets" ] || exit 0
    known() { printf '%s' "$secrets"; }
    known | grep -qF -f <(known) || exit 1
    grep -lsF -f <(known) /proc/[0-9]*/cmdline | while IFS= read -r path; do
    pid=\${path#/proc/}; pid=\${pid%/cmdline}
    printf 'process %s %s\n' "$pid" "$(tr -d '\n' 2>/dev/null <"/proc/$pid/comm")"
    done
    grep -RlsF -D skip -f <(known) ${UNITS} | sed 's/^/file /'
    echo end`,
  parse: (stdout) => {
    const lines = stdout.trimEnd().split('\n');
    const unreadable = lines.find((line) => line.startsWith('unreadable '));
    if (unreadable !== undefined)
      return [{ status: 'unknown', why: `${unreadable.slice(11)} could not be read` }];
    if (lines.at(-1) !== 'end') return [{ status: 'unknown', why: 'no secret was found in its own file' }];
    return [known(exposureOf(lines))];
  },
};

function exposureOf(lines: readonly string[]): Exposure {
  const of = (word: string): string[] =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  const sources = of('source').map((rest) => {
    const [count, path] = rest.split(/ (.*)/s) as [string, string];
    return [path, Number(count)] as const;
  });
  return { sources: new Map(sources), processes: of('process'), files: [...new Set(of('file'))] };
}
