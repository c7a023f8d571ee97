import { known, type Observation, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';

/** What an account may do. */
export interface Account {
  shell: string;
  /** Whether no password lets anybody in. */
  locked: boolean;
  groups: readonly string[];
  /** Whether a rule of sudo is about it; null where there is no sudo. */
  sudo: boolean | null;
}

/** Each account; null for one that does not exist. Nothing of a password leaves the host but that it is locked. */
export const accounts: ProbeKind<string, Account> = {
  name: 'accounts',
  script: (names) => sh`
    for name in ${names}; do
    entry=$(getent passwd -- "$name"); code=$?
    [ $code -ne 2 ] || { echo absent; continue; }
    [ $code -eq 0 ] || { echo unreadable; continue; }
    rules=none
    if command -v sudo >/dev/null; then
    rules=$(sudo -n -l -U "$name" 2>/dev/null | sed -n 's/.* is not allowed to run sudo.*/no/p; s/.* may run the following commands.*/yes/p')
    fi
    state=$(passwd -S -- "$name" 2>/dev/null | cut -d ' ' -f 2)
    printf '%s|%s|%s|%s\n' "\${entry##*:}" "$state" "$(id -nG -- "$name" 2>/dev/null)" "$rules"
    done`,
  parse: (stdout, names) => {
    const lines = stdout.split('\n');
    return names.map((name, index) => accountOf(name, lines[index] ?? ''));
  },
};

const SUDO: Record<string, boolean | null> = { none: null, no: false, yes: true };

function accountOf(name: string, line: string): Observation<Account> {
  if (line === 'absent') return known<Account>(null);
  const [shell = '', state = '', groups = '', rules = ''] = line.split('|');
  const sudo = SUDO[rules];
  const complete = shell.startsWith('/') && /^(L|LK|P|PS|NP)$/.test(state) && groups !== '';
  if (!complete || sudo === undefined)
    return { status: 'unknown', why: `the account ${name} could not be looked at` };
  return known({ shell, locked: state.startsWith('L'), groups: groups.split(' '), sudo });
}

/** The names of all accounts with user id 0. */
export const superusers: ProbeKind<null, string[]> = {
  name: 'superusers',
  script: () => sh`getent passwd | awk -F: '$3 ~ /^0+$/ { print $1 }'`,
  parse: (stdout) => {
    const names = stdout.split('\n').filter(Boolean);
    if (names.length === 0) throw new Error('no account has user id 0');
    return [known([...new Set(names)])];
  },
};

/** What `visudo -c` says of the rules of sudo. */
export interface SudoRules {
  valid: boolean;
  said: string;
}

/** The rules of sudo; null where it is not installed. */
export const sudoRules: ProbeKind<null, SudoRules> = {
  name: 'sudo-rules',
  script: () => sh`
    command -v visudo >/dev/null || { command -v sudo >/dev/null || echo absent; exit 0; }
    said=$(visudo -c 2>&1); echo "exit $?"; printf '%s\n' "$said"`,
  parse: (stdout) => {
    if (stdout.startsWith('absent')) return [known<SudoRules>(null)];
    const [head = '', ...lines] = stdout.trimEnd().split('\n');
    const code = /^exit (\d+)$/.exec(head)?.[1];
    if (code === undefined || lines.length === 0) throw new Error('visudo said nothing');
    const problem = lines.find((line) => !/parsed OK$/.test(line)) ?? lines[0] ?? '';
    return [known({ valid: code === '0', said: code === '0' ? `${lines.length} files parsed` : problem })];
  },
};
