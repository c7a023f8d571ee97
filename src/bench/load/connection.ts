import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { clock } from './clock.js';
import { type Answer, AnswerReader } from './response.js';

/** Where requests go: a port of this machine, which SSH may forward. */
export interface Endpoint {
  port: number;
  /** Certificates are not looked at: whether clients trust them is a check of its own. */
  tls: boolean;
}

/** What became of a request: an answer, or why there is none. */
export type Outcome = Answer | { failure: string };

interface UnderWay {
  bytes: Uint8Array;
  reader: AnswerReader;
  since: number;
  /** Nothing came back, and the connection was open since before: the server may have closed it meanwhile, unseen. */
  mayRepeat: boolean;
  done: (outcome: Outcome) => void;
}

const BUFFER_BYTES = 64 * 1024;

/**
 * A connection that has one request under way at a time and stays open in between. One that was lost is made anew by the next
 * request. Over sockets directly: `dispatch` of undici takes more than twice the processor time (docs/bench.md).
 */
export class Connection {
  readonly #endpoint: Endpoint;
  readonly #timeoutMs: number;
  readonly #keepsBodies: boolean;
  /** What is read goes here, again and again: a new buffer for each answer costs a quarter of all that a request costs. */
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #socket: Socket | undefined;
  #underWay: UnderWay | undefined;

  constructor(endpoint: Endpoint, options: { timeoutMs: number; keepsBodies?: boolean }) {
    this.#endpoint = endpoint;
    this.#timeoutMs = options.timeoutMs;
    this.#keepsBodies = options.keepsBodies ?? false;
  }

  /** Sends a request; `done` is called once. There must be none under way. */
  send(bytes: Uint8Array, done: (outcome: Outcome) => void): void {
    const mayRepeat = this.#socket !== undefined;
    this.#underWay = { bytes, reader: new AnswerReader(this.#keepsBodies), since: clock(), mayRepeat, done };
    this.#write(bytes);
  }

  /** Gives up a request that has had no answer within the time. To be called now and then: a timer for each would be dear. */
  expire(now = clock()): void {
    if (this.#underWay !== undefined && now - this.#underWay.since > this.#timeoutMs)
      this.#lost(`no answer within ${this.#timeoutMs / 1000} s`);
  }

  /** What is under way ends with this failure. */
  close(why = 'the connection was closed'): void {
    this.#lost(why);
  }

  #write(bytes: Uint8Array): void {
    this.#socket ??= this.#open();
    this.#socket.write(bytes);
  }

  #open(): Socket {
    const { port, tls } = this.#endpoint;
    const onread = {
      buffer: this.#buffer,
      callback: (bytes: number): boolean => {
        if (isCurrent()) this.#read(this.#buffer.subarray(0, bytes));
        return true;
      },
    };
    const target = { host: '127.0.0.1', port, onread };
    const socket = tls ? connectTls({ ...target, rejectUnauthorized: false }) : connectPlain(target);
    socket.setNoDelay(true);
    const isCurrent = (): boolean => this.#socket === socket;
    socket.on('error', (error) => {
      if (isCurrent() && !this.#isRepeated()) this.#lost(reasonOf(error));
    });
    socket.on('close', () => {
      if (isCurrent()) this.#closed();
    });
    return socket;
  }

  #read(piece: Buffer): void {
    try {
      if (this.#underWay === undefined) throw new Error('an answer came to no request');
      this.#underWay.mayRepeat = false;
      const answer = this.#underWay.reader.push(piece);
      if (answer !== undefined) this.#answered(answer);
    } catch (error) {
      this.#lost(reasonOf(error));
    }
  }

  #closed(): void {
    if (this.#isRepeated()) return;
    const answer = this.#underWay?.reader.end();
    if (answer === undefined) this.#lost('the connection was closed before the answer');
    else this.#answered(answer);
  }

  /** As every client does it: a request that met a connection which was idle for too long is sent on a new one, once. */
  #isRepeated(): boolean {
    const underWay = this.#underWay;
    if (underWay?.mayRepeat !== true) return false;
    underWay.mayRepeat = false;
    this.#drop();
    this.#write(underWay.bytes);
    return true;
  }

  #answered(answer: Answer): void {
    if (!answer.reusable) this.#drop();
    this.#finish(answer);
  }

  #lost(failure: string): void {
    this.#drop();
    this.#finish({ failure });
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.destroy();
  }

  #finish(outcome: Outcome): void {
    const done = this.#underWay?.done;
    this.#underWay = undefined;
    done?.(outcome);
  }
}

/** `ECONNREFUSED` says more than the sentence around it, and is the same for every port. */
function reasonOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.message : String(error);
}

/** One request, as a promise. */
export function askOver(connection: Connection, bytes: Uint8Array): Promise<Outcome> {
  return new Promise((resolve) => connection.send(bytes, resolve));
}
