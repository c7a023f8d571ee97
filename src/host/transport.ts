import type { Readable, Writable } from 'node:stream';
import { EXIT, VdbError } from '../errors.js';

/** What a command did. A command that was killed, or whose connection died, has no result: it throws. */
export interface ExecResult {
  exitCode: number;
  stdout: string;
  stderr: string;
  durationMs: number;
}

export interface ExecOptions {
  /** Written to the command's standard input, which is then closed. */
  stdin?: string | Uint8Array | Readable;
  /** The command and its children are killed after this many milliseconds; the call throws `TimeoutError`. */
  timeoutMs?: number;
  /** Kills the command when it is aborted. */
  signal?: AbortSignal;
  /** Called with complete lines as they arrive (decoded across chunk borders). */
  onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
  /** Where stdout goes instead of into the result, for what is large. */
  stdout?: Writable;
}

/** A command that stays open: the lock holder. */
export interface Session {
  /** The next line of stdout, or null once the command has ended. */
  readLine(): Promise<string | null>;
  write(text: string): void;
  /** Closes stdin and waits until the command has ended. */
  end(): Promise<void>;
  /** Resolves when the command ends for whatever reason. */
  readonly closed: Promise<void>;
}

export interface Forwarding {
  /** The port on the operator's loopback interface. */
  port: number;
  close(): Promise<void>;
}

/**
 * What became of a TCP connection: `refused` by the host itself, `rejected` by something on the way that says so
 * (no route, prohibited), `silent` when nothing came back in time. Any other error says nothing about the port.
 */
export type Dialled = 'open' | 'refused' | 'rejected' | 'silent' | { error: string };

/** The host as the network shows it: what SSH connected to, and which key answered there. */
export interface Reach {
  /** Name or address, aliases of `~/.ssh/config` resolved. */
  name: string;
  /** The address that was dialled; the name again where a jump host resolved it. */
  address: string;
  /** Port of its sshd there. */
  port: number;
  /** The jump host that dials; undefined when this machine does. */
  via?: string;
  /** The host key that was accepted, in SSH's wire format. */
  hostKey: Buffer;
  /** Tries to connect to a port of that address, from where SSH did. */
  dial(port: number, timeoutMs: number): Promise<Dialled>;
}

/** How a machine is reached. `exec` hands `command` to the login shell of the account. */
export interface Transport {
  /** `user@address:port`, or `local`: for messages. */
  readonly target: string;
  /** Undefined where there is no network in between. */
  readonly reach?: Reach;
  exec(command: string, options?: ExecOptions): Promise<ExecResult>;
  open(command: string): Promise<Session>;
  /** Makes a port of the host's loopback interface reachable from here. */
  forward(remotePort: number): Promise<Forwarding>;
  close(): Promise<void>;
}

/** The connection died while a command ran: whether the command finished is not known. */
export class ConnectionLostError extends VdbError {
  override readonly name = 'ConnectionLostError';

  constructor(target: string, cause?: unknown) {
    super(`The connection to ${target} was lost`, {
      code: 'host.connection-lost',
      exitCode: EXIT.unreachable,
      host: target,
      meaning: 'It is not known whether the command that was running has finished.',
      next: 'Run the same command again: it looks at the host first and continues from what is there.',
      cause,
    });
  }
}

/** A command did not finish in time and was killed. */
export class TimeoutError extends VdbError {
  override readonly name = 'TimeoutError';

  constructor(target: string, timeoutMs: number) {
    super(`A command on ${target} did not finish within ${timeoutMs / 1000} s`, {
      code: 'host.timeout',
      exitCode: EXIT.failed,
      host: target,
    });
  }
}
