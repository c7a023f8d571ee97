import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EXIT, VdbError } from '../../errors.js';
import {
  fingerprint,
  type HostKeyFinding,
  hostKeyName,
  keyType,
  knownKeyTypes,
  verifyHostKey,
} from './known-hosts.js';
import type { Hop } from './target.js';

/** Decides, during one handshake, whether the server is who it should be. */
export interface HostKeyGuard {
  /** Signature algorithms to ask for: those of trusted keys first. SHA-1 is not among them. */
  algorithms: string[];
  verify(key: Buffer): boolean;
  /** The key that the server has shown; it owns it once the handshake is over. */
  shown(): Buffer | undefined;
  /** Why the key was refused, if it was. */
  refusal(): VdbError | undefined;
  /** Writes an accepted new key down; to be called once the server has proved that it owns the key. */
  remember(): Promise<void>;
}

interface Finding extends HostKeyFinding {
  file?: string;
}

const ALGORITHMS = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

/** Reads the hop's known_hosts files; a file that does not exist is empty, one that cannot be read an error. */
export async function hostKeyGuard(hop: Hop): Promise<HostKeyGuard> {
  const files = await Promise.all(hop.knownHosts.map(async (path) => ({ path, text: await readOr(path) })));
  const types = files.flatMap(({ text }) => knownKeyTypes(text, hop.hostKeyName, hop.hostKeyPort));
  let shown: Buffer | undefined;
  let accepted: Buffer | undefined;
  let refused: VdbError | undefined;
  return {
    algorithms: [...ALGORITHMS].sort((a, b) => rank(a, types) - rank(b, types)),
    verify(key) {
      shown = key;
      const finding = strongest(
        files.map(({ path, text }) => ({
          file: path,
          ...verifyHostKey(text, hop.hostKeyName, hop.hostKeyPort, key),
        })),
      );
      if (finding.verdict === 'unknown' && hop.hostKey === 'accept-new') accepted = key;
      else if (finding.verdict !== 'known') refused = refusalOf(hop, key, finding);
      return refused === undefined;
    },
    shown: () => shown,
    refusal: () => refused,
    remember: async () => {
      if (accepted) await append(hop, accepted);
    },
  };
}

function rank(algorithm: string, knownTypes: readonly string[]): number {
  const type = algorithm.startsWith('rsa-') ? 'ssh-rsa' : algorithm;
  return knownTypes.includes(type) ? 0 : 1;
}

/** A revocation anywhere counts, then a match anywhere, then a contradiction. */
function strongest(findings: readonly Finding[]): Finding {
  for (const verdict of ['revoked', 'known', 'changed'] as const) {
    const found = findings.find((finding) => finding.verdict === verdict);
    if (found) return found;
  }
  return { verdict: 'unknown' };
}

async function readOr(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new VdbError(`Cannot read ${path}, which holds the trusted host keys`, {
      code: 'host.known-hosts-unreadable',
      exitCode: EXIT.unreachable,
      next: 'Correct its permissions, or name another file with `known_hosts`.',
      cause: error,
    });
  }
}

async function append(hop: Hop, key: Buffer): Promise<void> {
  const [path] = hop.knownHosts;
  if (path === undefined) return;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const before = await readOr(path);
  const start = before === '' || before.endsWith('\n') ? '' : '\n';
  const line = `${hostKeyName(hop.hostKeyName, hop.hostKeyPort)} ${keyType(key)} ${key.toString('base64')}\n`;
  await appendFile(path, start + line, { mode: 0o600, flag: 'a' });
}

function refusalOf(hop: Hop, key: Buffer, finding: Finding): VdbError {
  if (finding.verdict === 'unknown') return unknownKey(hop, key);
  const where = `${finding.file}:${finding.line}`;
  if (finding.verdict === 'revoked') return revokedKey(hop, key, where);
  return changedKey(hop, key, finding, where);
}

function unknownKey(hop: Hop, key: Buffer): VdbError {
  return new VdbError(`The host key of ${hop.label} is not known: ${keyType(key)} ${fingerprint(key)}`, {
    code: 'host.key-unknown',
    exitCode: EXIT.unreachable,
    host: hop.label,
    meaning: `No entry in ${hop.knownHosts.join(' or ')} is for this host, so nothing proves that it is the right one.`,
    next: `Compare the fingerprint with the host's own (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), then: ssh-keyscan -p ${hop.port} ${hop.address} >> ${hop.knownHosts[0]} - or set \`host_key: accept-new\` for the host to trust it on first use.`,
  });
}

function changedKey(hop: Hop, key: Buffer, finding: Finding, where: string): VdbError {
  const old = finding.key ? `${keyType(finding.key)} ${fingerprint(finding.key)}` : 'another key';
  return new VdbError(`The host key of ${hop.label} is not the one that is known`, {
    code: 'host.key-changed',
    exitCode: EXIT.unreachable,
    host: hop.label,
    meaning: `Known (${where}): ${old}. Shown: ${keyType(key)} ${fingerprint(key)}. The host was installed anew, or someone is in between.`,
    next: `Find out on the host itself which it is. If the new key is right: ssh-keygen -R '${hostKeyName(hop.hostKeyName, hop.hostKeyPort)}' -f ${finding.file}, then connect again.`,
  });
}

function revokedKey(hop: Hop, key: Buffer, where: string): VdbError {
  return new VdbError(`The host key of ${hop.label} has been revoked: ${fingerprint(key)}`, {
    code: 'host.key-revoked',
    exitCode: EXIT.unreachable,
    host: hop.label,
    meaning: `${where} says that this key must not be trusted any more.`,
    next: 'Give the host a new key before connecting to it again.',
  });
}
