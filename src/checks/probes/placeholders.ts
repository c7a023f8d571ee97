import { PLACEHOLDER_WORDS } from '../../config/schema/placeholder.js';
import { known, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';

/** What of the paths there is, and where in it a placeholder stands in for a secret. */
export interface Placeholders {
  looked: readonly string[];
  /** `path:line`. */
  found: readonly string[];
}

const SECRET_KEY =
  '((passw(or)?d|passphrase|secret|api[_-]?key|token)[a-z_]*["\']?[[:space:]]*[:=][[:space:]]*|(requirepass|masterauth)[[:space:]]+)';
const WORD = `(${PLACEHOLDER_WORDS.join('|')})[-_!.0-9]*`;
const REST = '["\']?[[:space:]]*[,;]?([[:space:]]+#.*)?$';
/** Of the group that stands for the first of characters that are all the same. */
const REPEATED = SECRET_KEY.split('(').length;

/** A line that is no comment and gives a secret such a value, or an address with such a password. */
const PATTERNS = [
  `^[^#]*${SECRET_KEY}["']?${WORD}${REST}`,
  `^[^#]*${SECRET_KEY}["']?([^"'[:space:]])\\${REPEATED}+${REST}`,
  `^[^#]*://[^:@/[:space:]]*:${WORD}@`,
  '^[^#]*secure_password_123',
];

/** Programs of others, and tests, in which a password is none. */
const ELSEWHERE = ['.git', 'node_modules', 'venv', '.venv', '__pycache__', 'tests'];

/**
 * Looks for placeholders in files and directories. Which lines hold one is decided on the host: what stands in them
 * stays there.
 */
export const placeholders: ProbeKind<readonly string[], Placeholders> = {
  name: 'placeholders',
  script: ([paths = []]) => sh`
    for path in ${paths}; do
    [ -e "$path" ] || continue
    grep -rniIEH ${ELSEWHERE.map((name) => `--exclude-dir=${name}`)} ${PATTERNS.flatMap((pattern) => ['-e', pattern])} -- "$path" |
    sed -E 's/^(.*):([0-9]+):.*$/found \1:\2/;s/^(found [^:]*:[0-9]+):.*$/\1/'
    [ \${PIPESTATUS[0]} -lt 2 ] || exit 1
    echo "looked $path"
    done
    echo end`,
  parse: (stdout) => {
    const lines = stdout.trimEnd().split('\n');
    if (lines.at(-1) !== 'end') throw new Error('the list was cut');
    const of = (word: string): string[] =>
      lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
    return [known({ looked: of('looked'), found: of('found') })];
  },
};
