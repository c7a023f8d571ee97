import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Payload } from './model.js';
import { isObject } from './payload-path.js';

/** What a collection has when its creation does not say otherwise. */
export interface StorageDefaults {
  onDiskPayload: boolean;
  hnsw: Payload;
  optimizers: Payload;
  wal: Payload;
}

/** The settings that the emulator heeds, under the names that Qdrant has for them. */
export interface Settings {
  storagePath: string;
  snapshotsPath: string;
  host: string;
  httpPort: number;
  /** Keys with every right. None at all means that no key is asked for. */
  apiKeys: string[];
  readOnlyApiKeys: string[];
  maxRequestBytes: number;
  keepAliveSeconds: number;
  clusterEnabled: boolean;
  p2pPort: number;
  logLevel: string;
  /** Whether web pages of other sites may read answers. On by default, as in Qdrant. */
  cors: boolean;
  /** A search that takes longer and filters without an index is an issue. */
  slowQuerySeconds: number;
  /** Why no collection is loaded; null when they are. */
  recoveryMode: string | null;
  defaults: StorageDefaults;
}

const PREFIX = 'QDRANT__';

const SLOW_QUERY_SECONDS = 1.2;

const HNSW = {
  m: 16,
  ef_construct: 100,
  full_scan_threshold: 10_000,
  max_indexing_threads: 0,
  on_disk: false,
};
const WAL = { wal_capacity_mb: 32, wal_segments_ahead: 0, wal_retain_closed: 1 };
const OPTIMIZERS = {
  deleted_threshold: 0.2,
  vacuum_min_vector_number: 1000,
  default_segment_number: 0,
  max_segment_size: null,
  memmap_threshold: null,
  indexing_threshold: 10_000,
  flush_interval_sec: 5,
  max_optimization_threads: null,
  prevent_unoptimized: null,
};

/**
 * The settings of a configuration file, under those of the environment. A file that cannot be read is an
 * error: Qdrant would start on its defaults then, open to everybody.
 */
export function readSettings(path: string | undefined, env: NodeJS.ProcessEnv): Settings {
  const file: unknown = path === undefined ? {} : parse(readFileSync(path, 'utf8'));
  if (!isObject(file ?? {})) throw new Error(`${path} is not a mapping of settings`);
  return settingsOf(withEnvironment((file ?? {}) as Payload, env));
}

/** `QDRANT__SERVICE__API_KEY=…` over `service.api_key`. */
export function withEnvironment(file: Payload, env: NodeJS.ProcessEnv): Payload {
  const merged = structuredClone(file);
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith(PREFIX) || value === undefined) continue;
    const keys = name.slice(PREFIX.length).toLowerCase().split('__');
    const last = keys.pop() ?? '';
    let section = merged;
    for (const key of keys) {
      if (!isObject(section[key])) section[key] = {};
      section = section[key] as Payload;
    }
    section[last] = value;
  }
  return merged;
}

function settingsOf(root: Payload): Settings {
  const service = sectionOf(root, 'service');
  const storage = sectionOf(root, 'storage');
  const cluster = sectionOf(root, 'cluster');
  refuse(truth(service.enable_tls, false), 'service.enable_tls: the emulator does not speak TLS');
  refuse(truth(service.jwt_rbac, false), 'service.jwt_rbac: the emulator does not know JWTs');
  return {
    storagePath: text(storage.storage_path, './storage'),
    snapshotsPath: text(storage.snapshots_path, './snapshots'),
    host: text(service.host, '0.0.0.0'),
    httpPort: count(service.http_port, 6333),
    apiKeys: keysIn(service.api_key, service.alt_api_key),
    readOnlyApiKeys: keysIn(service.read_only_api_key),
    maxRequestBytes: count(service.max_request_size_mb, 32) * 1024 ** 2,
    keepAliveSeconds: count(service.http_keep_alive_timeout_sec, 5),
    clusterEnabled: truth(cluster.enabled, false),
    p2pPort: count(sectionOf(cluster, 'p2p').port, 6335),
    logLevel: text(root.log_level, 'INFO').toUpperCase(),
    cors: truth(service.enable_cors, true),
    slowQuerySeconds: Number(service.slow_query_secs ?? SLOW_QUERY_SECONDS),
    recoveryMode: storage.recovery_mode === undefined ? null : text(storage.recovery_mode, '') || null,
    defaults: defaultsOf(storage),
  };
}

/** An empty key is a key too, as in Qdrant: whoever sends an empty one is let in. */
function keysIn(...values: unknown[]): string[] {
  return values.filter((value) => value !== undefined && value !== null).map(String);
}

function defaultsOf(storage: Payload): StorageDefaults {
  const { wal_capacity_mb: capacity } = sectionOf(storage, 'wal');
  return {
    onDiskPayload: truth(storage.on_disk_payload, true),
    hnsw: known(HNSW, sectionOf(storage, 'hnsw_index')),
    optimizers: known(OPTIMIZERS, sectionOf(storage, 'optimizers')),
    wal: { ...WAL, wal_capacity_mb: count(capacity, WAL.wal_capacity_mb) },
  };
}

/** Defaults with the values that are given for the same keys. */
function known(defaults: Payload, given: Payload): Payload {
  const entries = Object.entries(defaults).map(([key, value]) => [key, given[key] ?? value]);
  return Object.fromEntries(entries);
}

function sectionOf(root: Payload, key: string): Payload {
  const section = root[key];
  return isObject(section) ? section : {};
}

function text(value: unknown, fallback: string): string {
  return value === undefined || value === null ? fallback : String(value);
}

function count(value: unknown, fallback: number): number {
  const number = value === undefined || value === null ? fallback : Number(value);
  refuse(!Number.isSafeInteger(number) || number < 0, `${JSON.stringify(value)} is not a whole number`);
  return number;
}

function truth(value: unknown, fallback: boolean): boolean {
  return value === undefined || value === null ? fallback : String(value) === 'true';
}

function refuse(wrong: boolean, why: string): void {
  if (wrong) throw new Error(why);
}
