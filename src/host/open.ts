import type { HostConfig } from '../config/schema.js';
import { messageOf } from '../errors.js';
import { detectElevation } from './elevation.js';
import type { Gate } from './gate.js';
import { Host } from './host.js';
import type { Transport } from './transport.js';

export interface OpenOptions {
  /** For `HOME`, `USER` and `SSH_AUTH_SOCK`. */
  env: NodeJS.ProcessEnv;
  /** Told in words before another attempt to connect. */
  onRetry?: (message: string) => void;
}

interface Reached {
  transport: Transport;
  /** Whether commands run as root without further ado. */
  isRoot: boolean;
}

/**
 * Connects to a configured host, verifies who it is and makes sure that commands can run as root. The
 * returned host runs everything as root. Throws `VdbError` with exit code 4, or 2 for a key that cannot be
 * used.
 */
export async function openHost(config: HostConfig, gate: Gate, options: OpenOptions): Promise<Host> {
  if (config.sudo_password !== undefined) gate.redactor.add(config.sudo_password);
  const { transport, isRoot } =
    config.connection === 'local' ? await reachLocal() : await reachSsh(config, options);
  const host = new Host(transport, gate);
  if (isRoot) return host;
  try {
    return host.asRoot(await detectElevation(host, config.sudo_password));
  } catch (error) {
    await transport.close();
    throw error;
  }
}

/** Whether who logs in to a host is root, as far as the configuration and `~/.ssh/config` tell. */
export async function logsInAsRoot(config: HostConfig, env: NodeJS.ProcessEnv): Promise<boolean> {
  if (config.connection === 'local') return process.getuid?.() === 0;
  const { resolveTarget } = await import('./ssh/target.js');
  return (await resolveTarget(config, env)).hops.at(-1)?.user === 'root';
}

async function reachLocal(): Promise<Reached> {
  const { openLocal } = await import('./local.js');
  return { transport: openLocal(), isRoot: process.getuid?.() === 0 };
}

async function reachSsh(config: HostConfig, { env, onRetry }: OpenOptions): Promise<Reached> {
  const [{ connectSsh }, { resolveTarget }] = await Promise.all([
    import('./ssh/transport.js'),
    import('./ssh/target.js'),
  ]);
  const target = await resolveTarget(config, env);
  const transport = await connectSsh(target, {
    onRetry: ({ error, delayMs }) =>
      onRetry?.(`${messageOf(error)}; next attempt in ${(delayMs / 1000).toFixed(1)} s`),
  });
  return { transport, isRoot: target.hops.at(-1)?.user === 'root' };
}
