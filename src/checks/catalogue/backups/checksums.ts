import { comparePartsOf, type PartSeen, partFinding } from '../../../backup/sets/hashes.js';
import type { FoundSets } from '../../../backup/sets/look.js';
import { findingText } from '../../../backup/sets/notes.js';
import { type Observation, observe } from '../../../host/probe.js';
import { defineCheck, limitOf, type Site, type Verdict } from '../../check.js';
import { fail, pass, skip, warn, whenKnown } from '../../verdict.js';
import { newestSets, setsAt } from './newest-set.js';

const GIB = 1024 ** 3;

/** Of reading all parts; what is not read by then is compared by size. */
const HASHING_SECONDS = 120;

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
    'Take a new set with vdb backup and pin the last good one with vdb backup pin; vdb backup verify says of every part what is wrong. Then look for what changed this one: the disk, a full volume, or a hand.',
  inspect: ({ config }) => `ls -lR ${config.paths.backups}`,
});

/** Its value is null where there is no set. One whose manifest cannot be read counts here. */
async function lookAtNewest({ host, context }: Site): Promise<Observation<Verified>> {
  const [found] = (await observe(host, [newestSets(context.config)])) as Observation<FoundSets>[];
  if (found === undefined) return { status: 'unknown', why: 'the host did not answer' };
  if (found.status !== 'known') return found;
  const { last } = setsAt(found.value, context.now);
  if (last === undefined) return { status: 'known', value: null };
  const { id, manifest, why } = last;
  if (manifest === null) return { status: 'known', value: { id, parts: null, why } };
  const bytes = manifest.parts.reduce((sum, part) => sum + part.bytes, 0);
  const seconds = bytes <= limitOf(HASHED, context) * GIB ? HASHING_SECONDS : 0;
  const seen = await comparePartsOf(host, context.config.paths.backups, manifest, { seconds });
  if (seen.status !== 'known') return seen;
  return { status: 'known', value: { id, parts: seen.value, why: '' } };
}

function judgeSet({ id, parts, why }: Verified, limit: number): Verdict {
  const expected = 'every part as the manifest says';
  if (parts === null) return fail(why, 'a manifest that can be read');
  const findings = parts.flatMap((part) => partFinding(part) ?? []).map(findingText);
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
