import { Readable, type Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { type Interruption, interruptionOf } from './interruption.js';
import { LineSplitter } from './redact.js';
import type { ExecOptions, ExecResult } from './transport.js';

/** A command that has been started, wherever and however that was. */
export interface Running {
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  /** The exit code once it has ended; rejects when it was killed or the connection died. */
  ended: Promise<number>;
  /**
   * Kills it with all its children. Never rejects; returns once that is done or known to be impossible.
   * `firstLine` of its input is the password where it was started by a sudo that asks.
   */
  kill(firstLine: string): Promise<void>;
}

/** Starts a command, possibly after waiting for its turn; must not start it once it has been interrupted. */
export type Start = (interruption: Interruption) => Promise<Running>;

/**
 * Runs a command to its end: feeds it, collects what it says, and kills it when it is interrupted.
 * `timeoutMs` counts from when the command has started.
 */
export async function supervise(target: string, options: ExecOptions, start: Start): Promise<ExecResult> {
  const interruption = interruptionOf(target, options);
  try {
    const running = await startUnless(interruption, start);
    return await follow(running, options, interruption);
  } finally {
    interruption.clear();
    if (options.stdin instanceof Readable) options.stdin.destroy();
  }
}

async function startUnless(interruption: Interruption, start: Start): Promise<Running> {
  const starting = start(interruption);
  try {
    return await Promise.race([interruption.happened, starting]);
  } catch (error) {
    starting.then(abandon, () => {});
    throw error;
  }
}

async function follow(
  running: Running,
  options: ExecOptions,
  interruption: Interruption,
): Promise<ExecResult> {
  const started = performance.now();
  interruption.arm();
  const stdout = options.stdout
    ? drain(running.stdout, options.stdout, interruption.fail)
    : collect(running.stdout, (line) => options.onLine?.(line, 'stdout'));
  const stderr = collect(running.stderr, (line) => options.onLine?.(line, 'stderr'));
  const firstLine = feed(running.stdin, options.stdin);
  const outcome = Promise.all([running.ended, stdout, stderr]);
  try {
    const [exitCode, out, err] = await Promise.race([outcome, interruption.happened]);
    return { exitCode, stdout: out, stderr: err, durationMs: performance.now() - started };
  } catch (error) {
    if (interruption.hasHappened) {
      discard(running.stdout);
      await running.kill(firstLine());
    }
    throw error;
  }
}

/** Ends what nobody waits for any more. */
async function abandon(running: Running): Promise<void> {
  discard(running.stdout);
  discard(running.stderr);
  await running.kill('');
}

/** A stream ends only once it has been read, and a channel only once its streams have. */
function discard(stream: Readable): void {
  stream.removeAllListeners('data');
  stream.resume();
}

/**
 * Writes `input` and closes stdin. A command may end without reading all of it: that is not an error of
 * ours. Returns what tells the first line that was sent: the password, where sudo wants one.
 */
function feed(stdin: Writable, input: ExecOptions['stdin']): () => string {
  stdin.on('error', () => {});
  let head = '';
  if (input instanceof Readable) {
    input.once('data', (chunk: Buffer | string) => {
      head = firstLineOf(chunk);
    });
    input.pipe(stdin);
  } else if (input === undefined) stdin.end();
  else {
    head = firstLineOf(input);
    stdin.end(input);
  }
  return () => head;
}

function firstLineOf(input: string | Uint8Array): string {
  const text = Buffer.from(input.slice(0, 1024)).toString('utf8');
  return text.slice(0, Math.max(text.indexOf('\n'), 0));
}

/** The whole stream as text; decoded at once, so that no character is cut by a chunk border. */
function collect(stream: Readable, onLine: (line: string) => void): Promise<string> {
  const chunks: Buffer[] = [];
  const lines = new LineSplitter(onLine);
  return new Promise((resolve, reject) => {
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      lines.push(chunk);
    });
    stream.once('error', reject);
    stream.once('end', () => {
      lines.end();
      resolve(Buffer.concat(chunks).toString('utf8'));
    });
  });
}

/** Hands the stream on as fast as `sink` takes it, then ends `sink`; the process's own streams stay open. */
async function drain(stream: Readable, sink: Writable, onError: (error: unknown) => void): Promise<string> {
  sink.once('error', onError);
  stream.on('data', (chunk: Buffer) => {
    if (sink.write(chunk)) return;
    stream.pause();
    sink.once('drain', () => stream.resume());
  });
  await new Promise((resolve, reject) => stream.once('end', resolve).once('error', reject));
  sink.off('error', onError);
  if (sink === process.stdout || sink === process.stderr) return '';
  sink.end();
  await finished(sink, { readable: false });
  return '';
}
