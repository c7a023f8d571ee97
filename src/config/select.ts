import { EXIT, VdbError } from '../errors.js';
import { nearest } from './nearest.js';
import type { Config, HostConfig } from './schema.js';

/**
 * The hosts a command is for: the one named by `--host` or else `VDB_HOST`, otherwise all of them. Throws
 * `config.unknown-host` for a name that is not configured.
 */
export function selectHosts(config: Config, env: NodeJS.ProcessEnv, host?: string): HostConfig[] {
  const wanted = host ?? (env.VDB_HOST || undefined);
  if (wanted === undefined) return config.hosts;
  const found = config.hosts.find(({ name }) => name === wanted);
  if (found !== undefined) return [found];
  const names = config.hosts.map(({ name }) => name);
  const meant = nearest(wanted, names);
  throw new VdbError(`There is no host ${JSON.stringify(wanted)} in the configuration.`, {
    code: 'config.unknown-host',
    exitCode: EXIT.usage,
    next: meant === undefined ? `Known hosts: ${names.join(', ')}.` : `Did you mean ${meant}?`,
  });
}
