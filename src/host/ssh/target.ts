import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { HostConfig } from '../../config/schema.js';
import { EXIT, VdbError } from '../../errors.js';
import { inHome } from '../paths.js';
import { sshByHand } from './by-hand.js';
import { parseJumps } from './proxy-jump.js';
import { loadSshConfig, type SshConfig, type SshSettings } from './ssh-config.js';

/** One machine on the way to a host, or the host itself. */
export interface Hop {
  /** `user@address:port`, for messages. */
  label: string;
  address: string;
  port: number;
  user: string;
  /** The name under which known_hosts has it, and the port there: an alias for host keys has none. */
  hostKeyName: string;
  hostKeyPort: number;
  hostKey: 'strict' | 'accept-new';
  /** Files with trusted keys, in order; a new key is written to the first. */
  knownHosts: readonly string[];
  /** The agent's socket, if its keys may be offered. */
  agentSocket?: string;
  /** The key that must be used, if one was named. A problem with it is an error. */
  identity?: { path: string; passphrase?: string };
  /** Keys that are tried if they are there. */
  otherIdentities: readonly string[];
  /** Offers only keys that were named. */
  identitiesOnly: boolean;
  connectTimeoutMs: number;
  /** The ssh command with which a person logs in there. */
  byHand: string;
}

/** A host with the way to it: the last hop is the host. */
export interface SshTarget {
  label: string;
  hops: readonly [Hop, ...Hop[]];
}

/** Keys that ssh tries when none is named, below the home directory. */
const DEFAULT_IDENTITIES = ['.ssh/id_ed25519', '.ssh/id_ecdsa', '.ssh/id_rsa'];
const DEFAULT_KNOWN_HOSTS = '~/.ssh/known_hosts';
const SYSTEM_KNOWN_HOSTS = '/etc/ssh/ssh_known_hosts';
const MAX_HOPS = 8;

interface Resolution {
  host: HostConfig;
  env: NodeJS.ProcessEnv;
  home: string;
  sshConfig: SshConfig;
}

/** A machine as somebody named it: an alias or an address, perhaps with user and port. */
interface Named {
  name: string;
  user?: string | undefined;
  port?: number | undefined;
}

/**
 * Where a configured host is and how to get in, `~/.ssh/config` included. What the configuration says wins;
 * what it leaves at its default yields to `~/.ssh/config`. Throws `VdbError` for a `ProxyJump` that cannot
 * be followed.
 */
export async function resolveTarget(host: HostConfig, env: NodeJS.ProcessEnv): Promise<SshTarget> {
  const home = env.HOME || homedir();
  const sshConfig: SshConfig = host.use_ssh_config ? await loadSshConfig(home) : () => ({});
  const resolution: Resolution = { host, env, home, sshConfig };
  const settings = sshConfig(host.address);
  const hop = hopOf(resolution, settings, {
    name: host.address,
    user: host.user ?? settings.user ?? 'root',
    port: host.port ?? settings.port,
  });
  const named = host.identity_file === undefined ? hop : withIdentity(hop, host, host.identity_file, home);
  const door = { ...hop, name: host.address, identity: named.identity?.path, jump: host.proxy_jump };
  const last = { ...named, byHand: sshByHand(host, door, home) };
  if (host.proxy_jump === undefined) refuseProxyCommand(settings, last.label);
  const jumps = jumpsOf(resolution, host.proxy_jump ?? settings.proxyJump, last.label, MAX_HOPS);
  const hops = [...jumps, last] as unknown as SshTarget['hops'];
  return { label: last.label, hops };
}

/** The hosts in between. Only the first of a list may itself lie behind others, as with ssh. */
function jumpsOf(resolution: Resolution, jumps: string | undefined, host: string, left: number): Hop[] {
  const [first, ...rest] = parseJumps(jumps, host);
  if (first === undefined) return [];
  if (left === 0) throw endless(host);
  const before = jumpsOf(resolution, resolution.sshConfig(first.name).proxyJump, host, left - 1);
  const text = jumps?.split(',').map((part) => part.trim()) ?? [];
  const through = (index: number) => (index === 0 ? undefined : text.slice(0, index).join(','));
  return [...before, ...[first, ...rest].map((jump, index) => jumpHop(resolution, jump, through(index)))];
}

/** `through` are the hosts before it, as in `ssh -J`. */
function jumpHop(resolution: Resolution, jump: Named, through: string | undefined): Hop {
  const settings = resolution.sshConfig(jump.name);
  return hopOf(resolution, settings, {
    name: jump.name,
    user: jump.user ?? settings.user ?? resolution.env.USER ?? userInfo().username,
    port: jump.port ?? settings.port,
    jump: through,
  });
}

function hopOf(
  { host, env, home }: Resolution,
  settings: SshSettings,
  named: Named & { user: string; jump?: string | undefined },
): Hop {
  const { user } = named;
  const address = settings.hostName ?? named.name;
  const port = named.port ?? 22;
  const agentSocket = host.agent ? (settings.identityAgent ?? env.SSH_AUTH_SOCK) : undefined;
  const identities = settings.identityFiles ?? DEFAULT_IDENTITIES.map((path) => join(home, path));
  return {
    label: `${user}@${address}:${port}`,
    address,
    port,
    user,
    hostKeyName: settings.hostKeyAlias ?? address,
    hostKeyPort: settings.hostKeyAlias === undefined ? port : 22,
    hostKey: host.host_key,
    knownHosts: knownHostsFiles(host, settings, home),
    ...(agentSocket && agentSocket !== 'none' ? { agentSocket } : {}),
    otherIdentities: identities,
    identitiesOnly: settings.identitiesOnly ?? false,
    connectTimeoutMs: host.connect_timeout_seconds * 1000,
    byHand: sshByHand(host, { ...named, port }, home),
  };
}

/** The key that the configuration names is the host's: the machines in between have their own. */
function withIdentity(hop: Hop, { identity_passphrase }: HostConfig, file: string, home: string): Hop {
  const path = inHome(file, home);
  const identity = identity_passphrase === undefined ? { path } : { path, passphrase: identity_passphrase };
  return { ...hop, identity, otherIdentities: [] };
}

function knownHostsFiles(host: HostConfig, settings: SshSettings, home: string): string[] {
  if (host.known_hosts !== undefined) return [inHome(host.known_hosts, home)];
  return [...(settings.knownHosts ?? [inHome(DEFAULT_KNOWN_HOSTS, home)]), SYSTEM_KNOWN_HOSTS];
}

function refuseProxyCommand({ proxyJump, proxyCommand }: SshSettings, host: string): void {
  if (proxyJump !== undefined || proxyCommand === undefined || proxyCommand === 'none') return;
  throw new VdbError(`~/.ssh/config reaches ${host} by a ProxyCommand, which vdb does not run`, {
    code: 'host.proxy-command',
    exitCode: EXIT.usage,
    host,
    next: 'Set `proxy_jump` for the host (`none` to connect directly).',
  });
}

function endless(host: string): VdbError {
  return new VdbError(`The way to ${host} goes through more than ${MAX_HOPS} hosts`, {
    code: 'host.proxy-jump',
    exitCode: EXIT.usage,
    host,
    meaning: 'ProxyJump in ~/.ssh/config probably leads back to itself.',
    next: 'Set `proxy_jump` for the host, or `use_ssh_config: false`.',
  });
}
