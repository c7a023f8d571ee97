/** What a script of this directory tells of the part that it has made. */
export interface SealedPart {
  bytes: number;
  sha256: string;
  /** The part holds what was there at some instant between these two, by the host's clock. */
  from: string;
  until: string;
}

/** How far a part is. */
export interface Progress {
  bytes: number;
  /** An estimate while it is taken; 0 where there is none. */
  total: number;
  phase: 'taking' | 'hashing';
}

const PART = /^part (\d+) ([0-9a-f]{64}) (\S+Z) (\S+Z)$/m;
const PROGRESS = /^progress (-?\d+) (\d+) (taking|hashing)$/;

/** Reads the line `part …`. Throws where there is none: a script that ended well has told it. Pure. */
export function readSealed(stdout: string): SealedPart {
  const [, bytes, sha256, from, until] = PART.exec(stdout) ?? [];
  if (bytes === undefined || sha256 === undefined || from === undefined || until === undefined)
    throw new Error(`the host did not say what it made: ${stdout.slice(-200)}`);
  return { bytes: Number(bytes), sha256, from, until };
}

/** Reads a line of progress; undefined for any other line. Pure. */
export function readProgress(line: string): Progress | undefined {
  const [, bytes, total, phase] = PROGRESS.exec(line) ?? [];
  if (phase === undefined) return undefined;
  return { bytes: Math.max(0, Number(bytes)), total: Number(total), phase: phase as Progress['phase'] };
}
