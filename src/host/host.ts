import { createReadStream } from 'node:fs';
import { PassThrough, pipeline, type Writable } from 'node:stream';
import { EXIT, VdbError } from '../errors.js';
import { tail } from '../text.js';
import type { Command } from './command.js';
import type { Gate } from './gate.js';
import { quoteForLogin, type Script, sh } from './shell.js';
import type { ExecOptions, ExecResult, Forwarding, Reach, Session, Transport } from './transport.js';

/** Shared by every mutating command while it runs, so that the next run can tell that one is still under way. */
export const BUSY_FILE = '/run/vdb/busy';

const DEFAULT_TIMEOUT_SECONDS = 120;

/** How commands become root: not at all (already root), `sudo -n`, or `sudo -S` with a password on stdin. */
export type Elevation = { kind: 'none' } | { kind: 'sudo' } | { kind: 'sudo-password'; password: string };

/** A mutating command that failed on the host. */
export class CommandError extends VdbError {
  override readonly name = 'CommandError';
  readonly result: ExecResult;

  constructor(host: string, command: Command, result: ExecResult, mask: (text: string) => string) {
    const stderr = mask(tail(result.stderr || result.stdout, 12));
    super(`${command.title} failed on ${host} with exit code ${result.exitCode}`, {
      code: 'host.command-failed',
      exitCode: EXIT.failed,
      host,
      command: mask(command.script.source),
      ...(stderr === '' ? {} : { stderr }),
    });
    this.result = result;
  }
}

/**
 * A machine that vdb operates. Reading is free; everything that can change it goes through {@link run} and
 * so through the gate. `asRoot()` is just another host.
 */
export class Host {
  readonly gate: Gate;
  readonly #transport: Transport;
  readonly #elevation: Elevation;
  readonly #stats: { commands: number };

  constructor(
    transport: Transport,
    gate: Gate,
    elevation: Elevation = { kind: 'none' },
    stats = { commands: 0 },
  ) {
    this.#transport = transport;
    this.gate = gate;
    this.#elevation = elevation;
    this.#stats = stats;
  }

  /** `user@address:port`. */
  get target(): string {
    return this.#transport.target;
  }

  /** The host as seen over the network; undefined for this machine. */
  get reach(): Reach | undefined {
    return this.#transport.reach;
  }

  /** Whether commands become root by sudo: who logs in is somebody else. */
  get isElevated(): boolean {
    return this.#elevation.kind !== 'none';
  }

  /** Commands sent to the host so far, elevated or not: what `npm run bench` reports. */
  get commandCount(): number {
    return this.#stats.commands;
  }

  /** The same machine, with every command elevated. */
  asRoot(elevation: Elevation): Host {
    return new Host(this.#transport, this.gate, elevation, this.#stats);
  }

  /** Runs a script that only looks. Throws on connection loss and timeout; the exit code is the caller's. */
  async read(
    script: Script,
    options: Omit<ExecOptions, 'stdin'> & { stdin?: string } = {},
  ): Promise<ExecResult> {
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_SECONDS * 1000;
    return this.#exec(script, { ...options, timeoutMs });
  }

  /**
   * Runs a script that may change the host. Throws `CommandError` unless it exits 0 or with a skip code. What
   * it says is masked before anyone sees it.
   */
  async run(command: Command, options: Pick<ExecOptions, 'signal' | 'onLine'> = {}): Promise<ExecResult> {
    this.gate.admit(this.target, command);
    const mask = (text: string): string => this.gate.redactor.mask(text);
    const { onLine } = options;
    const started = performance.now();
    let exitCode: number | null = null;
    try {
      const result = await this.#exec(underBusyLock(command.script), {
        ...options,
        ...(onLine === undefined ? {} : { onLine: (line, stream) => onLine(mask(line), stream) }),
        ...(command.stdin === undefined ? {} : { stdin: opened(command.stdin) }),
        timeoutMs: (command.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS) * 1000,
      });
      exitCode = result.exitCode;
      const masked = { ...result, stdout: mask(result.stdout), stderr: mask(result.stderr) };
      if (exitCode === 0 || command.skipCodes?.includes(exitCode)) return masked;
      throw new CommandError(this.target, command, masked, mask);
    } catch (error) {
      if (error instanceof VdbError) error.details.command ??= mask(command.script.source);
      throw error;
    } finally {
      this.gate.onRecord?.({
        host: this.target,
        title: command.title,
        script: mask(command.script.source),
        exitCode,
        durationMs: performance.now() - started,
      });
    }
  }

  /** Streams the output of a script that only looks into `sink`. */
  async pull(script: Script, sink: Writable, timeoutMs = 3_600_000): Promise<ExecResult> {
    return this.#exec(script, { stdout: sink, timeoutMs });
  }

  /** Starts a command that stays open. Only the lock uses it. */
  async open(script: Script): Promise<Session> {
    this.#stats.commands++;
    const { command, stdin } = elevate(script, this.#elevation);
    const session = await this.#transport.open(command);
    if (stdin !== '') session.write(stdin);
    return session;
  }

  async forward(remotePort: number): Promise<Forwarding> {
    return this.#transport.forward(remotePort);
  }

  async close(): Promise<void> {
    await this.#transport.close();
  }

  async #exec(script: Script, options: ExecOptions): Promise<ExecResult> {
    this.#stats.commands++;
    const { command, stdin } = elevate(script, this.#elevation);
    return this.#transport.exec(command, {
      ...options,
      ...(stdin === '' ? {} : { stdin: prefixed(stdin, options.stdin) }),
    });
  }
}

/**
 * The command line that runs `script` in bash with the wanted rights. With a password, `sudo -k` makes sure
 * that sudo asks, and so consumes exactly the first line of stdin whatever it has cached.
 */
export function elevate(script: Script, elevation: Elevation): { command: string; stdin: string } {
  const bash = `bash -c ${quoteForLogin(script.source)}`;
  if (elevation.kind === 'none') return { command: bash, stdin: '' };
  if (elevation.kind === 'sudo') return { command: `sudo -n ${bash}`, stdin: '' };
  return { command: `sudo -k -S -p '' ${bash}`, stdin: `${elevation.password}\n` };
}

/** Lets a later run see that a command of an earlier, killed run is still at work. */
function underBusyLock(script: Script): Script {
  return sh`
    exec 8<>${BUSY_FILE} && flock -s 8 || exit 1
    ${script}`;
}

function opened(stdin: NonNullable<Command['stdin']>): NonNullable<ExecOptions['stdin']> {
  if (typeof stdin === 'string' || stdin instanceof Uint8Array) return stdin;
  return createReadStream(stdin.file, { highWaterMark: 1 << 20 });
}

/** `pipeline` closes the operator's file also when the command ends early; the error reaches the reader. */
function prefixed(prefix: string, stdin: ExecOptions['stdin']): NonNullable<ExecOptions['stdin']> {
  if (stdin === undefined) return prefix;
  if (typeof stdin === 'string') return prefix + stdin;
  if (stdin instanceof Uint8Array) return Buffer.concat([Buffer.from(prefix), stdin]);
  const joined = new PassThrough();
  joined.write(prefix);
  pipeline(stdin, joined, () => {});
  return joined;
}
