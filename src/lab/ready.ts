import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT, VdbError } from '../errors.js';
import type { Engine } from './engine.js';

const RETRY_MS = 100;

/** Waits until an SSH server greets on a port of 127.0.0.1. Throws `lab.no-ssh` after `timeoutMs`. */
export async function waitForSsh(port: number, timeoutMs = 60_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    if (await greets(port)) return;
    await sleep(RETRY_MS);
  }
  throw new VdbError(`sshd of the lab host does not answer on 127.0.0.1:${port}`, {
    code: 'lab.no-ssh',
    exitCode: EXIT.timeout,
    meaning: `nothing greeted within ${timeoutMs / 1000} s`,
    next: 'remove it with `vdb lab down` and start it again; `vdb lab status` shows its container',
  });
}

/** Whether what listens on the port introduces itself as SSH, not only accepts. */
export function greets(port: number, timeoutMs = 2_000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => done(false));
    socket.once('data', (chunk) => done(chunk.toString('latin1').startsWith('SSH-2.0')));
    socket.once('error', () => done(false));
    socket.once('close', () => done(false));
  });
}

/** The state that systemd reports once it has finished booting: `running`, `degraded` … */
export async function systemState(engine: Engine, id: string): Promise<string> {
  const args = ['exec', id, 'systemctl', 'is-system-running', '--wait'];
  const result = await engine.attempt(args, { timeoutMs: 60_000 });
  return result.stdout.trim() || 'unknown';
}

/** The network of the host's own address, as CIDR: where connections to published ports come from. */
export async function hostNetwork(engine: Engine, id: string): Promise<string | undefined> {
  const result = await engine.attempt(['exec', id, 'ip', '-4', '-o', 'addr', 'show', 'scope', 'global']);
  const cidr = /inet (\d+\.\d+\.\d+\.\d+\/\d+)/.exec(result.stdout)?.[1];
  return cidr === undefined ? undefined : networkOf(cidr);
}

/** `10.0.2.100/24` → `10.0.2.0/24`. */
export function networkOf(cidr: string): string {
  const [address = '', bits = '32'] = cidr.split('/');
  const value = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(bits));
  const first = Math.floor(value / size) * size;
  const parts = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
  return `${parts.join('.')}/${bits}`;
}
