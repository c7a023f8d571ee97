import { isLoopback } from '../../config/listeners.js';
import type { Config } from '../../config/schema.js';
import { formatSize } from '../../config/units.js';
import { EXIT, VdbError } from '../../errors.js';
import type { Host } from '../../host/host.js';
import { known } from '../../host/probe.js';
import { sh } from '../../host/shell.js';
import { literal, parsePsql, psqlProbe } from '../../resources/postgres-psql.js';
import { REDIS_CONF } from '../../services/redis/config.js';
import { askQdrant, resultOf } from '../qdrant-requests.js';
import type { QdrantPlace } from './snapshot.js';

/** What the parts of a set will have, in bytes, more or less. */
export interface Sizes {
  collections: ReadonlyMap<string, number>;
  database: number;
}

/** Where a file system is, and how much is free there for root. */
interface Space {
  /** Equal for two directories of one file system. */
  device: string;
  free: number;
}

/** The file systems that a set needs space on. */
export interface Spaces {
  backups: Space;
  snapshots: Space;
  temp: Space;
}

/** What was seen before anything is written. */
export interface Preflight {
  /** What Qdrant has, as it names them. */
  collections: string[];
  sizes: Sizes;
  spaces: Spaces;
  versions: Record<string, string>;
  genuine: boolean;
}

/** What a set takes beside its parts, and what an estimate may be wrong by. */
const MARGIN = { share: 0.05, bytes: 64 * 1024 ** 2 };

/**
 * Looks whether a set can be taken: everything that goes into it answers, and there is room for it. Throws what is in
 * the way.
 */
export async function preflight(
  host: Host,
  config: Config,
  qdrant: QdrantPlace,
  storage: string,
): Promise<Preflight> {
  const about = await qdrantVersion(host, qdrant);
  const { sizes: bytes, spaces, redis } = await measure(host, config, qdrant, storage);
  const postgres = hasDatabase(config) ? await databaseState(host, config.postgres) : undefined;
  const sizes = { collections: bytes, database: postgres?.bytes ?? 0 };
  assertSpace(host.target, sizes, spaces);
  const versions = {
    qdrant: about.version,
    ...(postgres === undefined ? {} : { postgres: postgres.version }),
    ...(redis === undefined ? {} : { redis }),
  };
  return { collections: about.collections, sizes, spaces, versions, genuine: about.genuine };
}

/** Whether the database of the configuration is on this host. */
export function hasDatabase({ postgres }: Pick<Config, 'postgres'>): boolean {
  return postgres.enabled && isLoopback(postgres.host);
}

/** Whether the cache is part of a set. */
export function hasCache({ redis, backup }: Pick<Config, 'redis' | 'backup'>): boolean {
  return redis.enabled && backup.redis;
}

async function qdrantVersion(
  host: Host,
  qdrant: QdrantPlace,
): Promise<Pick<Preflight, 'collections' | 'genuine'> & { version: string }> {
  const [about, list] = await askQdrant(host, qdrant, [
    { method: 'GET', path: '/' },
    { method: 'GET', path: '/collections' },
  ]);
  const result = list && resultOf<{ collections: { name: string }[] }>(list, 'list its collections');
  const { title, version } = JSON.parse(about?.body ?? '{}') as { title?: unknown; version?: unknown };
  if (typeof title !== 'string' || typeof version !== 'string')
    throw new Error(`Qdrant says ${about?.body.slice(0, 100)} of itself`);
  const collections = (result?.collections ?? []).map(({ name }) => name);
  return { collections, version, genuine: !`${title} ${version}`.includes('emulator') };
}

interface Measured {
  sizes: Map<string, number>;
  spaces: Spaces;
  redis?: string;
}

async function measure(host: Host, config: Config, qdrant: QdrantPlace, storage: string): Promise<Measured> {
  const redis = hasCache(config) ? sh`redis_version ${config.redis.port}` : sh`:`;
  const { stdout, stderr, exitCode } = await host.read(
    sh`
    set -euo pipefail
    export LC_ALL=C.UTF-8
    fs() {
      local path=$2
      while [ ! -e "$path" ]; do path=$(dirname -- "$path"); done
      printf 'fs %s %s %s\n' "$1" "$(stat -c %d -- "$path")" "$(($(stat -f -c '%f * %S' -- "$path")))"
    }
    redis_version() {
      REDISCLI_AUTH=$(sed -n 's/^requirepass "\(.*\)"$/\1/p' ${REDIS_CONF}) timeout 10 redis-cli --no-auth-warning -p "$1" INFO server </dev/null |
      tr -d '\r' | sed -n 's/^redis_version:/redis /p'
    }
    fs backups ${config.paths.backups}
    fs snapshots ${qdrant.snapshots}
    fs temp ${qdrant.temp}
    ! cd -- ${`${storage}/collections`} 2>/dev/null || { du -s --apparent-size -B1 -- */ 2>/dev/null || :; } | sed 's/^/collection /'
    ${redis}
    echo end`,
    { timeoutMs: 600_000 },
  );
  if (exitCode !== 0 || !stdout.endsWith('end\n')) throw notMeasured(host.target, stderr);
  const measured = readMeasured(stdout);
  if (hasCache(config) && measured.redis === undefined) throw silent(host.target, 'Redis', 'vdb check redis');
  return measured;
}

/** Reads what {@link measure} is told. Pure. */
export function readMeasured(stdout: string): Measured {
  const space = (name: string): Space => {
    const [, device = '', free] = new RegExp(`^fs ${name} (\\d+) (\\d+)$`, 'm').exec(stdout) ?? [];
    if (free === undefined) throw new Error(`the free space for ${name} could not be read`);
    return { device, free: Number(free) };
  };
  const sizes = [...stdout.matchAll(/^collection (\d+)\t(.+)\/$/gm)];
  const [, redis] = /^redis (\S+)$/m.exec(stdout) ?? [];
  return {
    sizes: new Map(sizes.map(([, bytes, name]) => [name ?? '', Number(bytes)])),
    spaces: { backups: space('backups'), snapshots: space('snapshots'), temp: space('temp') },
    ...(redis === undefined ? {} : { redis }),
  };
}

async function databaseState(
  host: Host,
  { port, database }: Config['postgres'],
): Promise<{ bytes: number; version: string }> {
  const sql = `select pg_database_size(oid), current_setting('server_version') from pg_database where datname = ${literal(database)};`;
  const { stdout } = await host.read(psqlProbe(sql, { port }));
  const [answer] = parsePsql(stdout, [null], (text) => [known(text.trim())]);
  if (answer?.status !== 'known') throw silent(host.target, 'PostgreSQL', 'vdb check postgres', answer?.why);
  const [bytes, version] = answer.value?.split('|') ?? [];
  if (version === undefined) {
    throw new VdbError(`PostgreSQL has no database ${database}`, {
      code: 'backup.no-database',
      exitCode: EXIT.failed,
      host: host.target,
      meaning: 'A set without it would not be whole.',
      next: 'vdb provision --only 3.1, or set postgres.enabled to false',
    });
  }
  return { bytes: Number(bytes), version: version.split(' ')[0] ?? version };
}

/**
 * Throws `backup.no-space` where the set does not fit. A snapshot is built beside Qdrant's own, moved there, and then
 * linked into the set, so that on one file system it takes its size once; else the largest is there twice.
 */
export function assertSpace(target: string, sizes: Sizes, { backups, snapshots, temp }: Spaces): void {
  const all = [...sizes.collections.values()].reduce((sum, bytes) => sum + bytes, sizes.database);
  const largest = Math.max(0, ...sizes.collections.values());
  const needs = new Map<string, { what: string; free: number; bytes: number }>();
  const need = (what: string, { device, free }: Space, bytes: number): void => {
    const other = needs.get(device);
    if (other === undefined || other.bytes < bytes) needs.set(device, { what, free, bytes });
  };
  need('the directory of backups', backups, all);
  need("Qdrant's directory of snapshots", snapshots, largest);
  need("Qdrant's directory for temporary files", temp, largest);
  for (const { what, free, bytes } of needs.values()) {
    const wanted = Math.round(bytes * (1 + MARGIN.share)) + MARGIN.bytes;
    if (free < wanted) throw noSpace(target, what, free, wanted);
  }
}

function noSpace(target: string, what: string, free: number, wanted: number): VdbError {
  return new VdbError(
    `There is no room for a backup set: ${what} has ${formatSize(free)} free, and about ${formatSize(wanted)} are needed`,
    {
      code: 'backup.no-space',
      exitCode: EXIT.failed,
      host: target,
      meaning: 'Nothing was written.',
      next: 'Make room, for example with vdb backup prune, or let paths.backups lie on a larger file system.',
    },
  );
}

function silent(target: string, service: string, next: string, why?: string): VdbError {
  return new VdbError(`${service} does not answer${why === undefined ? '' : `: ${why}`}`, {
    code: 'backup.service-silent',
    exitCode: EXIT.failed,
    host: target,
    meaning: 'A set without what it holds would not be whole. Nothing was written.',
    next,
  });
}

function notMeasured(target: string, stderr: string): VdbError {
  return new VdbError('The space that a backup set needs could not be measured', {
    code: 'backup.not-measured',
    exitCode: EXIT.failed,
    host: target,
    stderr: stderr.trim(),
    meaning: 'Nothing was written.',
  });
}
