import { renderConfigFile } from '../config/render.js';
import { writeSecrets } from '../config/secrets.js';
import { replaceFile } from '../files.js';
import type { LabKeys } from './access.js';
import { CONTAINER_CA_BUNDLE } from './container-spec.js';
import { knownHostsLine } from './keys.js';
import type { LabPaths } from './names.js';
import type { QdrantChoice } from './qdrant.js';

/** What the files of a lab host are written from. */
export interface LabConfiguration {
  name: string;
  address: string;
  port: number;
  user: string;
  keys: LabKeys;
  qdrant: QdrantChoice;
  /** Where connections to the published ports come from. */
  network?: string | undefined;
  /** Whether the machine's CA bundle is mounted. */
  caBundle: boolean;
  maxOpenFiles: number;
}

/** Writes the key, known_hosts, secrets and configuration of a lab host. */
export async function writeConfiguration(paths: LabPaths, lab: LabConfiguration): Promise<void> {
  await replaceFile(paths.identity, lab.keys.operator.private, 0o600);
  await replaceFile(paths.knownHosts, knownHostsLine(lab.address, lab.port, lab.keys.host.public));
  await writeSecrets(paths.secrets);
  const content = renderConfigFile({
    name: lab.name,
    address: lab.address,
    port: lab.port,
    user: lab.user,
    identity_file: paths.identity,
    known_hosts: paths.knownHosts,
    host_key: 'strict',
    overrides: labOverrides(lab),
    secretsFile: paths.secrets,
  });
  await replaceFile(paths.config, content);
}

/** What a container on a laptop needs otherwise than a server: less of everything. */
export function labOverrides(
  lab: Pick<LabConfiguration, 'qdrant' | 'network' | 'caBundle' | 'maxOpenFiles'>,
): Record<string, unknown> {
  const nofile = Math.max(10_000, Math.min(65_536, lab.maxOpenFiles));
  return {
    os: { limits: { nofile } },
    storage: { min_free_gib: 1 },
    python: { required: false, ...(lab.caBundle ? { ca_bundle: CONTAINER_CA_BUNDLE } : {}) },
    qdrant: {
      ...(lab.qdrant.version === undefined ? {} : { version: lab.qdrant.version }),
      artifact: lab.qdrant.artifact,
      cpu: 1,
      memory: '1GiB',
      storage: '4GiB',
      nofile,
    },
    postgres: {
      max_connections: 60,
      pool: { size: 8, max_overflow: 8 },
      settings: { shared_buffers: '64MB' },
    },
    redis: { maxmemory: '64mb' },
    gateway: { cpu: 1, memory: '1GiB', workers: 2, replicas: 1, max_connections: 1000 },
    capacity: { target_points: 10_000 },
    ...(lab.network === undefined ? {} : { security: { firewall: { allow: [lab.network] } } }),
  };
}
