import type { Config } from '../../config/schema.js';

type Paths = Pick<Config, 'paths'>;

/** The unit that starts and stops everything that vdb runs. */
export const TARGET = 'vdb.target';

/** What runs on the host, and where: for programs. */
export function registryFile({ paths }: Paths): string {
  return `${paths.root}/config/registry.json`;
}

/** The directory of the files that tell Prometheus where its targets are (`file_sd_configs`). */
export function discoveryDirectory({ paths }: Paths): string {
  return `${paths.root}/config/file_sd`;
}

/** The files of the documents (task 4.5), without their directory. */
export const DOCUMENTS = {
  production: 'production.yaml',
  deployment: 'deployment.yaml',
  orchestration: 'service-orchestration.yaml',
  healthChecks: 'health-checks.yaml',
} as const;

/** Where one of them lies on the host. */
export function documentFile({ paths }: Paths, name: keyof typeof DOCUMENTS): string {
  return `${paths.root}/config/${DOCUMENTS[name]}`;
}
