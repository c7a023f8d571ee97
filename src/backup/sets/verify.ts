import { EXIT, VdbError } from '../../errors.js';
import { putCommand } from '../../host/command.js';
import type { Host } from '../../host/host.js';
import type { Observation } from '../../host/probe.js';
import { type BackupManifest, MANIFEST } from '../manifest.js';
import { contentsFinding, readContents } from './contents.js';
import { comparePartsOf, type HashingOptions, partFinding, WITHOUT_HASTE } from './hashes.js';
import type { FoundSet } from './look.js';
import { type Finding, VERIFIED, type Verification, verificationText } from './notes.js';

/** What verifying a set brought. */
export interface VerifiedSet extends Verification {
  id: string;
  /** Parts that were read. */
  parts: number;
  /** Of these parts. */
  bytes: number;
  /** What could not be looked into, and why: it proves nothing either way. */
  unread: readonly Finding[];
}

type Options = Pick<HashingOptions, 'onProgress' | 'signal'>;

/**
 * Reads a set on the host from end to end and compares it with its manifest: sizes, hashes, tables of contents. Only
 * looks. Throws `backup.verify-unseen` when the set could not be read at all.
 */
export async function verifySet(
  host: Host,
  directory: string,
  { id, manifest, why }: FoundSet,
  options: Options = {},
): Promise<VerifiedSet> {
  const seen = await (manifest === null
    ? { parts: 0, bytes: 0, unread: [], findings: [{ path: MANIFEST, what: `is no use: ${why}` }] }
    : readSet(host, directory, manifest, options));
  return { id, at: new Date().toISOString(), ok: seen.findings.length === 0, ...seen };
}

async function readSet(
  host: Host,
  directory: string,
  manifest: BackupManifest,
  options: Options,
): Promise<Pick<VerifiedSet, 'parts' | 'bytes' | 'unread' | 'findings'>> {
  const { id, parts } = manifest;
  const hashing = { ...options, seconds: WITHOUT_HASTE };
  const compared = seenOr(await comparePartsOf(host, directory, manifest, hashing), host, id);
  const findings = compared.flatMap((each) => partFinding(each) ?? []);
  const bad = new Set(findings.map(({ path }) => path));
  const good = parts.filter(({ path }) => !bad.has(path));
  const contents = seenOr(await readContents(host, directory, manifest, good, options.signal), host, id);
  return {
    parts: parts.length,
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
    findings: [...findings, ...contents.flatMap((each) => contentsFinding(each, manifest) ?? [])],
    unread: contents
      .filter(({ answer }) => answer.status === 'unread')
      .map(({ part, answer }) => ({ path: part.path, what: `was not looked into: ${answer.text}` })),
  };
}

function seenOr<Have>(observation: Observation<Have>, { target }: Host, id: string): Have {
  if (observation.status === 'known' && observation.value !== null) return observation.value;
  const why = 'why' in observation ? observation.why : 'no answer';
  throw new VdbError(`Backup set ${id} could not be verified: ${why}`, {
    code: 'backup.verify-unseen',
    exitCode: EXIT.failed,
    host: target,
    meaning: 'It is not known whether the set is whole. It may have been removed meanwhile.',
    next: 'vdb backup list',
  });
}

/** Leaves beside the manifest what was seen, for `list`, for retention and for the next person. The lock is held. */
export async function recordVerification(
  host: Host,
  directory: string,
  { id, at, ok, findings }: VerifiedSet,
): Promise<void> {
  const content = verificationText({ at, ok, findings: [...findings] });
  await host.run(putCommand({ path: `${directory}/${id}/${VERIFIED}`, content, mode: '0600' }));
}
