import { parse } from 'yaml';
import type { Config } from '../../src/config/schema.js';
import { renderRules } from '../../src/services/monitoring/rules.js';

/** Bytes of memory of the host that is watched. */
export const MEMORY = 64 * 1024 ** 3;

/** A configuration with everything that there are alerts and panels for. */
export const EVERYTHING = {
  collections: { documents: { size: 384 }, images: { size: 512 } },
  networking: { tls: { mode: 'own-ca' }, edge: { qdrant_http_port: 6433 } },
  monitoring: { enabled: true },
};

/** An alert rule as Prometheus reads it. */
export interface AlertRule {
  alert: string;
  expr: string;
  for?: string;
  labels: { severity: string };
  annotations: { summary: string; description: string };
}

/** The alert rules of a configuration, in their order. */
export function alertRules(config: Config): AlertRule[] {
  const { groups } = parse(renderRules(config, { memory: MEMORY })) as { groups: { rules: AlertRule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}
