import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A Qdrant of a test's own, on free ports of the loopback interface. */
export interface LocalQdrant {
  port: number;
  apiKey: string;
  stop(): Promise<void>;
}

/** The version of the `qdrant` on PATH, or null. */
export function installedQdrant(): string | null {
  try {
    return execFileSync('qdrant', ['--version'], { encoding: 'utf8' }).trim();
  } catch {
    return null;
  }
}

/** Starts the real `qdrant` of PATH as a one-node cluster with a key and waits until it is ready. */
export async function startQdrant(): Promise<LocalQdrant> {
  const directory = await mkdtemp(join(tmpdir(), 'vdb-qdrant-'));
  const [port, grpc, p2p] = await freePorts(3);
  const apiKey = 'a-key-for-this-test-only';
  const config = join(directory, 'config.yaml');
  await writeFile(
    config,
    JSON.stringify({
      log_level: 'WARN',
      telemetry_disabled: true,
      storage: {
        storage_path: join(directory, 'storage'),
        snapshots_path: join(directory, 'snapshots'),
        temp_path: join(directory, 'tmp'),
      },
      service: { host: '127.0.0.1', http_port: port, grpc_port: grpc, api_key: apiKey },
      cluster: { enabled: true, p2p: { port: p2p } },
    }),
  );
  const child = spawn('qdrant', ['--config-path', config, '--uri', `http://127.0.0.1:${p2p}`], {
    cwd: directory,
    stdio: 'ignore',
  });
  await ready(child, port!).catch(async (error: unknown) => {
    await stop(child, directory);
    throw error;
  });
  return { port: port!, apiKey, stop: () => stop(child, directory) };
}

async function ready(child: ChildProcess, port: number): Promise<void> {
  for (let attempt = 0; attempt < 150; attempt++) {
    if (child.exitCode !== null) throw new Error(`qdrant ended with exit code ${child.exitCode}`);
    const response = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('qdrant was not ready within 15 s');
}

async function stop(child: ChildProcess, directory: string): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  if (child.exitCode === null && child.kill()) await ended;
  await rm(directory, { recursive: true, force: true });
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer().listen(0, '127.0.0.1');
      return new Promise<typeof server>((resolve) => server.once('listening', () => resolve(server)));
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
