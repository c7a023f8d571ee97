import { createHash } from 'node:crypto';

/** What tells a key of the gateway apart in the database, and gives nothing away: the beginning of its SHA-256. */
export function keyFingerprint(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 16);
}
