import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export type HostKeyVerdict = 'known' | 'unknown' | 'changed' | 'revoked';

/** What a known_hosts file says about a key that a server has shown. */
export interface HostKeyFinding {
  verdict: HostKeyVerdict;
  /** The entry that decided, counted from 1; absent when nothing in the file is about the host. */
  line?: number;
  /** The key of that entry. */
  key?: Buffer;
}

interface Entry {
  line: number;
  marker: '' | '@revoked' | '@cert-authority' | 'unreadable';
  patterns: string[];
  type: string;
  key: Buffer;
}

/** The name of a host in known_hosts: with its port in brackets unless that is 22. */
export function hostKeyName(host: string, port: number): string {
  const name = host.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

/** Judges the key `key` (in SSH wire format) that `host` has shown. Whatever is in doubt is not `known`. */
export function verifyHostKey(text: string, host: string, port: number, key: Buffer): HostKeyFinding {
  const entries = entriesFor(text, host, port);
  const same = entries.filter((entry) => entry.key.equals(key));
  const revoked = same.find((entry) => entry.marker === '@revoked');
  if (revoked) return { verdict: 'revoked', line: revoked.line, key: revoked.key };
  const pinned = entries.filter((entry) => entry.marker === '');
  const known = same.find((entry) => entry.marker === '');
  if (known) return { verdict: 'known', line: known.line, key: known.key };
  const other = pinned.find((entry) => entry.type === keyType(key)) ?? pinned[0];
  if (other) return { verdict: 'changed', line: other.line, key: other.key };
  return { verdict: 'unknown' };
}

/** The types of the keys that are trusted for a host, so that the server is asked for one of those. */
export function knownKeyTypes(text: string, host: string, port: number): string[] {
  const pinned = entriesFor(text, host, port).filter((entry) => entry.marker === '');
  return [...new Set(pinned.map((entry) => entry.type))];
}

/** `SHA256:…`, as ssh prints it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** The type inside a key in SSH wire format: `ssh-ed25519`. */
export function keyType(key: Buffer): string {
  if (key.length < 4) return '';
  return key.subarray(4, 4 + key.readUInt32BE(0)).toString('latin1');
}

function entriesFor(text: string, host: string, port: number): Entry[] {
  const name = hostKeyName(host, port);
  return text
    .split('\n')
    .map((line, index) => parseLine(line, index + 1))
    .filter((entry) => entry !== undefined)
    .filter((entry) => matches(entry.patterns, name));
}

function parseLine(source: string, line: number): Entry | undefined {
  const words = source.trim().split(/\s+/);
  if (words[0] === '' || words[0]?.startsWith('#')) return undefined;
  const marker = words[0]?.startsWith('@') ? words.shift() : '';
  const [hosts = '', type = '', encoded = ''] = words;
  const key = Buffer.from(encoded, 'base64');
  if (type === '' || keyType(key) !== type) return undefined;
  return { line, marker: markerOf(marker), patterns: hosts.split(','), type, key };
}

function markerOf(word: string | undefined): Entry['marker'] {
  if (word === '' || word === '@revoked' || word === '@cert-authority') return word;
  return 'unreadable';
}

/** A pattern with `!` that matches rules the line out, whatever else matches. */
function matches(patterns: readonly string[], name: string): boolean {
  let matched = false;
  for (const pattern of patterns) {
    const negated = pattern.startsWith('!');
    if (!matchesOne(negated ? pattern.slice(1) : pattern, name)) continue;
    if (negated) return false;
    matched = true;
  }
  return matched;
}

function matchesOne(pattern: string, name: string): boolean {
  if (pattern.startsWith('|1|')) return matchesHash(pattern, name);
  return wildcard(pattern.toLowerCase()).test(name);
}

function matchesHash(pattern: string, name: string): boolean {
  const [, , salt = '', hash = ''] = pattern.split('|');
  const want = Buffer.from(hash, 'base64');
  const have = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
  return want.length === have.length && timingSafeEqual(want, have);
}

function wildcard(pattern: string): RegExp {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`);
}
