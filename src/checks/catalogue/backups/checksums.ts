import { ask, type Observation, observe } from '../../../host/probe.js';
import { defineCheck, limitOf, type Site, type Verdict } from '../../check.js';
import { backupSets, type FoundSet } from '../../probes/backups.js';
import { fail, pass, skip, warn, whenKnown } from '../../verdict.js';
import { setsAt } from './newest-set.js';
import { type PartSeen, verifySet } from './verification.js';

const GIB = 1024 ** 3;

/** The newest set as it was compared with its manifest. */
export interface Verified {
  id: string;
  /** Null where the manifest cannot be read, for `why`. */
  parts: PartSeen[] | null;
  why: string;
}

const HASHED = {
  id: 'backups.checksums',
  threshold: { default: 4, unit: 'GiB at most are hashed' },
} as const;

/** The newest set is what its manifest says. */
export const checksums = defineCheck<Verified>({
  ...HASHED,
  group: 'backups',
  severity: 'error',
  title: 'The newest backup is whole',
  looksAt: 'size and sha256 of every part of the newest set; of a set above the threshold the sizes alone',
  why: 'A set with a part that is missing, cut off or changed does not restore, and nobody notices until then.',
  skip: ({ config }) => (config.backup.enabled ? undefined : 'backup.enabled is false'),
  look: lookAtNewest,
  judge: ([verified], { config }, limit) =>
    whenKnown(verified, (value) =>
      value === null ? skip(`there is no set in ${config.paths.backups}`) : judgeSet(value, limit),
    ),
  remedy:
    'Take a new backup now and keep the older sets; then look for what changed this one: the disk, a full volume, or a hand.',
  inspect: ({ config }) => `ls -lR ${config.paths.backups}`,
});

/** Its value is null where there is no set. A newer one whose manifest cannot be read counts here. */
async function lookAtNewest({ host, context }: Site): Promise<Observation<Verified>> {
  const directory = context.config.paths.backups;
  const [found] = (await observe(host, [ask(backupSets, directory)])) as Observation<FoundSet[]>[];
  if (found === undefined) return { status: 'unknown', why: 'the host did not answer' };
  if (found.status !== 'known') return found;
  const { newest, flawed } = setsAt(found.value, context.now);
  const unreadable = flawed.find(({ why }) => why !== 'from the future');
  if (unreadable !== undefined) return { status: 'known', value: { ...unreadable, parts: null } };
  if (newest === undefined) return { status: 'known', value: null };
  const bytes = newest.parts.reduce((sum, part) => sum + part.bytes, 0);
  const seen = await verifySet(host, directory, newest, bytes <= limitOf(HASHED, context) * GIB);
  if (seen.status !== 'known') return seen;
  return { status: 'known', value: { id: newest.id, parts: seen.value, why: '' } };
}

function judgeSet({ id, parts, why }: Verified, limit: number): Verdict {
  const expected = 'every part as the manifest says';
  if (parts === null) return fail(why, 'a manifest that can be read');
  const findings = parts.flatMap(findingOf);
  const [first] = findings;
  if (first !== undefined)
    return findings.length === 1
      ? fail(`${id}: ${first}`, expected)
      : fail(`${id}: ${findings.length} of ${parts.length} parts`, expected, findings);
  const hashed = parts.filter(({ found }) => typeof found === 'object' && found.sha256 !== null).length;
  return hashed === parts.length
    ? pass(`${id}: ${parts.length} parts`)
    : warn(
        `${id}: sizes alone for ${parts.length - hashed} of ${parts.length} parts`,
        `hashes, for sets up to ${limit} GiB and within two minutes`,
      );
}

function findingOf({ part: { path, bytes, sha256 }, found }: PartSeen): string[] {
  if (found === 'missing') return [`${path} is missing`];
  if (found === 'unreadable') return [`${path} cannot be read`];
  if (found.bytes !== bytes) return [`${path} has ${found.bytes} bytes in place of ${bytes}`];
  return found.sha256 === null || found.sha256 === sha256 ? [] : [`${path} was changed`];
}
