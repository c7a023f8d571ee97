import { EXPORTER_PORTS } from '../../config/listeners.js';
import type { Config } from '../../config/schema.js';
import { parseSize } from '../../config/units.js';
import { template } from '../../templates.js';
import { MONITORING_USER, REDIS_PASSWORD } from './place.js';
import { inSeconds, WRITTEN } from './written.js';

/** A program of monitoring, as the distribution packages it. */
export interface Program {
  /** `node-exporter`. */
  name: string;
  /** Of the distribution; its unit has the same name. */
  package: string;
  unit: string;
  port: number;
  /** What it answers with 200 once it serves. */
  readyPath: string;
  /** Where the arguments of its unit lie. */
  defaults: { path: string; content: string; owner?: string; mode?: string };
  /** What closes it off from the system, as a drop-in; null where its package does. */
  hardening: { name: string; content: string } | null;
}

/** Every program that this configuration has, in the order in which they are started; none where monitoring is off. Pure. */
export function monitoringPrograms(config: Config): Program[] {
  const { monitoring, postgres, redis } = config;
  if (!monitoring.enabled) return [];
  return [
    ...(monitoring.node_exporter ? [nodeExporter()] : []),
    ...(postgres.enabled ? [postgresExporter(config)] : []),
    ...(redis.enabled ? [redisExporter(config)] : []),
    ...(monitoring.alertmanager.enabled ? [alertmanager(config)] : []),
    prometheus(config),
  ];
}

/** The units that some configuration has. */
export const MONITORING_UNITS: readonly string[] = [
  'prometheus-node-exporter.service',
  'prometheus-postgres-exporter.service',
  'prometheus-redis-exporter.service',
  'prometheus-alertmanager.service',
  'prometheus.service',
];

/** As the distribution has it, but for /mnt and /media, which data may lie below. */
const NOT_WATCHED = '^/(dev|proc|run|sys|var/lib/docker/.+|var/lib/containers/storage/.+)($|/)';

/** Sees the mounts as they are: closed off by mounts of its own, it would tell of those. */
function nodeExporter(): Program {
  const port = EXPORTER_PORTS.node;
  return {
    ...packaged('prometheus-node-exporter', 'node-exporter', port, '/'),
    defaults: defaultsOf('prometheus-node-exporter', [
      listenAt(port),
      `--collector.filesystem.mount-points-exclude=${NOT_WATCHED}`,
    ]),
    hardening: hardeningOf('prometheus-node-exporter', { mounts: false }),
  };
}

/** Over the socket, as itself: there is no password. */
function postgresExporter({ postgres }: Config): Program {
  const port = EXPORTER_PORTS.postgres;
  const source = `user=${MONITORING_USER} host=/run/postgresql port=${postgres.settings.port ?? postgres.port} dbname=postgres application_name=vdb-monitoring`;
  const args = [listenAt(port), '--collector.database_wraparound'];
  const { path, content } = defaultsOf('prometheus-postgres-exporter', args);
  return {
    ...packaged('prometheus-postgres-exporter', 'postgres-exporter', port, '/'),
    // Its package gives the file to the account at each upgrade.
    defaults: {
      path,
      content: `${content}DATA_SOURCE_NAME='${source}'\n`,
      owner: `${MONITORING_USER}:${MONITORING_USER}`,
      mode: '0640',
    },
    hardening: hardeningOf('prometheus-postgres-exporter', { mounts: true }),
  };
}

function redisExporter(config: Config): Program {
  const port = EXPORTER_PORTS.redis;
  const args = [
    `-web.listen-address=127.0.0.1:${port}`,
    `-redis.addr=${redisAddress(config)}`,
    `-redis.password-file=${REDIS_PASSWORD}`,
  ];
  return {
    ...packaged('prometheus-redis-exporter', 'redis-exporter', port, '/'),
    defaults: defaultsOf('prometheus-redis-exporter', args),
    hardening: hardeningOf('prometheus-redis-exporter', { mounts: true }),
  };
}

/** As the exporter names it, in its arguments and in its file of passwords. */
function redisAddress({ redis }: Pick<Config, 'redis'>): string {
  return `redis://127.0.0.1:${redis.port}`;
}

/** The password of Redis by its address, for the exporter alone. Pure. */
export function redisPasswords(config: Pick<Config, 'redis'>): string {
  return `${JSON.stringify({ [redisAddress(config)]: config.redis.password })}\n`;
}

/** Alone: it looks for no other Alertmanager, and opens no port for one. */
function alertmanager({ monitoring }: Config): Program {
  const { port } = monitoring.alertmanager;
  const storage = '/var/lib/prometheus/alertmanager';
  return {
    ...packaged('prometheus-alertmanager', 'alertmanager', port, '/-/ready'),
    defaults: defaultsOf('prometheus-alertmanager', [
      listenAt(port),
      '--cluster.listen-address=',
      `--storage.path=${storage}`,
    ]),
    hardening: hardeningOf('prometheus-alertmanager', { mounts: true, writable: storage }),
  };
}

function prometheus({ monitoring }: Config): Program {
  const { prometheus_port: port, retention, retention_size } = monitoring;
  return {
    ...packaged('prometheus', 'prometheus', port, '/-/ready'),
    defaults: defaultsOf('prometheus', [
      listenAt(port),
      '--storage.tsdb.path=/var/lib/prometheus/metrics2',
      `--storage.tsdb.retention.time=${inSeconds(retention)}`,
      `--storage.tsdb.retention.size=${parseSize(retention_size)}B`,
    ]),
    hardening: null,
  };
}

function packaged(name: string, short: string, port: number, readyPath: string) {
  return { name: short, package: name, unit: `${name}.service`, port, readyPath };
}

function listenAt(port: number): string {
  return `--web.listen-address=127.0.0.1:${port}`;
}

function defaultsOf(name: string, args: readonly string[]) {
  const content = `${WRITTEN}ARGS="${args.join(' ')}"\n`;
  return { path: `/etc/default/${name}`, content };
}

function hardeningOf(name: string, { mounts, writable }: { mounts: boolean; writable?: string }) {
  return {
    name: `${name}.service.d/15-vdb-hardening.conf`,
    content: template('prometheus/hardening.conf', { mounts, writable }),
  };
}
