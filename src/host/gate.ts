import { EXIT, VdbError } from '../errors.js';
import type { Command } from './command.js';
import { Redactor } from './redact.js';

/** A command that passed the gate, redacted: what the journal and `--verbose` see. */
export interface GateRecord {
  host: string;
  title: string;
  script: string;
  exitCode: number | null;
  durationMs: number;
}

/**
 * The one place through which everything that can change a host passes. It starts closed; `--plan` never
 * opens it, so a plan changes nothing by construction. It opens only while the host's lock is held.
 */
export class Gate {
  readonly redactor: Redactor;
  /** Called after each command, for `--verbose` and tests. */
  onRecord: ((record: GateRecord) => void) | undefined;
  #open = false;
  #closedBecause: VdbError | undefined;

  constructor(redactor = new Redactor()) {
    this.redactor = redactor;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** Called when the lock was taken. */
  open(): void {
    this.#open = true;
  }

  /** Called when the lock is released or lost: nothing may change the host from here on. */
  close(because?: VdbError): void {
    this.#open = false;
    this.#closedBecause ??= because;
  }

  /** Throws unless `command` may run: the gate is open and no secret would be visible in argv. */
  admit(host: string, command: Command): void {
    if (this.#closedBecause !== undefined) throw this.#closedBecause;
    if (!this.#open) {
      throw new VdbError(`Refused to change ${host} without its lock: ${command.title}`, {
        code: 'gate.closed',
        exitCode: EXIT.failed,
        host,
        meaning: 'This is a bug in vdb: a command tried to change the host in plan mode or outside the lock.',
      });
    }
    if (this.redactor.leaks(command.script.source)) {
      throw new VdbError(`Refused to put a secret into the argv of a command: ${command.title}`, {
        code: 'gate.secret-in-argv',
        exitCode: EXIT.failed,
        host,
        meaning: 'This is a bug in vdb: secrets travel on standard input only.',
      });
    }
  }
}
