import type { Config } from '../../config/schema.js';
import { EXIT, VdbError } from '../../errors.js';
import type { Host } from '../../host/host.js';
import { known } from '../../host/probe.js';
import { sh } from '../../host/shell.js';
import { literal, parsePsql, psqlProbe } from '../../resources/postgres-psql.js';
import { isGenuine } from '../../services/qdrant/root.js';
import { REDIS_CONF } from '../../services/redis/config.js';
import { askQdrant, resultOf } from '../qdrant-requests.js';
import type { QdrantPlace } from './snapshot.js';

/** What was seen before anything is written. */
export interface Preflight {
  /** What Qdrant has, as it names them. */
  collections: string[];
  /** Bytes of the database, more or less. */
  database: number;
  /** Others on the same server, which are in no set. Undefined where no database is taken from here. */
  otherDatabases?: string[];
  versions: Record<string, string>;
  genuine: boolean;
}

/** Looks whether everything that goes into a set answers. Throws what is in the way. */
export async function preflight(host: Host, config: Config, qdrant: QdrantPlace): Promise<Preflight> {
  const about = await qdrantVersion(host, qdrant);
  const postgres = hasDatabase(config) ? await databaseState(host, config.postgres) : undefined;
  const redis = hasCache(config) ? await cacheVersion(host, config.redis) : undefined;
  const versions = {
    qdrant: about.version,
    ...(postgres === undefined ? {} : { postgres: postgres.version }),
    ...(redis === undefined ? {} : { redis }),
  };
  const { collections, genuine } = about;
  return {
    ...{ collections, database: postgres?.bytes ?? 0, versions, genuine },
    ...(postgres === undefined ? {} : { otherDatabases: postgres.others }),
  };
}

/** Whether the database is part of a set: it is on this host, whatever addresses it listens on. */
export function hasDatabase({ postgres }: Pick<Config, 'postgres'>): boolean {
  return postgres.enabled;
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
  return { collections, version, genuine: isGenuine({ title, version }) };
}

interface DatabaseState {
  bytes: number;
  version: string;
  others: string[];
}

/** The database of the configuration, and which others there are. `postgres` is everybody's, and holds nothing. */
function databaseSql(database: string): string {
  const others = `select coalesce(json_agg(datname order by datname), '[]') from pg_database
    where not datistemplate and datname not in ('postgres', ${literal(database)})`;
  return `select pg_database_size(oid), current_setting('server_version'), (${others}) from pg_database where datname = ${literal(database)};`;
}

/** Reads the row that {@link databaseSql} gives; undefined where there is no such database. Pure. */
export function readDatabaseState(text: string): DatabaseState | undefined {
  const [, bytes, version, others = ''] = /^(\d+)\|([^|\s]+)[^|]*\|([\s\S]+)$/.exec(text.trim()) ?? [];
  if (version === undefined) return undefined;
  return { bytes: Number(bytes), version, others: JSON.parse(others) as string[] };
}

async function databaseState(host: Host, { port, database }: Config['postgres']): Promise<DatabaseState> {
  const sql = databaseSql(database);
  const { stdout } = await host.read(psqlProbe(sql, { port }));
  const [answer] = parsePsql(stdout, [null], (text) => [known(text.trim())]);
  if (answer?.status !== 'known') throw silent(host.target, 'PostgreSQL', 'vdb check postgres', answer?.why);
  const state = readDatabaseState(answer.value ?? '');
  if (state === undefined) {
    throw new VdbError(`PostgreSQL has no database ${database}`, {
      code: 'backup.no-database',
      exitCode: EXIT.failed,
      host: host.target,
      meaning: 'A set without it would not be whole.',
      next: 'vdb provision --only 3.1, or set postgres.enabled to false',
    });
  }
  return state;
}

async function cacheVersion(host: Host, { port }: Config['redis']): Promise<string> {
  const { stdout } = await host.read(sh`
    REDISCLI_AUTH=$(sed -n 's/^requirepass "\(.*\)"$/\1/p' ${REDIS_CONF})
    export REDISCLI_AUTH
    timeout 10 redis-cli --no-auth-warning -p ${port} INFO server </dev/null 2>/dev/null | tr -d '\r'`);
  const [, version] = /^redis_version:(\S+)$/m.exec(stdout) ?? [];
  if (version === undefined) throw silent(host.target, 'Redis', 'vdb check redis');
  return version;
}

/** `why` names the service, and may say that it is not up yet, as for who provisions. */
function silent(target: string, service: string, next: string, why?: string): VdbError {
  return new VdbError(why?.replace(/ yet$/, '') ?? `${service} does not answer`, {
    code: 'backup.service-silent',
    exitCode: EXIT.failed,
    host: target,
    meaning: 'A set without what it holds would not be whole. Nothing was written.',
    next,
  });
}
