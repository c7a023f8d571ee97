import type { Host } from '../../host/host.js';
import { known, type Observation } from '../../host/probe.js';
import { argumentsText, type Script, sh, TAKE_ARGUMENTS } from '../../host/shell.js';
import type { BackupManifest, BackupPart } from '../manifest.js';
import type { Finding } from './notes.js';

/** What was found of one part of a set. */
export interface PartSeen {
  part: BackupPart;
  /** `sha256` is null where only its size was compared. */
  found: 'missing' | 'unreadable' | { bytes: number; sha256: string | null };
}

export interface HashingOptions {
  /** Parts that are not read within so many seconds are compared by size; 0 reads none of them. */
  seconds: number;
  /** Bytes read so far, of all parts; called about once in 64 MiB. */
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/** Long enough for any set, and not for a disk that has died. */
export const WITHOUT_HASTE = 7 * 86_400;

/**
 * Compares a set on the host with its manifest: sizes, and hashes as far as they are asked for. It reads with the
 * lowest priority, piece by piece, and leaves nothing in the page cache, which is Qdrant's.
 */
export async function comparePartsOf(
  host: Host,
  directory: string,
  { id, parts }: BackupManifest,
  { seconds, onProgress, signal }: HashingOptions,
): Promise<Observation<PartSeen[]>> {
  const { stdout, exitCode } = await host.read(hashScript(`${directory}/${id}`, parts, seconds), {
    stdin: argumentsText(parts.flatMap(({ path, bytes }) => [path, bytes])),
    timeoutMs: (seconds + 30) * 1000,
    onLine: (line) => tell(line, onProgress),
    ...(signal === undefined ? {} : { signal }),
  });
  if (exitCode !== 0) return { status: 'unknown', why: `backup set ${id} could not be read` };
  return readParts(stdout, parts);
}

const MIB = 1024 ** 2;
/** Between two lines of progress. */
const PIECE_MIB = 64;

function hashScript(set: string, parts: readonly BackupPart[], seconds: number): Script {
  const total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  return sh`
    export LC_ALL=C.UTF-8
    set -o pipefail
    ionice -c 3 -p $$ 2>/dev/null; renice -n 19 -p $$ >/dev/null 2>&1
    cd ${set} || exit 1
    exec 3>&1
    done=0
    pieces() {
    at=0
    while [ $at -lt "$2" ]; do
    left=$((${seconds} - SECONDS))
    [ $left -gt 0 ] || exit 124
    timeout $left dd if="./$1" bs=${MIB} skip=$((at / ${MIB})) count=${PIECE_MIB} iflag=nocache status=none 2>/dev/null || exit
    at=$((at + ${PIECE_MIB * MIB}))
    echo "progress $((done + (at < $2 ? at : $2))) ${total}" >&3
    done
    }
    seen() {
    [ -f "$1" ] && [ ! -L "$1" ] || { echo missing; return; }
    size=$(stat -c %s -- "$1") || { echo unreadable; return; }
    [ "$size" = "$2" ] && [ ${seconds} -gt 0 ] || { echo "size $size"; return; }
    sum=$(pieces "$1" "$2" | sha256sum)
    case $? in 0) echo "hash $size $sum" ;; 124) echo "size $size" ;; *) echo unreadable ;; esac
    }
    ${TAKE_ARGUMENTS}
    while [ $# -ge 2 ]; do seen "$1" "$2"; done=$((done + $2)); shift 2; done`;
}

function tell(line: string, onProgress: HashingOptions['onProgress']): void {
  const [, done, total] = /^progress (\d+) (\d+)$/.exec(line) ?? [];
  if (total !== undefined) onProgress?.(Number(done), Number(total));
}

/** One line a part, in order, between lines of progress. Pure. */
export function readParts(stdout: string, parts: readonly BackupPart[]): Observation<PartSeen[]> {
  const lines = stdout
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('progress '));
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

/** What is wrong with a part; undefined where it is what the manifest says, as far as that was compared. Pure. */
export function partFinding({ part: { path, bytes, sha256 }, found }: PartSeen): Finding | undefined {
  if (found === 'missing') return { path, what: 'is missing' };
  if (found === 'unreadable') return { path, what: 'cannot be read' };
  if (found.bytes !== bytes) return { path, what: `has ${found.bytes} bytes in place of ${bytes}` };
  return found.sha256 === null || found.sha256 === sha256 ? undefined : { path, what: 'was changed' };
}
