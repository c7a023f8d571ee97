import { EXIT, VdbError } from '../errors.js';

export type EngineName = 'podman' | 'docker';

/** What a call of the engine said. */
export interface EngineResult {
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
}

export interface EngineCallOptions {
  /** Milliseconds until the call is ended. Default 60 s. */
  timeoutMs?: number;
  env?: NodeJS.ProcessEnv;
}

/** A container engine that answers. */
export interface Engine {
  name: EngineName;
  /** Runs it and returns whatever came of it. */
  attempt(args: string[], options?: EngineCallOptions): Promise<EngineResult>;
  /** Runs it and returns stdout. Throws `lab.engine-failed` on any other exit than 0. */
  call(args: string[], options?: EngineCallOptions): Promise<string>;
}

/** The engine of that name, without looking whether it is there. */
export function engineOf(name: EngineName): Engine {
  async function attempt(args: string[], options: EngineCallOptions = {}): Promise<EngineResult> {
    return runProgram(name, args, options);
  }
  async function call(args: string[], options: EngineCallOptions = {}): Promise<string> {
    const result = await attempt(args, options);
    if (result.exitCode === 0) return result.stdout;
    throw engineFailure(name, args, result);
  }
  return { name, attempt, call };
}

/** Runs a program of the operator's machine; one that is not there ends with exit code `undefined`. */
export async function runProgram(
  program: string,
  args: string[],
  options: EngineCallOptions = {},
): Promise<EngineResult> {
  const { execa } = await import('execa');
  const result = await execa(program, args, {
    reject: false,
    stdin: 'ignore',
    timeout: options.timeoutMs ?? 60_000,
    forceKillAfterDelay: 5_000,
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  return {
    exitCode: result.exitCode,
    stdout: result.stdout ?? '',
    stderr: (result.stderr ?? '') || (result.failed ? (result.originalMessage ?? '') : ''),
  };
}

function engineFailure(name: EngineName, args: string[], result: EngineResult): VdbError {
  const ended = result.exitCode === undefined ? 'did not finish' : `failed with exit code ${result.exitCode}`;
  return new VdbError(`${name} ${args.find((arg) => !arg.startsWith('-'))} ${ended}`, {
    code: 'lab.engine-failed',
    exitCode: EXIT.failed,
    command: [name, ...args].join(' '),
    stderr: result.stderr.split('\n').slice(-12).join('\n'),
    next: `run \`${name} info\` to see whether the container engine works`,
  });
}
