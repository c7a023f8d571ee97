import { type Change, defineResource, type Resource } from '../engine/resource.js';
import type { Command } from '../host/command.js';
import { ask, known, type Observation, type ProbeKind } from '../host/probe.js';
import { sh } from '../host/shell.js';
import { FSTAB, fstabOptions, parseFstab, putFstab, readFstab, withOptions } from './fstab.js';

export { freeSpace } from './free-space.js';

export interface MountOptions {
  mountPoint: string;
  /** Options that shall hold among others: `noatime`. */
  options: readonly string[];
  container: boolean;
  /** Refuse to go on when `mountPoint` is not a mount of its own. Default false. */
  required?: boolean;
}

interface MountState {
  source: string;
  type: string;
  options: readonly string[];
  /** The whole /etc/fstab. */
  fstab: string;
}

const REMOTE = /^(nfs|cifs|smb|fuse|9p|ceph|glusterfs|virtiofs)/;

/** The options of a mount that exists, now and in /etc/fstab. vdb makes no file systems and mounts nothing. */
export function mountOptions(options: MountOptions): Resource {
  const { mountPoint } = options;
  return defineResource<MountState>({
    id: `mount:${mountPoint}`,
    title: `mount ${mountPoint} with ${options.options.join(',')}`,
    probe: ask(mountKind, options),
    diff: (have) => mountDiff(options, have),
    apply: (_change, have) => (have === null ? [] : mountCommands(options, have)),
  });
}

/** One `findmnt` for all mount points. */
const mountKind: ProbeKind<MountOptions, MountState> = {
  name: 'mount',
  script: () => sh`
    findmnt -rno TARGET,SOURCE,FSTYPE,OPTIONS || exit 1
    ${readFstab()}`,
  parse: (stdout, args) => {
    const fstab = parseFstab(stdout.split('\n'));
    const lines = stdout.split('\n').map((line) => line.split(' '));
    return args.map((arg) => {
      const found = lines.findLast(([target = '']) => unescaped(target) === arg.mountPoint);
      if (!found) return arg.required ? known<MountState>(null) : foreignMount(arg);
      const [, source = '', type = '', options = ''] = found;
      return observationOf(arg, { source: unescaped(source), type, options: options.split(','), fstab });
    });
  },
};

/** A directory has no mount options to set, and it has none that could be ticked off. */
function foreignMount({ mountPoint }: MountOptions): Observation<MountState> {
  return { status: 'foreign', why: `${mountPoint} is not a mount of its own` };
}

function unescaped(text: string): string {
  return text.replaceAll(/\\x([0-9a-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function observationOf(arg: MountOptions, state: MountState): Observation<MountState> {
  if (!arg.container) return known(state);
  const missing = missingIn(state.options, arg.options);
  if (missing.length === 0) return known({ ...state, fstab: '' });
  const why = `${arg.mountPoint} is mounted without ${missing.join(',')} by the machine around the container`;
  return { status: 'foreign', why };
}

function missingIn(have: readonly string[], wanted: readonly string[]): string[] {
  return wanted.filter((option) => !have.includes(option));
}

function mountDiff({ mountPoint, options }: MountOptions, have: MountState | null): Change | null {
  const refuse = (why: string, next: string): Change => ({
    action: 'update',
    summary: why,
    refused: { why, next },
  });
  if (have === null) {
    return refuse(
      `${mountPoint} is not a mount of its own`,
      `Mount a file system (ext4 or xfs) on ${mountPoint} first.`,
    );
  }
  if (REMOTE.test(have.type)) {
    const next = 'Use a local ext4 or xfs file system: a database loses data on others.';
    return refuse(`${mountPoint} is a ${have.type} file system`, next);
  }
  const persisted = fstabOptions(have.fstab, mountPoint);
  const fields = [
    ...missingIn(have.options, options).map((want) => ({ field: 'mounted', have: `without ${want}`, want })),
    ...missingIn(persisted ?? options, options).map((want) => ({
      field: FSTAB,
      have: `without ${want}`,
      want,
    })),
  ];
  if (fields.length === 0) return null;
  const summary = fields.map(({ field, have }) => `${field} ${have}`).join(', ');
  return { action: 'update', summary, fields };
}

/** A mount that is not in /etc/fstab (a systemd unit) is changed as it runs only. */
function mountCommands({ mountPoint, options }: MountOptions, have: MountState): Command[] {
  const commands: Command[] = [];
  const persisted = fstabOptions(have.fstab, mountPoint);
  if (persisted && missingIn(persisted, options).length > 0) {
    commands.push(putFstab(withOptions(have.fstab, mountPoint, options)));
    commands.push({ title: 'reload unit files', script: sh`systemctl daemon-reload` });
  }
  if (missingIn(have.options, options).length === 0) return commands;

  return [
    ...commands,
    {
      title: `remount ${mountPoint}`,
      script: sh`mount -o ${`remount,${options.join(',')}`} -- ${mountPoint}`,
    },
  ];
}
