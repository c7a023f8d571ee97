import { slotStorage } from '../../../config/slots.js';
import { ask } from '../../../host/probe.js';
import { type Mount, readMounts } from '../../answers/kernel.js';
import { type Check, type CheckContext, defineCheck, inContainer, type Verdict } from '../../check.js';
import { type Disk, diskOf, onlyExisting } from '../../probes/disk.js';
import { type FileAccess, fileAccess } from '../../probes/files.js';
import { kernelText } from '../../probes/kernel.js';
import { expect, fail, pass, skip, warn, whenThere, worst } from '../../verdict.js';

/**
 * What Qdrant's own check says of a file system when it starts (lib/common/common/src/fs/check.rs of v1.18.3):
 * it only logs it and starts. Beside what it calls bad (NFS, FUSE, CIFS) the other network file systems fail
 * here, and those of which it says that data is lost or cannot be written (tmpfs, squashfs). Of the rest it
 * says that it cannot tell; overlay is the container's and goes with it.
 */
const GOOD = /^(ext[234]|xfs|btrfs)$/;
const BAD =
  /^(nfs\d?|fuse(\..*)?|fuseblk|cifs|smb\d?|smbfs|9p|ceph|glusterfs|virtiofs|tmpfs|ramfs|squashfs)$/;

/** The data of the active slot: backups may lie on any file system. */
function slotPath({ config, slot }: CheckContext): string {
  return slotStorage(config, slot);
}

const fileSystem = defineCheck<Disk>({
  id: 'storage.filesystem',
  group: 'storage',
  severity: 'error',
  title: 'The data is on a file system that Qdrant supports',
  looksAt: 'the type of the file system that holds the active slot',
  why: 'Qdrant maps files and needs POSIX locks: on a network file system it loses data, and only logs a warning.',
  probe: (context) => ask(diskOf, slotPath(context)),
  judge: ([disk], context) =>
    whenThere(disk && onlyExisting(slotPath(context), disk), 'df says nothing', judgeType),
  remedy: 'Move the data to a local ext4 or xfs file system; others are for trying things out.',
  inspect: (context) => `findmnt -T ${slotPath(context)}`,
});

function judgeType({ fileSystem: type, mountedOn }: Disk): Verdict {
  const seen = `${type} on ${mountedOn}`;
  const expected = 'ext4, xfs or btrfs';
  if (GOOD.test(type)) return pass(seen);
  return BAD.test(type) ? fail(seen, expected) : warn(seen, expected);
}

const mount = defineCheck<string>({
  id: 'storage.mount',
  group: 'storage',
  severity: ({ config }) => (config.storage.require_own_mount ? 'error' : 'warning'),
  title: 'The data volume is a mount of its own, with its options',
  looksAt: 'storage.mount_point in /proc/self/mountinfo',
  why: 'On the system disk full data stops the system; without noatime every read of a file is a write as well.',
  probe: () => ask(kernelText, '/proc/self/mountinfo'),
  judge: ([text], context) =>
    whenThere(text && readMounts(text), 'the kernel lists no mounts', (mounts) =>
      judgeMount(mounts, context.config.storage, inContainer(context)),
    ),
  remedy:
    'Mount a volume there, with the options in /etc/fstab; provisioning 0.3 sets those of a mount that exists.',
  inspect: ({ config }) => `findmnt ${config.storage.mount_point}`,
  fix: '0.3',
});

interface WantedMount {
  mount_point: string;
  mount_options: readonly string[];
  require_own_mount: boolean;
}

/** A task sets the options of a mount that exists, but makes none, and those of a container are its machine's. */
function judgeMount(mounts: readonly Mount[], want: WantedMount, container: boolean): Verdict {
  const { mount_point: point, mount_options: options, require_own_mount: required } = want;
  const found = mounts.findLast(({ target }) => target === point);
  if (found === undefined) {
    const seen = `${point} is not a mount of its own`;
    return required
      ? { ...fail(seen, 'a volume of its own'), fix: undefined }
      : skip(`${seen}, and storage.require_own_mount is false`);
  }
  const missing = options.filter((option) => !found.options.includes(option));
  if (missing.length === 0) return pass(`${found.fileSystem} with ${options.join(',')}`);
  const verdict = fail(`${point}: without ${missing.join(',')}`, options.join(','));
  return container ? { ...verdict, fix: undefined } : verdict;
}

/** What others may do, and a group beyond reading: more than 0750. */
const TOO_MUCH = 0o027;

/** Each directory with data, and the account that must own it. */
function closedPaths({ config, slot }: CheckContext): { path: string; owner: string }[] {
  return [
    { path: config.paths.storage, owner: 'qdrant' },
    { path: slotStorage(config, slot), owner: 'qdrant' },
    { path: config.paths.backups, owner: 'root' },
  ];
}

const permissions = defineCheck<FileAccess>({
  id: 'storage.permissions',
  group: 'storage',
  severity: 'error',
  title: 'Data and backups are closed to other accounts',
  looksAt: 'owner and mode of the directories of the data and of the backups',
  why: 'Whoever can read them has every vector and payload, past all keys.',
  probe: (context) => closedPaths(context).map(({ path }) => ask(fileAccess, path)),
  judge: (observations, context) => {
    const paths = closedPaths(context);
    const verdicts = paths.map(({ path, owner }, index) =>
      whenThere(observations[index], `${path} does not exist`, (access) => judgeAccess(path, access, owner)),
    );
    return worst(verdicts, `${paths.length} directories`);
  },
  remedy: 'Close the directories, and find out who could have read them.',
  inspect: (context) =>
    `stat -c '%a %U:%G %n' ${closedPaths(context)
      .map(({ path }) => path)
      .join(' ')}`,
  fix: '0.3,1.1',
});

function judgeAccess(path: string, { mode, owner }: FileAccess, wanted: string): Verdict {
  const closed = (mode & TOO_MUCH) === 0 && owner.startsWith(`${wanted}:`);
  return expect(
    closed,
    `${path}: ${mode.toString(8).padStart(4, '0')} ${owner}`,
    `at most 0750, owned by ${wanted}`,
  );
}

export const placeChecks: readonly Check[] = [fileSystem, mount, permissions];
