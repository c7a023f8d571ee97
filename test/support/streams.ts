import type { Streams } from '../../src/cli/terminal.js';

/** Streams that keep what is written to them. Not terminals, unless told otherwise. */
export function testStreams(options: { cwd?: string; env?: NodeJS.ProcessEnv; tty?: boolean } = {}) {
  const { cwd = '/', env = {}, tty = false } = options;
  const written = { out: '', err: '' };
  const streams: Streams = {
    ...{ env, cwd, stdin: { isTTY: tty } },
    stdout: {
      isTTY: tty,
      write: (text) => {
        written.out += text;
      },
    },
    stderr: {
      isTTY: tty,
      write: (text) => {
        written.err += text;
      },
    },
  };
  return { streams, written };
}
