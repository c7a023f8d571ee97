import { stringify } from 'yaml';
import { isSecretPath } from '../../config/keys.js';
import { type ConfigPath, formatPath, isMapping } from '../../config/path.js';
import type { Config, HostConfig } from '../../config/schema.js';
import { urlSecrets } from '../../config/url-credentials.js';
import { SECRETS_NAME } from './place.js';

/** The configuration with which vdb runs on the server, in two files that are root's alone. */
export interface ServerFiles {
  /** `vdb.yaml`: without any secret; it refers to the other file. */
  config: string;
  /** `vdb.secrets.yaml`: secrets by their place in the configuration. */
  secrets: string;
}

const HEADER = '# Written by vdb backup schedule: changes here are overwritten.\n';

/**
 * The effective configuration for one host, as that host itself can use it: reached without SSH, and without what
 * lies on the machine of the operator (keys, certificates, the artefact of a release, copies). What only judges a
 * host is left out too, so that a changed threshold is no reason to install again. Pure.
 */
export function serverConfiguration(config: Config, host: Pick<HostConfig, 'name'>): ServerFiles {
  const secrets: Record<string, string> = {};
  const { checks: _, capacity: __, ...rest } = config;
  const data = withoutOperator({
    ...rest,
    hosts: [{ name: host.name, address: 'localhost', connection: 'local' }],
  });
  const referring = refer(data, [], secrets);
  const options = { lineWidth: 0, aliasDuplicateObjects: false };
  return {
    config: HEADER + stringify(referring, options),
    secrets: HEADER + stringify(secrets, options),
  };
}

type Sections = Omit<Config, 'checks' | 'capacity' | 'hosts'> & { hosts: unknown[] };

function withoutOperator(sections: Sections): Record<string, unknown> {
  const { qdrant, networking, backup } = sections;
  const { artifact, ...server } = qdrant;
  return {
    ...sections,
    qdrant: artifact.from === 'release' ? qdrant : { ...server, ...emulated(artifact.from) },
    networking: { ...networking, tls: onServer(networking.tls) },
    backup: { ...backup, repositories: backup.repositories.filter(({ type }) => type !== 'operator') },
  };
}

/** The file of a CA is the operator's too; what uses it on the server has a copy there. */
function onServer(tls: Config['networking']['tls']): unknown {
  if (tls.mode === 'files') return { mode: 'off' };
  const { ca: _, ...acme } = tls.acme;
  return { ...tls, acme };
}

/** A stand-in for Qdrant must not pass for a real one. */
function emulated(from: 'file' | 'emulator'): { artifact?: unknown } {
  return from === 'emulator' ? { artifact: { from } } : {};
}

/** Puts each secret into `secrets`, and a reference in its place. A service that is off has an empty one: none. */
function refer(value: unknown, path: ConfigPath, secrets: Record<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item, index) => refer(item, [...path, index], secrets));
  if (isMapping(value)) {
    const entries = Object.entries(value).map(([key, item]) => [key, refer(item, [...path, key], secrets)]);
    return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
  }
  if (typeof value !== 'string') return value;
  if (!isSecretPath(path) && urlSecrets(value).length === 0) return value.replaceAll('${', '$$${');
  if (value === '') return undefined;
  const place = formatPath(path);
  secrets[place] = value;
  return `\${file:${SECRETS_NAME}#${place}}`;
}
