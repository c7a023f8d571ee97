import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { hostOf, type LabHost, sshArgv } from './lab.js';
import { median, type Row, timed } from './measure.js';

const VDB = join(import.meta.dirname, '../bin/vdb');
const SETS = '/data/backups';
const MB = 1_000_000;
const ROUNDS = 5;
/** 0.9 times the throughput. */
const SLOWER_AT_MOST = 1.11;
/** The set is twenty times as large; what differs is garbage that Node has not collected yet. */
const MORE_MEMORY_AT_MOST = 1.4;
/** Says its peak of resident memory, in KiB, when it ends. */
const TELL_PEAK = `data:text/javascript,process.on('exit',()=>process.stderr.write('peak '+process.resourceUsage().maxRSS+'\\n'))`;

/**
 * `vdb backup pull` of one large part, hashing, syncing and starting included, beside `ssh host cat file > file`, and
 * its memory for a small and a large set. The file lies in the page cache of the host for both.
 */
export async function pullThroughput(host: LabHost, row: Row): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'vdb-bench-'));
  const [small, large] = [await makeSet(host, 2, 100), await makeSet(host, 1, 2000)];
  try {
    const [byHand, ours] = await turns(host, large, directory);
    const rate = (ms: number): string => `${Math.round((2000 * 1000) / ms)} MB/s`;
    row(`ssh host cat file > file, 2 GB, ${rate(byHand)}`, byHand);
    row(`vdb backup pull of the same, ${rate(ours)}`, ours, byHand, SLOWER_AT_MOST);
    const [least, most] = [await peakOf(host, small, directory), await peakOf(host, large, directory)];
    row('peak memory of a pull of 100 MB', least, undefined, undefined, 'MiB');
    row('peak memory of a pull of 2 GB', most, least, MORE_MEMORY_AT_MOST, 'MiB');
  } finally {
    await rm(directory, { recursive: true });
    await onHost(host, `rm -rf ${SETS}/${small} ${SETS}/${large}`);
  }
}

/** Median milliseconds of both, taking turns; each begins without what the other has left here. */
async function turns(host: LabHost, id: string, directory: string): Promise<[number, number]> {
  const file = `${SETS}/${id}/collections/big.snapshot`;
  const [out, sets] = [join(directory, 'out'), join(directory, 'sets')];
  const ssh = ['sh', '-c', 'exec "$@" > "$0"', out, ...sshArgv(host, host.port, `cat ${file}`)] as const;
  const times: [number[], number[]] = [[], []];
  for (let round = -1; round < ROUNDS; round++) {
    for (const [index, argv] of [ssh, pullArgv(host, id, sets)].entries()) {
      await onHost(host, `cat ${file} > /dev/null`);
      const ms = await timed({ name: 'pull', argv: argv as [string, ...string[]] });
      if (round >= 0) times[index]?.push(ms);
      await Promise.all([out, sets].map((path) => rm(path, { recursive: true, force: true })));
    }
  }
  return [median(times[0]), median(times[1])];
}

function pullArgv(host: LabHost, id: string, to: string): [string, ...string[]] {
  const vdb = ['--import', TELL_PEAK, VDB, '--config', hostOf(host)];
  return [process.execPath, ...vdb, 'backup', 'pull', id, '--to', to];
}

/** MiB. */
async function peakOf(host: LabHost, id: string, directory: string): Promise<number> {
  const to = join(directory, 'peak');
  const [file, ...args] = pullArgv(host, id, to);
  const { stderr } = await execa(file, args);
  await rm(to, { recursive: true });
  const [, peak] = /^peak (\d+)$/m.exec(stderr) ?? [];
  if (peak === undefined) throw new Error(`no peak in: ${stderr}`);
  return Number(peak) / 1024;
}

async function makeSet(host: LabHost, hoursAgo: number, megabytes: number): Promise<string> {
  const program = `
import datetime, hashlib, json, os
at = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=${hoursAgo})
name, stamp = at.strftime("%Y%m%dT%H%M%SZ"), at.strftime("%Y-%m-%dT%H:%M:%SZ")
os.makedirs(f"${SETS}/{name}/collections")
path, sha256, block = "collections/big.snapshot", hashlib.sha256(), os.urandom(${MB})
with open(f"${SETS}/{name}/{path}", "wb") as file:
    for _ in range(${megabytes}): file.write(block); sha256.update(block)
part = {"path": path, "kind": "collection", "collection": "big", "bytes": ${megabytes * MB}, "sha256": sha256.hexdigest()}
json.dump({"schema": "vdb.backup/1", "id": name, "created": stamp, "finished": stamp, "parts": [part]},
          open(f"${SETS}/{name}/manifest.json", "w"))
print(name)`;
  return (await onHost(host, 'python3 -', program)).trim();
}

async function onHost(host: LabHost, command: string, input = ''): Promise<string> {
  const [file, ...args] = sshArgv(host, host.port, command);
  return (await execa(file, args, { input })).stdout;
}
