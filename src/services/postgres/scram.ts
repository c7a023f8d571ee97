import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';

const ITERATIONS = 4096;
const VERIFIER = /^SCRAM-SHA-256\$(\d+):([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)$/;

/**
 * The SCRAM-SHA-256 verifier that PostgreSQL stores for a password (RFC 5802 and 7677): who holds it can
 * check the password but not log in with it. Computed here, so that the password never leaves.
 */
export function scramVerifier(
  password: string,
  salt: Uint8Array = randomBytes(16),
  iterations = ITERATIONS,
): string {
  const { stored, server } = scramKeys(password, salt, iterations);
  const encoded = Buffer.from(salt).toString('base64');
  return `SCRAM-SHA-256$${iterations}:${encoded}$${stored.toString('base64')}:${server.toString('base64')}`;
}

/** Whether `verifier`, as read from `pg_authid.rolpassword`, belongs to `password`. MD5 hashes never do. */
export function scramMatches(password: string, verifier: string): boolean {
  const match = VERIFIER.exec(verifier);
  if (match === null) return false;
  const [, iterations = '', salt = '', wanted = ''] = match;
  const { stored } = scramKeys(password, Buffer.from(salt, 'base64'), Number(iterations));
  const given = Buffer.from(wanted, 'base64');
  return given.length === stored.length && timingSafeEqual(given, stored);
}

/** NFKC stands in for SASLprep: the same for every password without control or unassigned characters. */
function scramKeys(
  password: string,
  salt: Uint8Array,
  iterations: number,
): { stored: Buffer; server: Buffer } {
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, iterations, 32, 'sha256');
  const client = createHmac('sha256', salted).update('Client Key').digest();
  return {
    stored: createHash('sha256').update(client).digest(),
    server: createHmac('sha256', salted).update('Server Key').digest(),
  };
}
