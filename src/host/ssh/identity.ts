import { readFile } from 'node:fs/promises';
import ssh2, { type ParsedKey } from 'ssh2';
import { EXIT, messageOf, VdbError } from '../../errors.js';

/** A private key file as it was found. */
export type Identity =
  | { path: string; status: 'usable'; key: ParsedKey }
  | { path: string; status: 'missing' | 'encrypted' | 'wrong-passphrase' | 'unreadable'; why: string };

/** Reads a key file; never throws. */
export async function readIdentity(path: string, passphrase?: string): Promise<Identity> {
  let text: Buffer;
  try {
    text = await readFile(path);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return { path, status: missing ? 'missing' : 'unreadable', why: messageOf(error) };
  }
  const parsed: unknown = ssh2.utils.parseKey(text, passphrase);
  const key = (Array.isArray(parsed) ? parsed[0] : parsed) as ParsedKey | Error;
  if (!(key instanceof Error)) {
    if (key.isPrivateKey()) return { path, status: 'usable', key };
    return { path, status: 'unreadable', why: 'it is a public key' };
  }
  if (passphrase !== undefined) return { path, status: 'wrong-passphrase', why: key.message };
  if (/encrypted/i.test(key.message)) return { path, status: 'encrypted', why: 'it needs a passphrase' };
  return { path, status: 'unreadable', why: key.message };
}

/** The public half beside a private key that cannot be opened: enough to find it in an agent. */
export async function publicKeyBeside(path: string): Promise<Buffer | undefined> {
  try {
    const key = ssh2.utils.parseKey(await readFile(`${path}.pub`));
    return key instanceof Error ? undefined : key.getPublicSSH();
  } catch {
    return undefined;
  }
}

const PROBLEMS = {
  missing: [
    'host.identity-missing',
    'does not exist',
    'Correct `identity_file`, or remove it to use the default keys.',
  ],
  unreadable: ['host.identity-unreadable', 'cannot be read', 'Name a private key in OpenSSH or PEM format.'],
  encrypted: [
    'host.passphrase-missing',
    'is encrypted and no passphrase is configured',
    'Set `identity_passphrase`, or add the key to the SSH agent: ssh-add.',
  ],
  'wrong-passphrase': [
    'host.passphrase-wrong',
    'cannot be opened with the configured passphrase',
    'Correct `identity_passphrase`.',
  ],
} as const;

/** The error for a key that was named and cannot be used. */
export function identityProblem(host: string, identity: Exclude<Identity, { status: 'usable' }>): VdbError {
  const [code, what, next] = PROBLEMS[identity.status];
  return new VdbError(`The private key ${identity.path} ${what}`, {
    code,
    exitCode: EXIT.usage,
    host,
    meaning: `${identity.why}.`,
    next,
  });
}
