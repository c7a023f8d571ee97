import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EXIT, VdbError } from '../../../errors.js';
import type { Host } from '../../../host/host.js';
import { tail } from '../../../text.js';
import type { BackupPart } from '../../manifest.js';
import type { OnTransfer } from '../events.js';
import { isWhole, publish } from '../local-set.js';
import type { Link } from './link.js';
import { openPartFile, type PartFile } from './part-file.js';
import { partScript } from './script.js';

export interface PartRequest {
  link: Link;
  /** The set on the host. */
  source: string;
  /** The set on this machine. */
  target: string;
  part: BackupPart;
  onEvent: OnTransfer;
}

/** Longest that a timer of Node waits. */
const LONGEST_MS = 2 ** 31 - 1;
/** Slower than this is as good as dead. */
const SLOWEST_BYTES_PER_MS = 10;

/** Fetches a part unless it is there with its hash; tells how many bytes travelled. */
export async function pullPart(request: PartRequest): Promise<number> {
  const { target, part, onEvent } = request;
  const { path, bytes } = part;
  const file = join(target, path);
  const seen = counter(request, false);
  if (await isWhole(target, part, seen.add)) {
    onEvent({ type: 'part', path, bytes, from: bytes });
    return 0;
  }
  seen.undo();
  const first = await fetchPart(request, file);
  if (first.whole) return first.transferred;
  if (first.from === 0) throw damaged(request);
  onEvent({ type: 'again', path, why: 'what was there of it does not fit what has come' });
  const second = await fetchPart(request, file);
  if (!second.whole) throw damaged(request);
  return first.transferred + second.transferred;
}

/** Continues `FILE.part`, or begins it, and gives it its name once it has its hash. */
async function fetchPart(
  request: PartRequest,
  file: string,
): Promise<{ whole: boolean; from: number; transferred: number }> {
  const { part, onEvent } = request;
  const begun = `${file}.part`;
  const [there, came] = [counter(request, false), counter(request, true)];
  const partFile = await openPartFile(begun, part.bytes, there.add);
  const from = partFile.bytes;
  try {
    if (from < part.bytes) await stream(request, partFile, came.add);
  } catch (error) {
    await partFile.close();
    throw error;
  }
  const transferred = partFile.bytes - from;
  if ((await partFile.finish()) === part.sha256 && from + transferred === part.bytes) {
    await publish(begun, file);
    onEvent({ type: 'part', path: part.path, bytes: part.bytes, from });
    return { whole: true, from, transferred };
  }
  await rm(begun, { force: true });
  there.undo();
  came.undo();
  return { whole: false, from, transferred };
}

/** Lets the rest come, however often the connection is cut meanwhile. */
async function stream(
  { link, source, part }: PartRequest,
  partFile: PartFile,
  onBytes: (count: number) => void,
): Promise<void> {
  const { path, bytes } = part;
  await link.attempt(async (host) => {
    const rest = bytes - partFile.bytes;
    if (rest <= 0) return;
    const script = partScript({ file: `${source}/${path}`, bytes, offset: partFile.bytes });
    const sink = partFile.sink((count) => {
      link.progressed();
      onBytes(count);
    });
    try {
      const timeoutMs = Math.min(600_000 + rest / SLOWEST_BYTES_PER_MS, LONGEST_MS);
      const { exitCode, stderr } = await host.pull(script, sink, timeoutMs);
      if (exitCode !== 0) throw unreadable(host, path, tail(stderr, 3));
    } finally {
      sink.destroy();
      await partFile.settled();
    }
  });
}

/** Tells of bytes as they are taken care of, and takes that back where it was in vain. */
function counter(
  { part: { path }, onEvent }: PartRequest,
  transferred: boolean,
): { add(count: number): void; undo(): void } {
  let sum = 0;
  return {
    add(count) {
      sum += count;
      onEvent({ type: 'bytes', path, count, transferred });
    },
    undo() {
      if (sum > 0) onEvent({ type: 'bytes', path, count: -sum, transferred });
      sum = 0;
    },
  };
}

function unreadable(host: Host, path: string, said: string): VdbError {
  return new VdbError(`${path} cannot be read on the host: ${said}`, {
    code: 'backup.source-damaged',
    exitCode: EXIT.failed,
    host: host.target,
    meaning: 'The set on the host is not what its manifest says.',
    next: 'vdb backup verify shows what is wrong with it; an older set may be whole.',
  });
}

function damaged({ source, part: { path } }: PartRequest): VdbError {
  return new VdbError(`${path} came with another hash than its manifest says`, {
    code: 'backup.source-damaged',
    exitCode: EXIT.failed,
    meaning: `It is ${source} on the host that was changed since it was taken.`,
    next: 'vdb backup verify shows what is wrong with it; an older set may be whole.',
  });
}
