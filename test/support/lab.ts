import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The executable under test. */
export const VDB = process.env.VDB_BIN ?? fileURLToPath(new URL('../../bin/vdb', import.meta.url));

/** What a program said and how it ended; `exitCode` is null when a signal ended it. */
export interface Ended {
  exitCode: number | null;
  stdout: string;
  stderr: string;
  durationMs: number;
}

/** A program at work. */
export interface Started {
  child: ChildProcess;
  ended: Promise<Ended>;
  /** Everything said so far, stdout and stderr in the order of arrival. */
  said(): string;
  /** Resolves when `pattern` was said; rejects when the program ends, or a minute or so many seconds pass without it. */
  until(pattern: RegExp, seconds?: number): Promise<void>;
}

interface StartOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  stdin?: string;
}

/** Starts a program with nothing in its environment that would colour or configure it by accident. */
export function start(program: string, args: readonly string[], options: StartOptions = {}): Started {
  const started = performance.now();
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...cleanEnvironment(), ...options.env },
    stdio: 'pipe',
  });
  const output = { stdout: '', stderr: '', both: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      output.both += text;
    });
  }
  child.stdin.on('error', () => {});
  child.stdin.end(options.stdin);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => {
      const { stdout, stderr } = output;
      resolve({ exitCode, stdout, stderr, durationMs: performance.now() - started });
    });
  });
  const said = (): string => output.both;
  return {
    child,
    ended,
    said,
    until: (pattern, seconds = 60) =>
      waitFor(() => pattern.test(said()), `${pattern}`, { ended, said, seconds }),
  };
}

function cleanEnvironment(): NodeJS.ProcessEnv {
  const unwanted = /^(VDB_|NO_COLOR$|FORCE_COLOR$|CI$|VITEST|NODE_OPTIONS$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !unwanted.test(name)));
}

async function waitFor(
  done: () => boolean,
  what: string,
  { ended, said, seconds }: { ended: Promise<unknown>; said: () => string; seconds: number },
): Promise<void> {
  let over = false;
  ended.then(
    () => (over = true),
    () => (over = true),
  );
  const deadline = performance.now() + seconds * 1000;
  while (!done()) {
    if (over || performance.now() > deadline) throw new Error(`never said ${what}, but:\n${said()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A lab host of a working directory: its files, and what the operator of the machine can do to it. */
export interface LabHost {
  name: string;
  directory: string;
  engine: string;
  container: string;
  user: string;
  port: number;
  /** The values of its secrets file. */
  secrets: string[];
  /** `vdb --lab NAME …` to its end. */
  vdb(args: string, env?: NodeJS.ProcessEnv): Promise<Ended>;
  /** The same, not waited for. */
  begin(args: string, env?: NodeJS.ProcessEnv): Started;
  /** Bash as root on the host, past vdb and SSH. Throws unless it exits 0. */
  inside(script: string, stdin?: string): Promise<string>;
  /** The same, not waited for. Ends when its stdin does only if the script reads it. */
  enter(script: string): Started;
}

/** The lab host `name` of the working directory `cwd`, which has been brought up. */
export async function labHost(cwd: string, name: string): Promise<LabHost> {
  const directory = join(cwd, '.vdb', 'lab', name);
  const record = JSON.parse(await readFile(join(directory, 'lab.json'), 'utf8')) as {
    engine: string;
    container: string;
    user: string;
    port: number;
  };
  const { engine, container, user, port } = record;
  const begin: LabHost['begin'] = (args, env = {}) =>
    start(VDB, ['--lab', name, ...words(args)], { cwd, env });
  return {
    ...{ name, directory, engine, container, user, port },
    secrets: await secretsOf(directory),
    begin,
    vdb: (args, env) => inTime(begin(args, env), `vdb ${args}`),
    enter: (script) => start(engine, ['exec', container, 'bash', '-c', script]),
    async inside(script, stdin = '') {
      // With -i and an end of input at once, podman loses what a short script says.
      const attached = stdin === '' ? [] : ['-i'];
      const started = start(engine, ['exec', ...attached, container, 'bash', '-c', script], { stdin });
      const { exitCode, stdout, stderr } = await inTime(started, script);
      if (exitCode !== 0) throw new Error(`${script}\nended with ${exitCode}: ${stderr}`);
      return stdout;
    },
  };
}

/** Less than a lab test may take, more than anything needs that is waited for. */
const PATIENCE_MS = 480_000;

/** What hangs fails with what it said so far: the limit of a test would end it without a word. */
export async function inTime({ child, ended, said }: Started, what: string): Promise<Ended> {
  let hung = false;
  const timer = setTimeout(() => {
    hung = child.kill('SIGKILL');
    for (const stream of child.stdio) stream?.destroy();
  }, PATIENCE_MS);
  const result = await ended.finally(() => clearTimeout(timer));
  if (hung) throw new Error(`${what}\ndid not end within ${PATIENCE_MS / 1000} s; it said:\n${said()}`);
  return result;
}

function words(args: string): string[] {
  return args.split(/\s+/).filter((word) => word !== '');
}

async function secretsOf(directory: string): Promise<string[]> {
  const text = await readFile(join(directory, 'vdb.secrets.yaml'), 'utf8');
  const values = text.split('\n').map((line) => /^\w+:\s*"?([^"\s]+)"?\s*$/.exec(line)?.[1]);
  return values.filter((value) => value !== undefined);
}

/** The events of `--json`; fails on a line that is not one. */
export function events(stdout: string): (Record<string, unknown> & { type: string })[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown> & { type: string });
}

/** The last event of `--json`. */
export function result(ended: Ended): Record<string, unknown> {
  const last = events(ended.stdout).at(-1);
  if (last?.type !== 'result') throw new Error(`no result at the end of:\n${ended.stdout}${ended.stderr}`);
  return last;
}
