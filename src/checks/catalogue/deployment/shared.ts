import type { Facts } from '../../../host/facts.js';
import { SUPPORTED_OS } from '../../../host/preflight.js';
import { type Service, type ServiceName, servicesOf } from '../../../services/registry/services.js';
import type { CheckContext, Verdict } from '../../check.js';
import { worst } from '../../verdict.js';

/** The task that brings a service back. */
export const BROUGHT_BY: Readonly<Record<ServiceName, string>> = {
  postgresql: '3.1',
  redis: '3.2',
  qdrant: '1.1',
  gateway: '1.2',
  edge: '4.5',
  monitoring: '5.1',
};

/** What runs by the configuration; PostgreSQL only on a system of which it is known which one is there. */
export function servicesIn({ config, facts }: CheckContext): Service[] {
  const major = facts.status === 'known' && facts.value !== null ? postgresOf(facts.value) : undefined;
  const services = servicesOf(config, { standby: null, postgres: major ?? 0 });
  return services.filter(({ name }) => name !== 'postgresql' || major !== undefined);
}

function postgresOf({ os }: Facts): number | undefined {
  return SUPPORTED_OS.find(({ id, version }) => id === os.id && version === os.version)?.postgres;
}

/** The worst decides, and what repairs each of the findings repairs them together. */
export function combined(verdicts: readonly Verdict[], all: string): Verdict {
  const verdict = worst(verdicts, all);
  if (verdict.status === 'pass') return verdict;
  const fixes = verdicts.filter(({ status }) => status === verdict.status).flatMap(({ fix }) => fix ?? []);
  const { fix: _, ...rest } = verdict;
  return fixes.length === 0 ? rest : { ...rest, fix: [...new Set(fixes)].sort().join(',') };
}
