import { slotStorage } from '../../config/slots.js';
import { ask, type Observation } from '../../host/probe.js';
import { type Check, type CheckContext, defineCheck, type Verdict } from '../check.js';
import { type Disk, diskOf } from '../probes/disk.js';
import { expect, unknown, whenThere, worst } from '../verdict.js';

const GIB = 1024 ** 3;

/** Where data grows; each may be a mount of its own. */
function dataPaths({ config, slot }: CheckContext): string[] {
  return [...new Set([config.paths.storage, slotStorage(config, slot), config.paths.backups])];
}

function judgeDisk({ free, size, mountedOn }: Disk, context: CheckContext, atLeast: number): Verdict {
  const percent = Math.floor((100 * free) / size);
  const gib = free / GIB;
  const atLeastGib = context.config.storage.min_free_gib;
  return expect(
    percent >= atLeast && gib >= atLeastGib,
    `${gib.toFixed(1)} GiB (${percent} %) free on ${mountedOn}`,
    `at least ${atLeast} % and ${atLeastGib} GiB`,
  );
}

/** One observation for each file system: paths on the same one would only repeat its finding. */
function perFileSystem(disks: readonly Observation<Disk>[]): Observation<Disk>[] {
  const seen = new Set<string>();
  return disks.filter((disk) => {
    if (disk.status !== 'known' || disk.value === null) return true;
    const known = seen.has(disk.value.mountedOn);
    seen.add(disk.value.mountedOn);
    return !known;
  });
}

const free = defineCheck<Disk>({
  id: 'storage.free',
  group: 'storage',
  severity: 'error',
  title: 'The data file systems have free space',
  looksAt: 'the file systems of the data and of the backups',
  why: 'A snapshot takes as much space as its collection, and Qdrant cannot write on a full disk.',
  threshold: { default: 25, unit: '% free' },
  probe: (context) => dataPaths(context).map((path) => ask(diskOf, path)),
  judge: (disks, context, limit) => {
    if (disks.length === 0) return unknown('df says nothing');
    const verdicts = perFileSystem(disks).map((disk) =>
      whenThere(disk, 'df says nothing', (value) => judgeDisk(value, context, limit)),
    );
    return worst(verdicts, verdicts.map(({ seen }) => seen).join(', '));
  },
  remedy: 'Delete what is not needed, old snapshots and releases first, or enlarge the volume.',
  inspect: (context) => `du -xh --max-depth=2 ${dataPaths(context).join(' ')}`,
});

export const storageChecks: readonly Check[] = [free];
