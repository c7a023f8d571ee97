import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Config } from './schema.js';

/**
 * The configuration with every path on this machine made absolute: `~/` is the home directory, anything else is
 * relative to the directory of the configuration file.
 */
export function withLocalPaths(config: Config, directory: string): Config {
  const local = (path: string) =>
    path.startsWith('~/') ? join(homedir(), path.slice(2)) : resolve(directory, path);
  const { artifact } = config.qdrant;
  const own = config.gateway.artifact;
  const { tls } = config.networking;
  return {
    ...config,
    hosts: config.hosts.map((host) => ({
      ...host,
      ...(host.known_hosts === undefined ? {} : { known_hosts: local(host.known_hosts) }),
      ...(host.identity_file === undefined ? {} : { identity_file: local(host.identity_file) }),
    })),
    qdrant: {
      ...config.qdrant,
      artifact:
        'path' in artifact && artifact.path !== undefined
          ? { ...artifact, path: local(artifact.path) }
          : artifact,
    },
    gateway: {
      ...config.gateway,
      artifact: {
        ...own,
        ...('path' in own ? { path: local(own.path) } : {}),
        ...('requirements' in own ? { requirements: local(own.requirements) } : {}),
        ...('archive' in own && own.archive !== undefined ? { archive: local(own.archive) } : {}),
      },
    },
    backup: {
      ...config.backup,
      repositories: config.backup.repositories.map((repository) =>
        repository.type === 'operator' ? { ...repository, path: local(repository.path) } : repository,
      ),
    },
    networking: {
      ...config.networking,
      tls: {
        ...tls,
        ...(tls.certificate === undefined ? {} : { certificate: local(tls.certificate) }),
        ...(tls.key === undefined ? {} : { key: local(tls.key) }),
        acme: { ...tls.acme, ...(tls.acme.ca === undefined ? {} : { ca: local(tls.acme.ca) }) },
      },
    },
  };
}
