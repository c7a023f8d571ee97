const KIB = 1024;
const MIB = 1024 * KIB;

/** The share of a host's memory that is PostgreSQL's where nothing else is said. */
export const POSTGRES_SHARE = 1 / 8;

/** The machine PostgreSQL runs on, and how much of it is PostgreSQL's. */
export interface TuningInput {
  /** Memory of the host in bytes. */
  memoryBytes: number;
  cpus: number;
  /** Share of the memory that is PostgreSQL's: Qdrant and the gateway live on the same host. */
  share?: number;
  maxConnections: number;
  /** As PostgreSQL understands it: `localhost`, `127.0.0.1,10.0.0.5`, `*`. */
  listenAddresses: string;
  port: number;
}

/**
 * Settings for a metadata store on solid-state disks that shares its host with a vector database. A quarter
 * of PostgreSQL's share is its own cache, the rest is left to the kernel's cache and to queries.
 */
export function tunePostgres(input: TuningInput): Record<string, string> {
  const memory = input.memoryBytes * (input.share ?? POSTGRES_SHARE);
  const shared = clamp(memory / 4, 128 * MIB, 8192 * MIB);
  return {
    listen_addresses: input.listenAddresses,
    port: String(input.port),
    max_connections: String(input.maxConnections),
    password_encryption: 'scram-sha-256',
    shared_buffers: megabytes(shared),
    effective_cache_size: megabytes(Math.max((memory * 3) / 4, 2 * shared)),
    work_mem: kilobytes(clamp((memory - shared) / (input.maxConnections * 2), 4 * MIB, 64 * MIB)),
    maintenance_work_mem: megabytes(clamp(memory / 16, 64 * MIB, 1024 * MIB)),
    wal_buffers: '16MB',
    min_wal_size: '256MB',
    max_wal_size: '2GB',
    checkpoint_completion_target: '0.9',
    random_page_cost: '1.1',
    effective_io_concurrency: '200',
    max_parallel_workers_per_gather: String(clamp(Math.floor(input.cpus / 8), 0, 4)),
    idle_in_transaction_session_timeout: '15min',
    log_min_duration_statement: '1s',
    log_lock_waits: 'on',
  };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

function megabytes(bytes: number): string {
  return `${Math.floor(bytes / MIB)}MB`;
}

function kilobytes(bytes: number): string {
  return `${Math.floor(bytes / KIB)}kB`;
}
