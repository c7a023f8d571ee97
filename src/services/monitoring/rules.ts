import { ALERT_RULES } from '../../config/alerts.js';
import type { Config } from '../../config/schema.js';
import { parseDuration } from '../../config/units.js';
import { template } from '../../templates.js';
import { edgeServes } from '../haproxy/config.js';
import { qdrantMemoryLimit } from '../qdrant/unit.js';
import { watchesCertificate } from './certificate.js';
import { monitoringJobs } from './jobs.js';
import { inSeconds } from './written.js';

const SECONDS_A_DAY = 86_400;

/**
 * The alert rules of what this configuration has, with its delays and limits. `memory` is the host's in bytes, which
 * Qdrant's is measured by where it has no limit of its own. Pure.
 */
export function renderRules(config: Config, { memory }: { memory: number }): string {
  const { backup, collections, monitoring, postgres, redis } = config;
  const jobs = monitoringJobs(config).map(({ name }) => name);
  const own = (name: string) => monitoring.alerts[name];
  return template(ALERT_RULES, {
    pending: (name: string, usual: string): string => inSeconds(own(name)?.for ?? usual),
    limit: (name: string, usual: number): number => own(name)?.limit ?? usual,
    ...{ jobs, collections: Object.keys(collections).length },
    qdrantMemory: qdrantMemoryLimit(config, memory) ?? memory,
    alertmanager: monitoring.alertmanager.enabled,
    gateway: jobs.includes('gateway'),
    edge: edgeServes(config),
    certificate: watchesCertificate(config),
    postgres: postgres.enabled,
    redis: redis.enabled,
    node: monitoring.node_exporter,
    backups: backup.enabled,
    drillDays: (parseDuration(backup.drill_interval) ?? 0) / SECONDS_A_DAY,
  });
}
