import { z } from 'zod';
import { known, type Observation, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';
import { LOOK_AT_ENVIRONMENT, TRY_POOL } from './python-script.js';

/** What to try in a virtual environment. */
export interface EnvironmentQuestion {
  venv: string;
  /** Each is imported in a process of its own. */
  modules: readonly string[];
  /** How many random vectors of how many float32 are generated. */
  rows: number;
  columns: number;
}

const failure = z.strictObject({ error: z.string() });

const environmentSchema = z.strictObject({
  python: z.string().regex(/^\d+\.\d+\.\d+$/),
  prefix: z.string(),
  /** Whether it is a virtual environment: its own prefix, not the system's. */
  isolated: z.boolean(),
  /** Major and minor version that it was made with; empty when it does not say. */
  builtWith: z.string(),
  /** Versions by normalised name. */
  packages: z.record(z.string(), z.string()),
  imports: z.array(
    z.union([
      z.strictObject({ module: z.string(), ms: z.number() }),
      z.strictObject({ module: z.string(), error: z.string() }),
    ]),
  ),
  vectors: z.union([
    z.strictObject({ ms: z.number(), shape: z.array(z.number()), type: z.string() }),
    failure,
  ]),
  /** What `pip check` complains of. */
  conflicts: z.union([z.strictObject({ lines: z.array(z.string()) }), failure]),
});

/** A virtual environment as its own interpreter sees it; null when that does not run. */
export type PythonEnvironment = z.infer<typeof environmentSchema> | { broken: string };

/** The value is null where there is no virtual environment. Exit codes 126 and 127: the interpreter is gone. */
export const pythonEnvironment: ProbeKind<EnvironmentQuestion, PythonEnvironment> = {
  name: 'python-environment',
  timeoutSeconds: 120,
  script: (questions) => sh`
    code=${LOOK_AT_ENVIRONMENT}
    look() {
    [ -e "$1/pyvenv.cfg" ] || [ -e "$1/bin/python" ] || [ -L "$1/bin/python" ] || { echo absent; return; }
    said=$("$1/bin/python" -I -B -c "$code" "$2" 2>&1)
    case $? in 0) printf '%s\n' "$said" | tail -n 1 ;; *) printf 'broken %s\n' "$(printf '%s\n' "$said" | tail -n 1)" ;; esac
    }
    ${questions.map((question) => sh`look ${question.venv} ${JSON.stringify(question)};`)}`,
  parse: (stdout, questions) => {
    const lines = stdout.trim().split('\n');
    if (lines.length !== questions.length) throw new Error(`${lines.length} answers`);
    return lines.map(environmentOf);
  },
};

function environmentOf(line: string): Observation<PythonEnvironment> {
  if (line === 'absent') return known<PythonEnvironment>(null);
  if (line.startsWith('broken ')) return known<PythonEnvironment>({ broken: line.slice('broken '.length) });
  return known<PythonEnvironment>(read(environmentSchema, line));
}

/** Throws, with the beginning of what was said, when it is anything but the one expected line. */
function read<T>(schema: z.ZodType<T>, line: string): T {
  let data: unknown;
  try {
    data = JSON.parse(line);
  } catch {
    throw new Error(line.slice(0, 100));
  }
  const { success, data: value } = schema.safeParse(data);
  if (!success) throw new Error(`not what was asked for: ${line.slice(0, 100)}`);
  return value;
}

/** Which settings to connect with, and how often at once. */
export interface PoolQuestion {
  venv: string;
  /** File on the host with the settings of the database layer. */
  environment: string;
  size: number;
}

const poolSchema = z.union([
  z.strictObject({ opened: z.int(), ms: z.number(), configured: z.int() }),
  z.strictObject({ opened: z.int(), error: z.string() }),
  z.strictObject({ missing: z.string() }),
]);

/** `opened`: connections that answered; `missing`: what it could not be tried without. */
export type PoolTrial = z.infer<typeof poolSchema>;

/** Opens and closes connections; every one is read-only. The value is null where there is no interpreter. */
export const poolTrial: ProbeKind<PoolQuestion, PoolTrial> = {
  name: 'connection-pool',
  timeoutSeconds: 60,
  script: (questions) => sh`
    code=${TRY_POOL}
    try() {
    [ -x "$1/bin/python" ] || { echo absent; return; }
    "$1/bin/python" -I -B -c "$code" "$2" "$3" 2>/dev/null || echo "the interpreter failed with exit code $?"
    }
    ${questions.map(({ venv, environment, size }) => sh`try ${venv} ${environment} ${size};`)}`,
  parse: (stdout, questions) => {
    const lines = stdout.trim().split('\n');
    if (lines.length !== questions.length) throw new Error(`${lines.length} answers`);
    return lines.map((line) =>
      line === 'absent' ? known<PoolTrial>(null) : known<PoolTrial>(read(poolSchema, line)),
    );
  },
};
