import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { type ExecOptions, type ExecResult, TimeoutError, type Transport } from '../../src/host/transport.js';

/**
 * Reaches a running container through `podman exec`, for tests of single resources against real packages.
 * Only `exec` exists: the whole path over SSH is the lab suite's concern.
 */
export function podmanTransport(container: string): Transport {
  const unsupported = (what: string) => () => Promise.reject(new Error(`podmanTransport does not ${what}`));
  return {
    target: `podman:${container}`,
    exec: (command, options = {}) => execIn(container, command, options),
    open: unsupported('open sessions'),
    forward: unsupported('forward ports'),
    close: async () => {},
  };
}

function execIn(container: string, command: string, options: ExecOptions): Promise<ExecResult> {
  const started = performance.now();
  const child = spawn('podman', ['exec', '-i', container, 'sh', '-c', command]);
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  feed(child.stdin, options.stdin);
  return new Promise((resolve, reject) => {
    const limit = options.timeoutMs ?? 120_000;
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new TimeoutError(`podman:${container}`, limit));
    }, limit);
    child.on('error', reject);
    child.on('close', (exitCode) => {
      clearTimeout(timer);
      resolve({ ...output, exitCode: exitCode ?? -1, durationMs: performance.now() - started });
    });
  });
}

function feed(stdin: NodeJS.WritableStream, content: ExecOptions['stdin']): void {
  stdin.on('error', () => {});
  if (content instanceof Readable) content.pipe(stdin);
  else stdin.end(content ?? '');
}
