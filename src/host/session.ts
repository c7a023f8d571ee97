import { LineSplitter } from './redact.js';
import type { Running } from './running.js';
import type { Session } from './transport.js';

/** A session over a command that has been started; what it says on stderr is thrown away. */
export function sessionOf(running: Running): Session {
  const closed = running.ended.then(
    () => {},
    () => {},
  );
  const lines = lineQueue();
  const splitter = new LineSplitter(lines.push);
  running.stdin.on('error', () => {});
  running.stderr.resume();
  running.stdout.on('data', (chunk: Buffer) => splitter.push(chunk));
  running.stdout.once('end', () => {
    splitter.end();
    lines.end();
  });
  closed.then(lines.end);
  return {
    closed,
    readLine: lines.next,
    write: (text) => {
      if (running.stdin.writable) running.stdin.write(text);
    },
    async end() {
      running.stdin.end();
      await closed;
    },
  };
}

interface LineQueue {
  push(line: string): void;
  end(): void;
  next(): Promise<string | null>;
}

function lineQueue(): LineQueue {
  const ready: string[] = [];
  const waiting: ((line: string | null) => void)[] = [];
  let ended = false;
  return {
    push(line) {
      const reader = waiting.shift();
      if (reader) reader(line);
      else ready.push(line);
    },
    end() {
      ended = true;
      for (const reader of waiting.splice(0)) reader(null);
    },
    async next() {
      const line = ready.shift();
      if (line !== undefined) return line;
      if (ended) return null;
      return new Promise((resolve) => waiting.push(resolve));
    },
  };
}
