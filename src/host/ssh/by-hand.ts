import type { HostConfig } from '../../config/schema.js';
import { inHome } from '../paths.js';
import { quote } from '../shell.js';

/** Where a person would log in. */
export interface Door {
  /** As it is named in the configuration: an alias of `~/.ssh/config` means the same to ssh. */
  name: string;
  user: string;
  port: number;
  /** Private key, an absolute path. */
  identity?: string | undefined;
  /** The value of `ssh -J`. */
  jump?: string | undefined;
}

/** The ssh command with which a person logs in as vdb does, with the options that the configuration names. */
export function sshByHand(
  host: HostConfig,
  { name, user, port, identity, jump }: Door,
  home: string,
): string {
  const option = (key: string, value: string): string[] => ['-o', `${key}=${value}`];
  return [
    'ssh',
    ...(host.use_ssh_config ? [] : ['-F', 'none']),
    ...['-p', String(port)],
    ...(identity === undefined ? [] : ['-i', identity, ...option('IdentitiesOnly', 'yes')]),
    ...(host.agent ? [] : option('IdentityAgent', 'none')),
    ...(host.known_hosts === undefined
      ? []
      : option('UserKnownHostsFile', oneFile(inHome(host.known_hosts, home)))),
    ...(host.host_key === 'strict' ? [] : option('StrictHostKeyChecking', 'accept-new')),
    ...(jump === undefined ? [] : ['-J', jump.replaceAll(/\s/g, '')]),
    `${user}@${name}`,
  ]
    .map(quote)
    .join(' ');
}

/** ssh takes several files there, separated by spaces. */
function oneFile(path: string): string {
  return /\s/.test(path) ? `"${path}"` : path;
}
