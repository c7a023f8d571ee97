import { createPrivateKey } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { Config } from '../../config/schema.js';
import { messageOf } from '../../errors.js';
import { known, type Observation } from '../../host/probe.js';
import { certificatesIn } from '../../services/haproxy/certificate.js';

/** The configured key and certificate, on this machine. */
export interface KeyPair {
  /** Permission bits of the key, such as 0o600. */
  mode: number;
  /** Whether the key is the certificate's. */
  matches: boolean;
  /** SHA-256 of the certificate, as `AB:CD:…`. */
  fingerprint: string;
}

/** Reads them; the key itself goes nowhere. */
export async function keyPair({
  key = '',
  certificate = '',
}: Config['networking']['tls']): Promise<Observation<KeyPair>> {
  try {
    const { mode } = await stat(key);
    const [leaf] = certificatesIn(await readFile(certificate, 'utf8'));
    if (leaf === undefined) return { status: 'unknown', why: `${certificate} holds no certificate` };
    const matches = leaf.checkPrivateKey(createPrivateKey(await readFile(key)));
    return known({ mode: mode & 0o777, matches, fingerprint: leaf.fingerprint256 });
  } catch (error) {
    return { status: 'unknown', why: `the key and its certificate could not be read: ${messageOf(error)}` };
  }
}
