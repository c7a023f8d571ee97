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

function sshRepositoriesHaveTargets({ backup }: Config): Violation[] {
  return backup.repositories.flatMap(({ type, target }, index) =>
    type === 'ssh' && target === undefined
      ? [
          {
            path: ['backup', 'repositories', index, 'target'],
            message: 'is missing; it is required while the type is ssh',
          },
        ]
      : [],
  );
}

export const serviceRules: readonly Rule[] = [
  { needs: ['networking'], check: certificateIsGiven },
  { needs: ['postgres', 'gateway'], check: connectionsFit },
  { needs: ['backup'], check: sshRepositoriesHaveTargets },
];
