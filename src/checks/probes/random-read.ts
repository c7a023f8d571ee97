import { known, type Observation, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';

/** How long single reads at random places took; or why there was nothing to read. */
export type RandomReads =
  | { measured: true; file: string; reads: number; p99Ms: number }
  | { measured: false; why: string };

/** A smaller file may lie in the cache of the disk itself. */
const LEAST_MIB = 64;
const SECONDS = 5;

/**
 * Reads 4 KiB at random places of the largest file below each path, one after the other and past the kernel's
 * cache, for a few seconds: what a search waits for when a page is not in memory. fio may only read.
 */
export const randomReads: ProbeKind<string, RandomReads> = {
  name: 'random-reads',
  timeoutSeconds: 60,
  script: (paths) => sh`
    command -v fio >/dev/null || { echo no-fio; exit 0; }
    for path in ${paths}; do
    [ -d "$path" ] || { echo absent; continue; }
    largest=$(find "$path" -xdev -type f -printf '%s %p\n' 2>/dev/null | sort -n | tail -n 1)
    size=\${largest%% *} file=\${largest#* }
    [ "\${size:-0}" -ge ${LEAST_MIB * 1024 ** 2} ] || { printf 'small %s\n' "\${size:-0}"; continue; }
    result=$(timeout 30 fio --name=random-read --readonly --filename="$file" --rw=randread --bs=4k \
    --direct=1 --ioengine=psync --time_based --runtime=${SECONDS} --allow_file_create=0 --output-format=json 2>&1)
    printf 'fio %s %s %s\n' $? "$(base64 -w 0 <<<"$file")" "$(base64 -w 0 <<<"$result")"
    done`,
  parse: (stdout, paths) => {
    const lines = stdout.split('\n');
    if (lines[0] === 'no-fio')
      return paths.map(() => ({ status: 'unknown', why: 'fio is not installed (apt-get install fio)' }));
    return paths.map((path, index) => readsOf(path, lines[index] ?? ''));
  },
};

function readsOf(path: string, line: string): Observation<RandomReads> {
  if (line === 'absent') return known<RandomReads>(null);
  const small = /^small (\d+)$/.exec(line);
  if (small !== null)
    return known<RandomReads>({
      measured: false,
      why: `no file below ${path} has ${LEAST_MIB} MiB: it would be read from a cache`,
    });
  const match = /^fio (\d+) (\S+) (\S+)$/.exec(line);
  if (match === null) throw new Error(line.slice(0, 80));
  const [code, file, result] = [match[1], decoded(match[2]), decoded(match[3])];
  if (code !== '0') return { status: 'unknown', why: `fio: exit code ${code}: ${result.split('\n')[0]}` };
  return known<RandomReads>({ measured: true, file, ...latencyOf(result) });
}

function decoded(text = ''): string {
  return Buffer.from(text, 'base64').toString('utf8').trimEnd();
}

interface FioResult {
  jobs: { read: { total_ios: number; clat_ns: { percentile: Record<string, number> } } }[];
}

/** fio may warn before its JSON. */
function latencyOf(result: string): { reads: number; p99Ms: number } {
  const { jobs } = JSON.parse(result.slice(result.indexOf('{'))) as FioResult;
  const read = jobs[0]?.read;
  const p99 = read?.clat_ns.percentile['99.000000'];
  if (read === undefined || p99 === undefined || read.total_ios === 0) throw new Error('fio read nothing');
  return { reads: read.total_ios, p99Ms: p99 / 1e6 };
}
