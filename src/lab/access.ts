import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from './engine.js';
import { generateKeys, type KeyPair } from './keys.js';

/** The keys of one lab host: the operator's, and the host's own. */
export interface LabKeys {
  operator: KeyPair;
  host: KeyPair;
}

/** New keys for the lab host `name`. */
export function newLabKeys(name: string): LabKeys {
  return { operator: generateKeys(`vdb-lab-${name}`), host: generateKeys(`root@${name}`) };
}

/**
 * Puts the host's key and the operator's public key into a container that has not started yet, so that
 * sshd never runs without them.
 */
export async function installKeys(engine: Engine, id: string, keys: LabKeys): Promise<void> {
  const staging = await mkdtemp(join(tmpdir(), 'vdb-lab-'));
  try {
    await stage(join(staging, 'ssh_host_ed25519_key'), keys.host.private, 0o600);
    await stage(join(staging, 'ssh_host_ed25519_key.pub'), `${keys.host.public}\n`, 0o644);
    await stage(join(staging, 'authorized_keys'), `${keys.operator.public}\n`, 0o644);
    for (const file of ['ssh_host_ed25519_key', 'ssh_host_ed25519_key.pub']) {
      await engine.call(['cp', join(staging, file), `${id}:/etc/ssh/${file}`]);
    }
    await engine.call(['cp', join(staging, 'authorized_keys'), `${id}:/etc/vdb-lab/authorized_keys`]);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function stage(path: string, content: string, mode: number): Promise<void> {
  await writeFile(path, content, { mode });
  await chmod(path, mode);
}
