import { stringify } from 'yaml';
import { EXPORTER_PORTS } from '../../config/listeners.js';
import type { Config } from '../../config/schema.js';
import { parseDuration } from '../../config/units.js';
import { edgeServes } from '../haproxy/config.js';
import { discoveryDirectory } from '../registry/place.js';
import { QDRANT_KEY, RULES_FILE } from './place.js';
import { inSeconds, WRITTEN } from './written.js';

/** What Prometheus asks under one name. */
export interface Job {
  name: string;
  /** Where its targets are: in a file that a deploy keeps true, or at a port on loopback for good. */
  at: { file: string } | { port: number };
  /** The file with what is sent as a bearer token; null: nothing is. */
  keyFile: string | null;
}

/** Everything that Prometheus asks with this configuration. Pure. */
export function monitoringJobs(config: Config): Job[] {
  const { gateway, monitoring, postgres, redis } = config;
  const discovered = (name: string, keyFile: string | null = null): Job => {
    return { name, at: { file: `${discoveryDirectory(config)}/vdb-${name}.json` }, keyFile };
  };
  const local = (name: string, port: number): Job => ({ name, at: { port }, keyFile: null });
  return [
    local('prometheus', monitoring.prometheus_port),
    ...(monitoring.alertmanager.enabled ? [local('alertmanager', monitoring.alertmanager.port)] : []),
    ...(monitoring.node_exporter ? [local('node', EXPORTER_PORTS.node)] : []),
    discovered('qdrant', QDRANT_KEY),
    // Whether one of their own tells of itself, and how, is not known.
    ...(gateway.enabled && gateway.artifact.from === 'reference' ? [discovered('gateway')] : []),
    ...(edgeServes(config) ? [discovered('edge')] : []),
    ...(postgres.enabled ? [local('postgresql', EXPORTER_PORTS.postgres)] : []),
    ...(redis.enabled ? [local('redis', EXPORTER_PORTS.redis)] : []),
  ];
}

/** The content of `prometheus.yml`. It names the files with secrets, and holds none. Pure. */
export function renderPrometheus(config: Config, { hostname }: { hostname: string }): string {
  const { deployment, monitoring } = config;
  const { alertmanager } = monitoring;
  const document = {
    global: {
      scrape_interval: inSeconds(monitoring.scrape_interval),
      scrape_timeout: inSeconds(shorter(monitoring.scrape_interval, '10s')),
      evaluation_interval: inSeconds(monitoring.evaluation_interval),
      external_labels: { host: hostname, environment: deployment.environment },
    },
    rule_files: [RULES_FILE],
    ...(alertmanager.enabled
      ? { alerting: { alertmanagers: [{ static_configs: [staticAt(alertmanager.port)] }] } }
      : {}),
    scrape_configs: monitoringJobs(config).map(scrapeOf),
  };
  return WRITTEN + stringify(document, { lineWidth: 0 });
}

function scrapeOf({ name, at, keyFile }: Job) {
  return {
    job_name: name,
    ...(keyFile === null ? {} : { authorization: { type: 'Bearer', credentials_file: keyFile } }),
    ...('file' in at ? { file_sd_configs: [{ files: [at.file] }] } : { static_configs: [staticAt(at.port)] }),
  };
}

function staticAt(port: number) {
  return { targets: [`127.0.0.1:${port}`] };
}

function shorter(a: string, b: string): string {
  return (parseDuration(a) ?? 0) < (parseDuration(b) ?? 0) ? a : b;
}
