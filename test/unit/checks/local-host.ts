import { execFile } from 'node:child_process';
import { Gate } from '../../../src/host/gate.js';
import { Host } from '../../../src/host/host.js';
import type { ExecOptions, ExecResult, Transport } from '../../../src/host/transport.js';

/** A host whose commands run in bash on this machine, without any right to change it: the gate stays closed. */
export function localHost(): Host {
  const refused = (): Promise<never> => Promise.reject(new Error('not in this test'));
  const transport: Transport = {
    target: 'local',
    exec: run,
    open: refused,
    forward: refused,
    close: async () => undefined,
  };
  return new Host(transport, new Gate());
}

function run(command: string, { stdin = '' }: ExecOptions = {}): Promise<ExecResult> {
  return new Promise((resolve) => {
    const child = execFile(
      'bash',
      ['-c', command],
      { maxBuffer: 16 * 1024 * 1024 },
      (error, stdout, stderr) => {
        resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr, durationMs: 0 });
      },
    );
    child.stdin?.on('error', () => {});
    child.stdin?.end(stdin);
  });
}
