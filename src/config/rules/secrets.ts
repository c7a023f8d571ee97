import type { Rule, Violation } from '../rules.js';
import type { Config } from '../schema.js';

function keysDiffer({ qdrant }: Config): Violation[] {
  if (qdrant.api_key !== qdrant.read_only_api_key) return [];
  return [
    {
      path: ['qdrant', 'read_only_api_key'],
      message: 'must differ from qdrant.api_key, or reading means writing',
    },
  ];
}

function required(section: string, key: string, value: string, reason: string): Violation[] {
  return value === ''
    ? [{ path: [section, key], message: `is missing; it is required while ${reason}` }]
    : [];
}

function postgresPassword({ postgres }: Config): Violation[] {
  return postgres.enabled
    ? required('postgres', 'password', postgres.password, 'postgres.enabled is true')
    : [];
}

function redisPassword({ redis }: Config): Violation[] {
  return redis.enabled ? required('redis', 'password', redis.password, 'redis.enabled is true') : [];
}

function gatewayKey({ gateway, security }: Config): Violation[] {
  if (!gateway.enabled || !security.api_key_auth) return [];
  return required(
    'gateway',
    'api_key',
    gateway.api_key,
    'gateway.enabled and security.api_key_auth are true',
  );
}

export const secretRules: readonly Rule[] = [
  { needs: ['qdrant'], check: keysDiffer },
  { needs: ['postgres'], check: postgresPassword },
  { needs: ['redis'], check: redisPassword },
  { needs: ['gateway', 'security'], check: gatewayKey },
];
