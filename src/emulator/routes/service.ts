import { readdirSync, readFileSync } from 'node:fs';
import { heading } from '../metrics.js';
import { Raw, type Route, route, type World } from '../router.js';
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
  route('GET', '/telemetry', 'read', (_call, world) => telemetry(world)),
  route('GET', '/issues', 'read', () => ({ issues: [] })),
];

function telemetry({ catalog, settings, started }: World) {
  return {
    app: { name: 'qdrant-emulator', version: EMULATOR_VERSION, startup: started.toISOString() },
    collections: { number_of_collections: catalog.all().length },
    cluster: { enabled: settings.clusterEnabled },
  };
}

function metricsText(world: World): string {
  return `${[...appLines(world), ...collectionLines(world), ...world.metrics.lines(), ...processLines()].join('\n')}\n`;
}

function appLines({ catalog, settings }: World): string[] {
  const collections = catalog.all();
  const vectors = collections.reduce((sum, each) => sum + each.size, 0);
  return [
    ...heading('app_info', 'information about the server', 'gauge'),
    `app_info{name="qdrant-emulator",version="${EMULATOR_VERSION}"} 1`,
    ...gauge('app_status_recovery_mode', 'whether the server is in recovery mode', 0),
    ...gauge('collections_total', 'number of collections', collections.length),
    ...gauge('collections_vector_total', 'total number of vectors in all collections', vectors),
    ...gauge('cluster_enabled', 'whether cluster mode is on', Number(settings.clusterEnabled)),
  ];
}

function collectionLines({ catalog }: World): string[] {
  const perCollection = (name: string, help: string, value: (size: number) => number): string[] => [
    ...heading(name, help, 'gauge'),
    ...catalog
      .all()
      .map((each) => `${name}{id="${each.name.replaceAll(/["\\\n]/g, '\\$&')}"} ${value(each.size)}`),
  ];
  return [
    ...perCollection('collection_points', 'number of points per collection', (size) => size),
    ...perCollection('collection_running_optimizations', 'running optimizations per collection', () => 0),
    ...perCollection('collection_update_queue_length', 'waiting updates per collection', () => 0),
    ...perCollection('snapshot_creation_running', 'snapshots being made per collection', () => 0),
  ];
}

function processLines(): string[] {
  const limits = readText('/proc/self/limits');
  return [
    ...gauge('memory_resident_bytes', 'bytes in physical memory', process.memoryUsage().rss),
    ...gauge('process_open_mmaps', 'memory maps', readText('/proc/self/maps').split('\n').length - 1),
    ...gauge('system_max_mmaps', 'most memory maps', Number(readText('/proc/sys/vm/max_map_count'))),
    ...gauge('process_open_fds', 'open file descriptors', openFiles()),
    ...gauge(
      'process_max_fds',
      'most open file descriptors',
      Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? 0),
    ),
  ];
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
