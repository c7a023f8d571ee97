import { isIP } from 'node:net';
import { resolve } from 'node:path';
import type { Rule, Violation } from '../rules.js';
import type { Config } from '../schema.js';
import { SLOTS } from '../slots.js';

function certificateIsGiven({ networking: { tls } }: Config): Violation[] {
  const wanted = { off: [], 'own-ca': [], files: ['certificate', 'key'], acme: ['domain'] } as const;
  return wanted[tls.mode]
    .filter((key) => tls[key as 'certificate' | 'key' | 'domain'] === undefined)
    .map((key) => ({
      path: ['networking', 'tls', key],
      message: `is missing; it is required while networking.tls.mode is ${tls.mode}`,
    }));
}

const DNS_NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;

/** The CA asks at the name itself (http-01): that proves no wildcard, and addresses only where a CA takes them. */
function domainCanBeProven({ networking: { tls } }: Config): Violation[] {
  if (tls.mode !== 'acme' || tls.domain === undefined) return [];
  if (DNS_NAME.test(tls.domain) && isIP(tls.domain) === 0) return [];
  return [
    {
      path: ['networking', 'tls', 'domain'],
      message: `${tls.domain} is nothing that an ACME server can be asked to certify here; it must be a DNS name in lower case, such as vectors.example.com, without wildcards`,
    },
  ];
}

/** What is left for vdb's own looks, migrations, backups and the superuser. */
const RESERVED_CONNECTIONS = 10;

/**
 * Each replica keeps to its pool, however many workers share it; a worker needs one connection. While a version
 * takes over from another, both slots have all their replicas.
 */
function connectionsFit({ postgres, gateway }: Config): Violation[] {
  if (!postgres.enabled || !gateway.enabled) return [];
  const { size, max_overflow } = postgres.pool;
  const all = (size + max_overflow) * gateway.replicas * SLOTS.length + RESERVED_CONNECTIONS;
  const workers = gateway.workers === 'auto' ? 1 : gateway.workers;
  return [
    ...(all <= postgres.max_connections
      ? []
      : [
          {
            path: ['postgres', 'max_connections'],
            message: `${postgres.max_connections} is less than ${all}: ${size + max_overflow} connections of the pool (size and max_overflow) for each of ${gateway.replicas} replicas in both slots, and ${RESERVED_CONNECTIONS} for others`,
          },
        ]),
    ...(workers <= size
      ? []
      : [
          {
            path: ['gateway', 'workers'],
            message: `${workers} workers cannot share the ${size} connections of postgres.pool.size: each needs one`,
          },
        ]),
  ];
}

/** The reference gateway cannot do without its metadata store; counters of rate limits lie in Redis. */
function gatewayHasItsServices({ gateway, postgres, redis }: Config): Violation[] {
  if (!gateway.enabled || gateway.artifact.from !== 'reference') return [];
  return [
    ...(postgres.enabled
      ? []
      : [
          {
            path: ['postgres', 'enabled'],
            message:
              'is false, but the gateway keeps its metadata there; gateway.enabled: false does without it',
          },
        ]),
    ...(redis.enabled || !gateway.rate_limit.enabled
      ? []
      : [
          {
            path: ['gateway', 'rate_limit', 'enabled'],
            message: 'needs Redis, but redis.enabled is false; false here, or gateway.enabled: false',
          },
        ]),
  ];
}

/** What is said of an archive needs one, and what is said of a pull none. */
function imageComesOneWay({ gateway: { artifact } }: Config): Violation[] {
  if (artifact.from !== 'image') return [];
  const { archive, sha256, auth_file } = artifact;
  const at = (key: string, message: string): Violation => ({ path: ['gateway', 'artifact', key], message });
  return [
    ...(sha256 !== undefined && archive === undefined
      ? [
          at(
            'sha256',
            'is that of an archive, but gateway.artifact.archive is not set; what is pulled is known by its digest',
          ),
        ]
      : []),
    ...(auth_file !== undefined && archive !== undefined
      ? [at('auth_file', 'is for a registry, but nothing is pulled where gateway.artifact.archive is set')]
      : []),
  ];
}

function anyOriginStandsAlone({ gateway: { cors_origins } }: Config): Violation[] {
  if (!cors_origins.includes('*') || cors_origins.length === 1) return [];
  return [{ path: ['gateway', 'cors_origins'], message: '* allows every origin: it must stand alone' }];
}

function repositoriesAreComplete({ backup, paths }: Config): Violation[] {
  return backup.repositories.flatMap((repository, index) => {
    const at = (key: string, message: string): Violation => ({
      path: ['backup', 'repositories', index, key],
      message,
    });
    const { type, path, password, name } = repository;
    const first = backup.repositories.findIndex((other) => other.name === name);
    return [
      ...(first < index ? [at('name', `${name} is the name of two repositories`)] : []),
      ...(type === 'restic' && password === undefined
        ? [at('password', 'is missing; it is required while the type is restic')]
        : []),
      ...(type !== 'restic' && password !== undefined
        ? [at('password', `has no use while the type is ${type}`)]
        : []),
      ...(type === 'directory' && resolve('/', path) === resolve('/', paths.backups)
        ? [at('path', 'is where the sets themselves are: that is no copy')]
        : []),
      ...(type === 'directory' && !path.startsWith('/') ? [at('path', 'must be an absolute path')] : []),
    ];
  });
}

export const serviceRules: readonly Rule[] = [
  { needs: ['networking'], check: certificateIsGiven },
  { needs: ['networking'], check: domainCanBeProven },
  { needs: ['postgres', 'gateway'], check: connectionsFit },
  { needs: ['postgres', 'redis', 'gateway'], check: gatewayHasItsServices },
  { needs: ['gateway'], check: imageComesOneWay },
  { needs: ['gateway'], check: anyOriginStandsAlone },
  { needs: ['backup', 'paths'], check: repositoriesAreComplete },
];
