import { resolve } from 'node:path';
import type { Rule, Violation } from '../rules.js';
import type { Config } from '../schema.js';

function certificateIsGiven({ networking: { tls } }: Config): Violation[] {
  const wanted = { off: [], 'own-ca': [], files: ['certificate', 'key'], acme: ['domain'] } as const;
  return wanted[tls.mode]
    .filter((key) => tls[key as 'certificate' | 'key' | 'domain'] === undefined)
    .map((key) => ({
      path: ['networking', 'tls', key],
      message: `is missing; it is required while networking.tls.mode is ${tls.mode}`,
    }));
}

function connectionsFit({ postgres, gateway }: Config): Violation[] {
  if (!postgres.enabled || !gateway.enabled) return [];
  const perWorker = postgres.pool.size + postgres.pool.max_overflow;
  if (perWorker < postgres.max_connections) return [];
  return [
    {
      path: ['postgres', 'max_connections'],
      message: `${postgres.max_connections} is not more than the ${perWorker} connections of one pool (size and max_overflow)`,
    },
  ];
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
  { needs: ['postgres', 'gateway'], check: connectionsFit },
  { needs: ['backup', 'paths'], check: repositoriesAreComplete },
];
