import { messageOf } from '../../errors.js';
import { known, type Observation } from '../../host/probe.js';

/** What is mounted somewhere, and how. */
export interface Mount {
  target: string;
  fileSystem: string;
  /** Of the mount and of the file system below it. */
  options: readonly string[];
}

/** A software RAID of Linux. */
export interface Raid {
  name: string;
  /** It works with fewer disks than it was made of, or not at all. */
  degraded: boolean;
}

/** A whole number that stands alone: a setting of `/proc/sys`. */
export function readNumber(text: Observation<string>): Observation<number> {
  return reading(text, (content) => {
    if (!/^\d+$/.test(content.trim())) throw new Error('not a number');
    return Number(content);
  });
}

/** The choice that is in brackets: `always [madvise] never`. */
export function readChoice(text: Observation<string>): Observation<string> {
  return reading(text, (content) => {
    const choice = /^(?:\w+ )*\[(\w+)\](?: \w+)*$/.exec(content.trim())?.[1];
    if (choice === undefined) throw new Error('no choice in brackets');
    return choice;
  });
}

/** Of `/proc/pressure/…`: the share of the last minute, in %, in which every task waited at once. */
export function readPressure(text: Observation<string>): Observation<number> {
  return reading(text, (content) => {
    const full = /^full avg10=\d+\.\d+ avg60=(\d+\.\d+) avg300=\d+\.\d+ total=\d+$/m.exec(content)?.[1];
    if (full === undefined) throw new Error('no line of full pressure');
    return Number(full);
  });
}

/** Of `/proc/meminfo`: bytes of swap that are used. */
export function readSwapUsed(text: Observation<string>): Observation<number> {
  return reading(
    text,
    (content) => 1024 * (kilobytes(content, 'SwapTotal') - kilobytes(content, 'SwapFree')),
  );
}

function kilobytes(meminfo: string, key: string): number {
  const value = new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(meminfo)?.[1];
  if (value === undefined) throw new Error(`no ${key}`);
  return Number(value);
}

/** Of a control group: its limit in bytes; infinite without one. */
export function readMemoryLimit(text: Observation<string>): Observation<number> {
  return reading(text, (content) => {
    if (content.trim() === 'max') return Number.POSITIVE_INFINITY;
    if (!/^\d+$/.test(content.trim())) throw new Error('not a number');
    return Number(content);
  });
}

const MOUNT = /^\d+ \d+ \S+ \S+ (\S+) (\S+) (?:\S+ )*?- (\S+) \S* (\S+)$/;

/** Of `/proc/self/mountinfo`, whose format is in proc_pid_mountinfo(5); later mounts cover earlier ones. */
export function readMounts(text: Observation<string>): Observation<Mount[]> {
  return reading(text, (content) =>
    content.split('\n').map((line) => {
      const [, target = '', own = '', fileSystem = '', below = ''] = MOUNT.exec(line) ?? [];
      if (target === '') throw new Error(line.slice(0, 80));
      const options = [...new Set([...own.split(','), ...below.split(',')])];
      return { target: unescaped(target), fileSystem, options };
    }),
  );
}

function unescaped(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

/** Of `/proc/mdstat`. A kernel that has no such file has no software RAID. */
export function readRaids(text: Observation<string>): Observation<Raid[]> {
  if (text.status === 'known' && text.value === null) return known<Raid[]>([]);
  return reading(text, (content) => {
    if (!content.startsWith('Personalities :')) throw new Error('no personalities');
    return content
      .split(/\n(?=md\S* : )/)
      .slice(1)
      .map(raidOf);
  });
}

/** `md0 : active raid1 sda1[0] sdb1[1](F)`, then `… blocks super 1.2 [2/1] [U_]`; a stripe has only the name. */
function raidOf(block: string): Raid {
  const head = /^(md\S*) : (active|inactive)\b/.exec(block);
  if (head === null) throw new Error(block.slice(0, 80));
  const members = /\[(\d+)\/(\d+)\]/.exec(block);
  const missing = members !== null && Number(members[2]) < Number(members[1]);
  // The container of arrays that the firmware describes is never active itself.
  const stopped = head[2] === 'inactive' && !block.includes('super external:');
  return { name: head[1] ?? '', degraded: stopped || missing || block.includes('(F)') };
}

/** What is known, read by `read`; what that cannot read is unknown. */
function reading<T>(text: Observation<string>, read: (content: string) => T): Observation<T> {
  if (text.status !== 'known') return text;
  if (text.value === null) return known<T>(null);
  try {
    return known(read(text.value));
  } catch (error) {
    return { status: 'unknown', why: `the kernel answers with something unreadable (${messageOf(error)})` };
  }
}
