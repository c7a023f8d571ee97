import { join } from 'node:path';
import { inHome } from '../paths.js';
import { configText } from './ssh-config-text.js';

/** What `~/.ssh/config` says about one host, as far as vdb follows it. */
export interface SshSettings {
  hostName?: string;
  port?: number;
  user?: string;
  identityFiles?: string[];
  identitiesOnly?: boolean;
  /** A socket, or `none`. */
  identityAgent?: string;
  proxyJump?: string;
  /** Not followed; known so that it is not silently ignored. */
  proxyCommand?: string;
  knownHosts?: string[];
  hostKeyAlias?: string;
}

/** The settings for a host or an alias. */
export type SshConfig = (name: string) => SshSettings;

/**
 * Reads `~/.ssh/config` with what it includes. `Match exec` is not run: a configuration that is only looked
 * at must not start programs.
 */
export async function loadSshConfig(home: string): Promise<SshConfig> {
  const text = await configText(join(home, '.ssh/config'), home);
  if (text === '') return () => ({});
  const { default: SSHConfig } = await import('ssh-config');
  const parsed = SSHConfig.parse(text);
  return (name) => settingsOf(parsed.compute(name, { ignoreCase: true, matchExec: false }), name, home);
}

type Computed = Record<string, string | string[] | undefined>;

function settingsOf(computed: Computed, name: string, home: string): SshSettings {
  const one = (key: string): string | undefined => [computed[key] ?? []].flat()[0];
  const hostName = one('hostname')?.replaceAll('%h', name);
  const path = (text: string): string => inHome(expanded(text, hostName ?? name, home), home);
  return defined<SshSettings>({
    hostName,
    port: numberOf(one('port')),
    user: one('user'),
    identityFiles: listOf(computed.identityfile)?.map(path),
    identitiesOnly: one('identitiesonly') === undefined ? undefined : one('identitiesonly') === 'yes',
    identityAgent: agentOf(one('identityagent'), path),
    proxyJump: one('proxyjump'),
    proxyCommand: [computed.proxycommand ?? []].flat().join(' ') || undefined,
    knownHosts: listOf(computed.userknownhostsfile)?.map(path),
    hostKeyAlias: one('hostkeyalias'),
  });
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

function listOf(value: string | string[] | undefined): string[] | undefined {
  if (value === undefined) return undefined;
  return [value].flat().flatMap((text) => (text === '' ? [] : [text]));
}

function agentOf(text: string | undefined, path: (text: string) => string): string | undefined {
  if (text === undefined || text === 'SSH_AUTH_SOCK') return undefined;
  return text === 'none' ? 'none' : path(text);
}

function expanded(text: string, host: string, home: string): string {
  return text.replaceAll('%d', home).replaceAll('%h', host);
}

/** Without the keys that have no value. */
function defined<T extends object>(value: { [Key in keyof T]: T[Key] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as T;
}
