import { known, type Observation, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';

const SECONDS_EACH = 10;
const NOT_FOUND = '2';
const TIMED_OUT = '124';

/**
 * Whether the host finds an address for each name, as its services would; null asks for its own name. All at
 * once: a name server that is silent costs its time only once.
 */
export const resolves: ProbeKind<string | null, boolean> = {
  name: 'resolves',
  script: (names) => sh`
    command -v getent >/dev/null || exit 1
    find() { timeout ${SECONDS_EACH} getent ahosts "$2" >/dev/null 2>&1; echo "$1 $?"; }
    ${names.map((name, index) => sh`find ${index} ${name ?? sh`"$(uname -n)"`} &`)}
    wait`,
  parse: (stdout, names) => {
    const codes = new Map(stdout.split('\n').map((line) => line.split(' ') as [string, string]));
    return names.map((name, index) => foundOf(name ?? 'its own name', codes.get(String(index))));
  },
};

function foundOf(name: string, code: string | undefined): Observation<boolean> {
  if (code === '0') return known(true);
  if (code === NOT_FOUND) return known(false);
  const why =
    code === TIMED_OUT ? `no answer within ${SECONDS_EACH} s` : `getent ended with ${code ?? 'nothing'}`;
  return { status: 'unknown', why: `${name}: ${why}` };
}
