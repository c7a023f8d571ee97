import { known, type ProbeKind } from '../host/probe.js';
import { sh } from '../host/shell.js';

/** What is installed, as its manifest and its files say. */
export interface GatewayReleaseState {
  /** SHA-256 of what it was made from. */
  artefact: string | null;
  /** The interpreter that its environment was made with: `/usr/bin/python3.13`. */
  builtWith: string | null;
  /** The interpreter that it would run with now. */
  interpreter: string | null;
  /** Files that are not as they were installed, or were not installed; the first ones. */
  altered: readonly string[];
}

/** What the release looked like when it was complete, without a hash of its files. Different after each installation. */
export const INSTALLED = '.installed';
/** Type, mode, owner and target of everything in it. */
export const LISTED = '.listed';
/** SHA-256 of each file. */
export const SUMS = '.sums';

/**
 * Shell functions that describe the release in the working directory. `stamp` also notices a file that was changed and
 * got its size and times back: the time of its last change of any kind cannot be set.
 */
export const DESCRIBE = sh`
  stamp() { find . -mindepth 1 ! -path ./${INSTALLED} -printf '%P %y %m %U:%G %i %s %T@ %C@ %l\n' | sort | sha256sum | cut -d' ' -f1; }
  listed() { find . -mindepth 1 ! -path ./${INSTALLED} ! -path ./${LISTED} ! -path ./${SUMS} -printf '%y %m %U:%G %P %l\n' | sort; }`;

/** How many altered files are named. */
const NAMED = 20;

/** Some 10 000 files: all are stat'ed each time, which takes 50 ms, and hashed only when one of them was touched. */
export const gatewayReleaseKind: ProbeKind<string, GatewayReleaseState> = {
  name: 'gateway-release',
  timeoutSeconds: 60,
  script: (directories) => sh`
    ${DESCRIBE}
    altered() {
    { for file in ${[LISTED, SUMS]}; do [ -f "$file" ] || echo "$file"; done
    listed | diff - ${LISTED} | sed -n 's/^[<>] . [0-9]* [0-9:]* \(.*[^ ]\) *$/\1/p'
    sha256sum --quiet -c ${SUMS} 2>/dev/null | sed 's/: FAILED.*//'; } | sort -u | head -n ${NAMED} | base64 -w0
    }
    look() {
    cd "$1" 2>/dev/null || { [ -e "$1" ] && echo broken || echo absent; return; }
    printf 'present %s %s ' "$(base64 -w0 manifest.json 2>/dev/null)" "$(readlink -f venv/bin/python | base64 -w0)"
    if [ "$(stamp)" = "$(cat ${INSTALLED} 2>/dev/null)" ]; then echo; else altered; echo; fi
    }
    for directory in ${directories}; do look "$directory"; done`,
  parse: (stdout, directories) => {
    const lines = stdout.trimEnd().split('\n');
    if (lines.length !== directories.length)
      throw new Error(`${lines.length} answers for ${directories.length} releases`);
    return lines.map((line) => known(parseLine(line)));
  },
};

function parseLine(line: string): GatewayReleaseState | null {
  if (line === 'absent') return null;
  const [, manifest = '', interpreter = '', altered = ''] = line.split(' ');
  const recorded = parseManifest(decoded(manifest));
  return {
    artefact: textOf(recorded.artefact_sha256),
    builtWith: textOf(recorded.interpreter),
    interpreter: decoded(interpreter).trim() || null,
    altered: decoded(altered)
      .split('\n')
      .filter((name) => name !== ''),
  };
}

function decoded(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8');
}

/** A manifest that cannot be read says nothing, and so the release is installed again. */
function parseManifest(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
