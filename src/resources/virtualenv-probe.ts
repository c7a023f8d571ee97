import { known, type Observation, type ProbeKind, pending } from '../host/probe.js';
import { sh } from '../host/shell.js';
import { LOOK } from './virtualenv-python.js';

/** Everything about one environment is asked at once, whoever asks. */
export interface VirtualenvQuestion {
  path: string;
  freezeTo: string;
  /** Modules that were to be imported by the last test. */
  imports: readonly string[];
  /** Requirements with extras, which the installed names alone do not prove. */
  extras: readonly string[];
  /** `packages`: cannot be seen before the environment works. */
  role: 'environment' | 'packages';
}

export interface VirtualenvState {
  /** Major and minor version; null when the interpreter does not run. */
  python: string | null;
  /** Version that the environment was made with. */
  builtWith: string;
  pip: boolean;
  /** Versions by normalised name. */
  packages: Readonly<Record<string, string>>;
  missingExtras: readonly string[];
  /** The freeze file lists what is installed. */
  frozen: boolean;
  /** The last test passed with exactly the packages that are installed. */
  tested: boolean;
}

const BROKEN: VirtualenvState = {
  ...{ python: null, builtWith: '', pip: false, packages: {} },
  ...{ missingExtras: [], frozen: false, tested: false },
};

/** One interpreter start for each environment. Exit codes 126 and 127: the interpreter is gone. */
export const virtualenvKind: ProbeKind<VirtualenvQuestion, VirtualenvState> = {
  name: 'virtualenv',
  timeoutSeconds: 30,
  script: (args) => sh`
    code=${LOOK}
    look() {
    [ -e "$1/pyvenv.cfg" ] || { echo absent; return; }
    said=$("$1/bin/python" -I -c "$code" "$2" 2>&1)
    case $? in 0) echo "$said" ;; 126|127) echo broken ;; *) echo "failed $(echo "$said" | tail -n 1)" ;; esac
    }
    ${distinct(args).map((question) => sh`look ${question.path} ${JSON.stringify(question)};`)}`,
  parse: (stdout, args) => {
    const lines = stdout.trim().split('\n');
    const paths = distinct(args).map(({ path }) => path);
    if (lines.length !== paths.length)
      throw new Error(`${lines.length} answers for ${paths.length} environments`);
    return args.map(({ path, role }) => observationOf(lines[paths.indexOf(path)] ?? '', role));
  },
};

function distinct(args: readonly VirtualenvQuestion[]): VirtualenvQuestion[] {
  return args.filter(({ path }, index) => args.findIndex((other) => other.path === path) === index);
}

function observationOf(line: string, role: VirtualenvQuestion['role']): Observation<VirtualenvState> {
  if (line.startsWith('failed ')) return { status: 'unknown', why: line.slice('failed '.length) };
  if (line !== 'absent' && line !== 'broken') return known(JSON.parse(line) as VirtualenvState);
  if (role === 'packages') return pending('the virtual environment is not there yet');
  return line === 'absent' ? known<VirtualenvState>(null) : known(BROKEN);
}
