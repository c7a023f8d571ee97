import { type Script, sh } from '../../../host/shell.js';

/** Exit codes of {@link partScript}. */
export const PART_MISSING = 66;
export const PART_DIFFERS = 65;

/** Writes `file` from `offset` on to stdout, past the page cache, which is Qdrant's. Refuses a file that is not `bytes` long. */
export function partScript({ file, bytes, offset }: { file: string; bytes: number; offset: number }): Script {
  return sh`
    f=${file}
    [ -f "$f" ] || { echo "$f is missing" >&2; exit ${PART_MISSING}; }
    size=$(stat -c %s -- "$f") || exit 1
    [ "$size" = ${bytes} ] || { echo "$f has $size bytes in place of ${bytes}" >&2; exit ${PART_DIFFERS}; }
    exec dd if="$f" bs=1M iflag=skip_bytes,nocache skip=${offset} status=none`;
}
