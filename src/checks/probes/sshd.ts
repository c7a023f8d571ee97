import { known, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';

/** How sshd lets people in, by its configuration on disk. */
export interface SshdLogin {
  /** For root, as a stranger from outside: `yes`, `no`, `prohibit-password`, `without-password`, `forced-commands-only`. */
  rootLogin: string;
  /** Whether root could give a password, there. */
  rootPassword: boolean;
  /** The settings that let others log in with a password, as a stranger from outside. */
  passwords: readonly string[];
  /** The `Match` blocks that set one of these otherwise: whom they match is not judged. */
  matches: readonly { criteria: string; setting: string }[];
  /**
   * What of the configuration changed after the running sshd read it; null where it is not known when that was. sshd
   * writes its PidFile at each start and at each reload, in which it executes itself anew.
   */
  changed: readonly string[] | null;
}

/** `sshd -T` needs every criterion, or a Match block that asks for it does not match. The address is of nobody. */
const STRANGER = 'host=outside.invalid,addr=198.51.100.254,laddr=198.51.100.253,lport=22';

/**
 * sshd asked for its effective configuration, Match blocks applied, for root and for any other account; then the lines about
 * logins of all configuration files, so that a Match block for somebody else is seen too. Null without sshd.
 */
export const sshdLogin: ProbeKind<null, SshdLogin> = {
  name: 'sshd-login',
  script: () => sh`
    sshd=$(command -v sshd) || { echo absent; exit 0; }
    for user in root nobody; do
    echo "@ $user"
    settings=$("$sshd" -T -C "user=$user,"${STRANGER} 2>/dev/null) || exit 1
    printf '%s\n' "$settings"
    done
    echo '@ files'
    files() {
    for file; do
    [ -f "$file" ] || continue
    echo file
    grep -iE '^[[:space:]]*(match|permitrootlogin|passwordauthentication|(kbdinteractive|challengeresponse)authentication)[[:space:]=]' -- "$file"
    [ "$depth" -lt 4 ] || continue
    patterns=$(sed -nE 's/^[[:space:]]*include[[:space:]=]+//Ip' -- "$file")
    for pattern in $patterns; do
    case $pattern in /*) ;; *) pattern=/etc/ssh/$pattern ;; esac
    depth=$((depth + 1)); files $pattern; depth=$((depth - 1))
    done
    done
    }
    depth=0; files /etc/ssh/sshd_config
    echo '@ loaded'
    pid_file=$(printf '%s\n' "$settings" | sed -n 's/^pidfile //p')
    if [ -f "$pid_file" ] && [ "$(cat "/proc/$(cat -- "$pid_file")/comm" 2>/dev/null)" = sshd ]; then
    echo once
    find /etc/ssh/sshd_config /etc/ssh/sshd_config.d -maxdepth 1 \( -type d -o -name '*.conf' -o -name sshd_config \) \
    -newer "$pid_file" 2>/dev/null
    elif systemctl is-active --quiet ssh.socket 2>/dev/null && ! systemctl is-active --quiet ssh.service; then
    echo each
    else echo unknown; fi
    echo '@ end'`,
  parse: (stdout) => {
    if (stdout.startsWith('absent')) return [known<SshdLogin>(null)];
    const match =
      /^@ root\n([\s\S]*?)^@ nobody\n([\s\S]*?)^@ files\n([\s\S]*?)^@ loaded\n([\s\S]*?)^@ end$/m.exec(
        stdout,
      );
    if (match === null) throw new Error('sshd -T did not say everything');
    const [root, nobody] = [settingsOf(match[1] ?? ''), settingsOf(match[2] ?? '')];
    return [
      known({
        rootLogin: settingOf(root, 'permitrootlogin'),
        rootPassword: passwordsOf(root).length > 0,
        passwords: passwordsOf(nobody),
        matches: matchesOf(match[3] ?? ''),
        changed: changedOf(match[4] ?? ''),
      }),
    ];
  },
};

/** With `each` an sshd of its own reads the configuration for each connection. */
function changedOf(text: string): string[] | null {
  const [how, ...files] = text.trimEnd().split('\n');
  if (how === 'unknown') return null;
  if (how !== 'once' && how !== 'each') throw new Error('not said when sshd read its configuration');
  return files;
}

function settingsOf(text: string): Map<string, string> {
  return new Map(text.split('\n').map((line) => line.split(/ (.*)/s) as [string, string]));
}

function settingOf(settings: Map<string, string>, name: string): string {
  const value = settings.get(name);
  if (value === undefined) throw new Error(`sshd -T says nothing about ${name}`);
  return value;
}

const PASSWORD_SETTINGS = ['passwordauthentication', 'kbdinteractiveauthentication'];

function passwordsOf(settings: Map<string, string>): string[] {
  return PASSWORD_SETTINGS.filter((name) => settingOf(settings, name) !== 'no');
}

/** A block ends with the next one or with its file. */
function matchesOf(lines: string): SshdLogin['matches'] {
  const found: { criteria: string; setting: string }[] = [];
  let criteria: string | undefined;
  for (const line of lines.split('\n')) {
    const [word = '', value = ''] = line.trim().split(/[\s=]+(.*)/s);
    const key = word.toLowerCase().replace('challengeresponse', 'kbdinteractive');
    if (key === 'file') criteria = undefined;
    else if (key === 'match') criteria = value.toLowerCase() === 'all' ? undefined : value;
    else if (criteria !== undefined && loosens(key, value)) found.push({ criteria, setting: key });
  }
  return found;
}

function loosens(key: string, value: string): boolean {
  const plain = value.replaceAll('"', '').trim().toLowerCase();
  return [...PASSWORD_SETTINGS, 'permitrootlogin'].includes(key) && plain === 'yes';
}
