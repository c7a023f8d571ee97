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

/** A new configuration is checked before its references stand for anything. */
function isReference(value: string): boolean {
  return value.startsWith('${') && value.endsWith('}');
}

/** It stands in single quotes in a file that shells, systemd and python-dotenv read; they differ on these. */
function postgresPasswordIsPlain({ postgres }: Config): Violation[] {
  if (isReference(postgres.password) || !/['\\]|\$\{/.test(postgres.password)) return [];
  const message =
    "must not contain ' or \\ or ${, which the readers of the environment file take differently";
  return [{ path: ['postgres', 'password'], message }];
}

/** As `plainPassword` of the Redis service has it, found before anything is provisioned. */
function redisPasswordIsPlain({ redis }: Config): Violation[] {
  if (isReference(redis.password) || /^[\x21\x23-\x5b\x5d-\x7e]*$/.test(redis.password)) return [];
  const message =
    'must not contain spaces, ", \\ or characters outside ASCII, which redis.conf would have to escape';
  return [{ path: ['redis', 'password'], message }];
}

function gatewayKey({ gateway, security }: Config): Violation[] {
  if (!gateway.enabled || !security.api_key_auth) return [];
  return required(
    'gateway',
    'api_key',
    gateway.api_key,
    'gateway.enabled and security.api_key_auth are true: at least 16 characters, such as openssl rand -hex 32 prints; gateway.enabled: false does without the gateway',
  );
}

export const secretRules: readonly Rule[] = [
  { needs: ['qdrant'], check: keysDiffer },
  { needs: ['postgres'], check: postgresPassword },
  { needs: ['redis'], check: redisPassword },
  { needs: ['postgres'], check: postgresPasswordIsPlain },
  { needs: ['redis'], check: redisPasswordIsPlain },
  { needs: ['gateway', 'security'], check: gatewayKey },
];
