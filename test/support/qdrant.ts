import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { bundleEmulator } from './emulator-bundle.js';

/** Our stand-in, or the server itself: `qdrant` on PATH. */
export type QdrantKind = 'emulator' | 'real';

export interface QdrantOptions {
  /** Whether the server is a cluster of one. Default false. */
  cluster?: boolean;
  /** Settings over those of the test, by section, as in Qdrant's configuration file. */
  settings?: Record<string, Record<string, unknown>>;
  /** `null` starts a server that asks for no key. Default: new keys. */
  apiKey?: string | null;
}

export interface Answer<Body = unknown> {
  status: number;
  /** The body as JSON, or as text where it is none. */
  body: Body;
  headers: Headers;
}

/** A server on random ports of 127.0.0.1, with everything it has in a temporary directory. */
export interface RunningQdrant {
  kind: QdrantKind;
  /** As `GET /` reports it. */
  version: string;
  url: string;
  httpPort: number;
  grpcPort: number;
  p2pPort: number;
  apiKey: string;
  readOnlyApiKey: string;
  /** Holds `storage`, `snapshots`, `config.yaml`, `log`. */
  directory: string;
  readonly pid: number;
  /** A request with the key that has every right, unless `key` is another one or `null` for none. */
  request<Body = unknown>(
    method: string,
    path: string,
    body?: unknown,
    key?: string | null,
  ): Promise<Answer<Body>>;
  /** Ends the process and waits for it. The data stays. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same data and ports. */
  start(): Promise<void>;
  /** Ends it and removes its directory. */
  stop(): Promise<void>;
}

/** The servers that can be started here: the emulator always, the real one where it is on PATH. */
export function availableKinds(): QdrantKind[] {
  return realVersion() === undefined ? ['emulator'] : ['emulator', 'real'];
}

/** The version of `qdrant` on PATH; undefined where there is none. */
export function realVersion(): string | undefined {
  try {
    const said = execFileSync('qdrant', ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return /^qdrant (\d\S*)/.exec(said)?.[1];
  } catch {
    return undefined;
  }
}

/** Starts a server and waits until it answers. */
export async function startQdrant(kind: QdrantKind, options: QdrantOptions = {}): Promise<RunningQdrant> {
  const directory = mkdtempSync(join(tmpdir(), `vdb-qdrant-${kind}-`));
  const [httpPort, grpcPort, p2pPort] = await freePorts(3);
  const apiKey = options.apiKey === null ? '' : (options.apiKey ?? randomBytes(16).toString('hex'));
  const readOnlyApiKey = options.apiKey === null ? '' : randomBytes(16).toString('hex');
  const ports = { httpPort: httpPort!, grpcPort: grpcPort!, p2pPort: p2pPort! };
  writeFileSync(
    join(directory, 'config.yaml'),
    configFile(directory, { ...ports, apiKey, readOnlyApiKey }, options),
  );
  const command = await commandOf(kind, directory);
  const args = ['--config-path', join(directory, 'config.yaml')];
  if (options.cluster === true) args.push('--uri', `http://127.0.0.1:${p2pPort}`);

  let child: ChildProcess | undefined;
  const server: RunningQdrant = {
    ...{
      kind,
      version: '',
      url: `http://127.0.0.1:${httpPort}`,
      ...ports,
      apiKey,
      readOnlyApiKey,
      directory,
    },
    get pid() {
      return child?.pid ?? 0;
    },
    request: (method, path, body, key = apiKey) => request(`${server.url}${path}`, method, body, key),
    kill: async (signal) => {
      if (child !== undefined) await ended(child, signal);
      child = undefined;
    },
    start: async () => {
      child = launch([...command, ...args], directory);
      server.version = await firstGreeting(server, child);
    },
    stop: async () => {
      await server.kill('SIGKILL');
      rmSync(directory, { recursive: true, force: true });
    },
  };
  await server.start().catch(async (error: unknown) => {
    await server.stop();
    throw error;
  });
  return server;
}

async function commandOf(kind: QdrantKind, directory: string): Promise<string[]> {
  return kind === 'real' ? ['qdrant'] : [process.execPath, await bundleEmulator(directory)];
}

function configFile(
  directory: string,
  made: { httpPort: number; grpcPort: number; p2pPort: number; apiKey: string; readOnlyApiKey: string },
  { cluster = false, settings = {} }: QdrantOptions,
): string {
  const keys = made.apiKey === '' ? {} : { api_key: made.apiKey, read_only_api_key: made.readOnlyApiKey };
  const base: Record<string, Record<string, unknown>> = {
    storage: {
      storage_path: join(directory, 'storage'),
      snapshots_path: join(directory, 'snapshots'),
      temp_path: join(directory, 'temp'),
    },
    service: { host: '127.0.0.1', http_port: made.httpPort, grpc_port: made.grpcPort, ...keys },
    cluster: { enabled: cluster, p2p: { port: made.p2pPort } },
  };
  const sections = Object.keys({ ...base, ...settings });
  const merged = sections.map((name) => [name, { ...base[name], ...settings[name] }]);
  return stringify({ ...Object.fromEntries(merged), log_level: 'WARN', telemetry_disabled: true });
}

function launch(command: string[], directory: string): ChildProcess {
  const log = openSync(join(directory, 'log'), 'a');
  mkdirSync(join(directory, 'temp'), { recursive: true });
  const [program = '', ...args] = command;
  return spawn(program, args, {
    cwd: directory,
    stdio: ['ignore', log, log],
    env: { ...process.env, QDRANT_INIT_FILE_PATH: join(directory, '.initialized') },
  });
}

async function firstGreeting(server: RunningQdrant, child: ChildProcess): Promise<string> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline && child.exitCode === null) {
    const answer = await server.request<{ version: string }>('GET', '/').catch(() => undefined);
    if (answer?.status === 200) return answer.body.version;
    await sleep(50);
  }
  throw new Error(
    `${server.kind} did not start: ${readFileSync(join(server.directory, 'log'), 'utf8').slice(-2000)}`,
  );
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
}

async function request<Body>(
  url: string,
  method: string,
  body: unknown,
  key: string | null,
): Promise<Answer<Body>> {
  const form = body instanceof FormData;
  const answer = await fetch(url, {
    method,
    headers: {
      ...(key === null || key === '' ? {} : { 'api-key': key }),
      ...(body === undefined || form ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: form || typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: answer.status, body: parsed(await answer.text()) as Body, headers: answer.headers };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Different ports that nothing listens on. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
