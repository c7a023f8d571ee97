import type { BackupManifest, BackupPart } from '../../../backup/manifest.js';
import type { Host } from '../../../host/host.js';
import { known, type Observation } from '../../../host/probe.js';
import { sh } from '../../../host/shell.js';

/** What was found of one part of a set. */
export interface PartSeen {
  part: BackupPart;
  found: 'missing' | 'unreadable' | { bytes: number; sha256: string | null };
}

/** Of reading all parts; what is not read by then is compared by size. */
const HASHING_SECONDS = 120;

/**
 * Compares a set on the host with its manifest: sizes, and hashes where they are asked for. It reads with the
 * lowest priority and leaves nothing in the page cache, which is Qdrant's.
 */
export async function verifySet(
  host: Host,
  directory: string,
  { id, parts }: BackupManifest,
  hashing: boolean,
): Promise<Observation<PartSeen[]>> {
  const words = parts.flatMap(({ path, bytes }) => [path, bytes]);
  const script = sh`
    export LC_ALL=C.UTF-8
    set -o pipefail
    ionice -c 3 -p $$ 2>/dev/null; renice -n 19 -p $$ >/dev/null 2>&1
    cd ${`${directory}/${id}`} || exit 1
    hash() {
    [ ${hashing ? 'yes' : 'no'} = yes ] && [ $SECONDS -lt ${HASHING_SECONDS} ] || return
    timeout $((${HASHING_SECONDS} - SECONDS)) dd if="./$1" bs=1M iflag=nocache status=none 2>/dev/null | sha256sum
    }
    seen() {
    [ -f "$1" ] && [ ! -L "$1" ] || { echo missing; return; }
    size=$(stat -c %s -- "$1") || { echo unreadable; return; }
    [ "$size" = "$2" ] || { echo "size $size"; return; }
    sum=$(hash "$1")
    case $? in 0) echo "hash $size $sum" ;; 124) echo "size $size" ;; *) [ -z "$sum" ] && echo "size $size" || echo unreadable ;; esac
    }
    set -- ${words}
    while [ $# -ge 2 ]; do seen "$1" "$2"; shift 2; done`;
  const { stdout, exitCode } = await host.read(script, { timeoutMs: (HASHING_SECONDS + 30) * 1000 });
  if (exitCode !== 0) return { status: 'unknown', why: `backup set ${id} could not be read` };
  return readParts(stdout, parts);
}

/** One line a part, in order. Pure. */
export function readParts(stdout: string, parts: readonly BackupPart[]): Observation<PartSeen[]> {
  const lines = stdout.trimEnd().split('\n');
  if (lines.length !== parts.length)
    return { status: 'unknown', why: `${lines.length} answers for ${parts.length} parts` };
  const seen = parts.map((part, index) => ({ part, found: foundIn(lines[index] ?? '') }));
  const odd = seen.findIndex(({ found }) => found === undefined);
  if (odd !== -1) return { status: 'unknown', why: `unreadable answer: ${lines[odd]?.slice(0, 80)}` };
  return known(seen as PartSeen[]);
}

function foundIn(line: string): PartSeen['found'] | undefined {
  if (line === 'missing' || line === 'unreadable') return line;
  const match = /^(?:size (\d+)|hash (\d+) ([0-9a-f]{64}) {2}-)$/.exec(line);
  if (match === null) return undefined;
  return { bytes: Number(match[1] ?? match[2]), sha256: match[3] ?? null };
}
