import { slotStorage } from '../../../config/slots.js';
import { formatSize } from '../../../config/units.js';
import { ask, type Observation } from '../../../host/probe.js';
import { type Check, type CheckContext, defineCheck, type Verdict } from '../../check.js';
import { type Disk, diskOf, onlyExisting } from '../../probes/disk.js';
import { type DirectorySize, directorySizes } from '../../probes/sizes.js';
import { expect, pass, unknown, whenThere, worst } from '../../verdict.js';

const GIB = 1024 ** 3;
const NO_DF = 'df says nothing';

/** Where data grows; each may be a mount of its own. */
function dataPaths({ config, slot }: CheckContext): string[] {
  return [...new Set([config.paths.storage, slotStorage(config, slot), config.paths.backups])];
}

/** Only of the backups, which may not have begun, the directory above will do. */
function dataDisks(disks: readonly Observation<Disk>[], context: CheckContext): Observation<Disk>[] {
  const paths = dataPaths(context);
  return disks.map((disk, index) => {
    const path = paths[index];
    return path === undefined || path === context.config.paths.backups ? disk : onlyExisting(path, disk);
  });
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

/** Judges each file system by itself; all of them are said when each passes. */
function eachFileSystem(disks: readonly Observation<Disk>[], judge: (disk: Disk) => Verdict): Verdict {
  if (disks.length === 0) return unknown(NO_DF);
  const verdicts = perFileSystem(disks).map((disk) => whenThere(disk, NO_DF, judge));
  return worst(verdicts, verdicts.map(({ seen }) => seen).join(', '));
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
  judge: (disks, context, limit) =>
    eachFileSystem(dataDisks(disks, context), (disk) => judgeDisk(disk, context, limit)),
  remedy: 'Delete what is not needed, old snapshots and releases first, or enlarge the volume.',
  inspect: (context) => `du -xh --max-depth=2 ${dataPaths(context).join(' ')}`,
});

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

const inodes = defineCheck<Disk>({
  id: 'storage.inodes',
  group: 'storage',
  severity: 'error',
  title: 'The data file systems have free inodes',
  looksAt: 'used and possible files of the file systems of the data and of the backups',
  why: 'Without a free inode no file can be made, although there is space: Qdrant cannot begin a segment.',
  threshold: { default: 80, unit: '% used' },
  probe: (context) => dataPaths(context).map((path) => ask(diskOf, path)),
  judge: (disks, context, limit) =>
    eachFileSystem(dataDisks(disks, context), (disk) => judgeInodes(disk, limit)),
  remedy:
    'Find and delete the directory with the many small files, or move the data to a file system with more.',
  inspect: (context) =>
    `df -i ${dataPaths(context).join(' ')}; du -x --inodes --max-depth=2 ${dataPaths(context).join(' ')}`,
});

function judgeInodes({ inodes, mountedOn }: Disk, limit: number): Verdict {
  if (inodes === null) return pass(`not limited on ${mountedOn}`);
  const percent = (100 * inodes.used) / inodes.most;
  return expect(percent < limit, `${percent.toFixed(0)} % used on ${mountedOn}`, `below ${limit} %`);
}

/** Where Qdrant builds a snapshot, and where it puts it. */
function snapshotPaths({ config, slot }: CheckContext): string[] {
  return ['tmp', 'snapshots'].map((name) => `${slotStorage(config, slot)}/${name}`);
}

/** Where the collections of the active slot lie: one directory each. */
export function collectionsPath({ config, slot }: Pick<CheckContext, 'config' | 'slot'>): string {
  return `${slotStorage(config, slot)}/storage/collections`;
}

const snapshotRoom = defineCheck<unknown>({
  id: 'storage.snapshot-room',
  group: 'storage',
  severity: 'error',
  title: 'There is room for a snapshot of the largest collection',
  looksAt: 'what each collection takes on the disk, and what is free where snapshots are built and kept',
  why: 'A snapshot is as large as its collection; without room for it every backup and every move of a shard fails.',
  probe: (context) => [
    ask(directorySizes, collectionsPath(context)),
    ...snapshotPaths(context).map((path) => ask(diskOf, path)),
  ],
  judge: ([sizes, ...disks], context) =>
    whenThere(
      sizes as Observation<DirectorySize[]> | undefined,
      `there is no ${collectionsPath(context)}`,
      (collections) => judgeRoom(collections, disks as Observation<Disk>[]),
    ),
  remedy: 'Delete old snapshots, or enlarge the volume before the next backup.',
  inspect: (context) => `du -shx ${collectionsPath(context)}/*; df -h ${snapshotPaths(context).join(' ')}`,
});

function judgeRoom(collections: readonly DirectorySize[], disks: readonly Observation<Disk>[]): Verdict {
  const largest = collections.reduce((a, b) => (b.bytes > a.bytes ? b : a), { name: 'none', bytes: 0 });
  const of = `the largest collection, ${largest.name}, takes ${formatSize(largest.bytes)}`;
  return eachFileSystem(disks, ({ free, mountedOn }) =>
    expect(
      free > largest.bytes,
      `${formatSize(free)} free on ${mountedOn}; ${of}`,
      `more than ${formatSize(largest.bytes)}`,
    ),
  );
}

export const spaceChecks: readonly Check[] = [free, snapshotRoom, inodes];
