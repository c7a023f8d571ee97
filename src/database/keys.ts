import { EXIT, VdbError } from '../errors.js';
import { keyFingerprint } from '../services/citadel/key.js';

/** A key of the gateway as it is listed: never the key itself, of which only a hash is kept. */
export interface ApiKey {
  id: string;
  name: string;
  scopes: readonly string[];
  createdAt: string | null;
  expiresAt: string | null;
  revokedAt: string | null;
  lastUsedAt: string | null;
  /** As {@link keyFingerprint} has it. */
  fingerprint: string;
}

/** What a key may do; `admin` implies the others. */
export const SCOPES = ['read', 'write', 'admin'] as const;

/** `read,write` as scopes. Throws with exit code 2 on another. */
export function scopesOf(text: string): string[] {
  const scopes = text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  const wrong = scopes.find((scope) => !(SCOPES as readonly string[]).includes(scope));
  if (wrong === undefined && scopes.length > 0) return scopes;
  const said = wrong === undefined ? 'it needs at least one scope' : `there is no scope "${wrong}"`;
  throw new VdbError(`A key may do what its scopes say: ${said}`, {
    code: 'usage',
    exitCode: EXIT.usage,
    meaning: `The scopes are ${SCOPES.join(', ')}; admin implies the others.`,
    next: 'vdb db keys issue NAME --scopes read,write',
  });
}

/** Reads the list of keys. Throws where it is none. */
export function keysOf({ keys }: Record<string, unknown>): ApiKey[] {
  if (!Array.isArray(keys)) throw new Error('unreadable list of keys');
  return keys.map(keyOf);
}

function keyOf(each: Record<string, unknown>): ApiKey {
  const text = (key: string): string | null => (typeof each[key] === 'string' ? each[key] : null);
  if (!Array.isArray(each.scopes)) throw new Error('unreadable list of keys');
  return {
    ...{ id: String(each.id), name: String(each.name), scopes: each.scopes.map(String) },
    fingerprint: String(each.fingerprint),
    ...{ createdAt: text('created_at'), expiresAt: text('expires_at') },
    ...{ revokedAt: text('revoked_at'), lastUsedAt: text('last_used_at') },
  };
}

/** Whether it is a key in force that is the configured one, with which vdb itself comes to the gateway. */
export function isOwnKey({ fingerprint, revokedAt }: ApiKey, configured: string): boolean {
  return revokedAt === null && configured !== '' && fingerprint === keyFingerprint(configured);
}
