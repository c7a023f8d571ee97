/** One machine on the way to a host, or the host itself. */
export interface Hop {
  /** `user@address:port`, for messages. */
  label: string;
  address: string;
  port: number;
  user: string;
  /** The name under which known_hosts has it. */
  hostKeyName: string;
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
}

/** A host with the way to it: the last hop is the host. */
export interface SshTarget {
  label: string;
  hops: readonly [Hop, ...Hop[]];
}
