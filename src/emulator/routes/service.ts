import { readdirSync, readFileSync } from 'node:fs';
import { heading } from '../metrics.js';
import { Raw, type Route, route, type World } from '../router.js';
import type { Collection } from '../store/collection.js';
import { EMULATOR_TITLE, EMULATOR_VERSION } from '../version.js';

const TEXT = 'text/plain; charset=utf-8';

const greeting = JSON.stringify({ title: EMULATOR_TITLE, version: EMULATOR_VERSION, commit: null });

/** What there is to know about the server itself. */
export const serviceRoutes: Route[] = [
  route('GET', '/', 'open', () => new Raw('application/json', greeting)),
  route('GET', '/healthz', 'open', () => new Raw(TEXT, 'healthz check passed')),
  route('GET', '/livez', 'open', () => new Raw(TEXT, 'healthz check passed')),
  route('GET', '/readyz', 'open', () => new Raw(TEXT, 'all shards are ready')),
  route('GET', '/metrics', 'read', (_call, world) => new Raw(TEXT, metricsText(world))),
  route('GET', '/telemetry', 'read', (call, world) => telemetry(world, call.query)),
  route('GET', '/issues', 'read', (_call, { issues }) => ({ issues: issues.all() })),
  route('DELETE', '/issues', 'manage', (_call, { issues }) => issues.clear()),
];

/** The level of details from which on Qdrant tells of the shards of each collection. */
const OF_SHARDS = 3;

function telemetry({ catalog, settings, started }: World, query: URLSearchParams) {
  const isDetailed = Number(query.get('details_level')) >= OF_SHARDS;
  return {
    app: { name: 'qdrant-emulator', version: EMULATOR_VERSION, startup: started.toISOString() },
    collections: {
      number_of_collections: catalog.all().length,
      ...(isDetailed ? { collections: catalog.all().map(collectionTelemetry) } : {}),
    },
    cluster: { enabled: settings.clusterEnabled },
  };
}

function collectionTelemetry({ name, config, operation }: Collection) {
  const local = { update_queue: { length: 0, op_num: operation } };
  return { id: name, init_time_ms: 0, config, shards: [{ id: 0, local }], transfers: [] };
}

function metricsText(world: World): string {
  return `${[...appLines(world), ...collectionLines(world), ...clusterLines(world), ...world.metrics.lines(), ...processLines()].join('\n')}\n`;
}

/** Names and help as Qdrant 1.18 has them; what the emulator has nothing of is left out. */
function appLines({ catalog, settings }: World): string[] {
  return [
    ...heading('app_info', 'information about qdrant server', 'gauge'),
    `app_info{name="qdrant-emulator",version="${EMULATOR_VERSION}"} 1`,
    ...gauge(
      'app_status_recovery_mode',
      'features enabled in qdrant server',
      Number(settings.recoveryMode !== null),
    ),
    ...gauge('collections_total', 'number of collections', catalog.all().length),
  ];
}

function collectionLines({ catalog, unloaded }: World): string[] {
  const collections = catalog.all().map((each) => ({
    id: each.name.replaceAll(/["\\\n]/g, (special) => (special === '\n' ? '\\n' : `\\${special}`)),
    points: unloaded.has(each) ? 0 : each.size,
  }));
  const perCollection = (name: string, help: string, value: (points: number) => number): string[] =>
    collections.length === 0
      ? []
      : [
          ...heading(name, help, 'gauge'),
          ...collections.map(({ id, points }) => `${name}{id="${id}"} ${value(points)}`),
        ];
  const vectors = collections.reduce((sum, { points }) => sum + points, 0);
  return [
    ...gauge('collections_vector_total', 'total number of vectors in all collections', vectors),
    ...perCollection(
      'collection_running_optimizations',
      'number of currently running optimization tasks per collection',
      () => 0,
    ),
    ...perCollection('collection_points', 'approximate amount of points per collection', (points) => points),
    ...gauge('collection_dead_replicas', 'total amount of shard replicas in non-active state', 0),
    ...perCollection(
      'snapshot_creation_running',
      'amount of snapshot creations that are currently running',
      () => 0,
    ),
    ...perCollection(
      'collection_update_queue_length',
      'number of pending operations in update queues per collection',
      () => 0,
    ),
    ...perCollection(
      'collection_update_queue_deferred_points',
      "number of points currently hidden during read operations as they're not yet optimized",
      () => 0,
    ),
  ];
}

function clusterLines({ settings }: World): string[] {
  return gauge('cluster_enabled', 'is cluster support enabled', Number(settings.clusterEnabled));
}

function processLines(): string[] {
  return [
    ...gauge(
      'memory_resident_bytes',
      'Maximum number of bytes in physically resident data pages mapped',
      process.memoryUsage().rss,
    ),
    ...gauge('process_open_mmaps', 'count of open mmaps', readText('/proc/self/maps').split('\n').length - 1),
    ...gauge(
      'system_max_mmaps',
      'system wide limit of open mmaps',
      Number(readText('/proc/sys/vm/max_map_count')),
    ),
    ...gauge('process_open_fds', 'count of currently open file descriptors', openFiles()),
    ...gauge('process_max_fds', 'limit for open file descriptors', mostOpenFiles()),
  ];
}

/** 0 for no limit, as Qdrant writes it. */
function mostOpenFiles(): number {
  const limit = /^Max open files\s+(\d+)/m.exec(readText('/proc/self/limits'))?.[1];
  return Number(limit ?? 0);
}

function gauge(name: string, help: string, value: number): string[] {
  return [...heading(name, help, 'gauge'), `${name} ${value}`];
}

function openFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
