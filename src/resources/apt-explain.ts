import type { ExecResult } from '../host/transport.js';

/** Why apt failed, in words. */
export interface Explanation {
  meaning: string;
  next: string;
  /** Where packages cannot be had: those that apt names, if it names any. */
  lacking?: readonly string[];
}

/** apt's words for a package that no repository has. */
const NOT_THERE = /Unable to locate package (\S+)|Package '?([^\s']+)'? has no installation candidate/g;

/** In order: the first that matches is the cause, later ones may be its consequences. */
const CAUSES: readonly { pattern: RegExp; meaning: string; next: string; unavailable?: true }[] = [
  {
    pattern: /Could not get lock|Unable to acquire the dpkg|lock was locked by/,
    meaning: 'Another package manager, usually unattended-upgrades, has held the lock for five minutes.',
    next: 'See who holds it (fuser -v /var/lib/dpkg/lock-frontend), wait for it, then run the same command again.',
  },
  {
    pattern: /No space left on device|You don't have enough free space/,
    meaning: 'There is not enough space for the packages.',
    next: 'Free space (apt-get clean; df -h / /var), then run the same command again.',
  },
  {
    pattern:
      /dpkg was interrupted|dpkg: error processing package|Sub-process \/usr\/bin\/dpkg returned an error/,
    meaning: 'A package could not be configured, or an earlier run of dpkg was interrupted.',
    next: 'Read the lines above; on the host, dpkg --configure -a shows which package it is.',
  },
  {
    pattern: /NO_PUBKEY|is not signed|EXPKEYSIG/,
    meaning: 'A repository is not signed by a key that this host trusts.',
    next: 'Check the key of the repository in the configuration.',
  },
  {
    pattern: /Temporary failure resolving|Could not resolve/,
    meaning: 'The name of the package mirror cannot be resolved.',
    next: 'Check name resolution on the host (getent hosts deb.debian.org) and the proxy settings of apt.',
    unavailable: true,
  },
  {
    pattern: /Failed to fetch|Unable to fetch|Could not connect|Some index files failed to download/,
    meaning: 'The package mirror cannot be reached or is not complete.',
    next: 'Check the way to the mirror (apt-get update on the host), then run the same command again.',
    unavailable: true,
  },
  {
    pattern: /Unable to locate package|has no installation candidate/,
    meaning: 'The distribution, with the repositories that are configured, has no such package.',
    next: 'Check that the host runs a supported release and that its repositories are complete (Ubuntu: universe).',
    unavailable: true,
  },
  {
    pattern: /Unmet dependencies|unmet dependencies|held broken packages/,
    meaning: 'The packages contradict what is installed or held.',
    next: 'On the host, apt-get check and apt-mark showhold name the packages.',
  },
];

/** What a failed apt run means, or null when its message is not one of the usual ones. */
export function explainApt({ stdout, stderr }: ExecResult): Explanation | null {
  const cause = CAUSES.find(({ pattern }) => pattern.test(stderr) || pattern.test(stdout));
  if (cause === undefined) return null;
  const { meaning, next, unavailable } = cause;
  if (!unavailable) return { meaning, next };
  const named = [...stderr.matchAll(NOT_THERE)].flatMap(([, one, other]) => one ?? other ?? []);
  return { meaning, next, lacking: [...new Set(named)] };
}
