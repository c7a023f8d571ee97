import { type ErrorDetails, EXIT, VdbError } from '../../../errors.js';
import type { Command } from '../../../host/command.js';
import { CommandError, type Host } from '../../../host/host.js';
import type { ExecResult } from '../../../host/transport.js';
import { tail } from '../../../text.js';
import type { BackupManifest, BackupPart } from '../../manifest.js';
import type { OnTransfer } from '../events.js';
import { manifestCommand, roomScript, SOURCE_DAMAGED, THERE } from './scripts.js';

export interface BringRequest {
  host: Host;
  /** What is to be there afterwards. */
  parts: readonly BackupPart[];
  /** What the set says then; it may name parts that only the target still has. */
  manifest: BackupManifest;
  /** The directory of the set that is written to, on the host. */
  target: string;
  /** Brings one part there. */
  commandFor(part: BackupPart): Command;
  onEvent: OnTransfer;
  /** Between two parts it is looked at: what was brought stays, and is no set yet. */
  stop?: AbortSignal;
}

/**
 * Brings the parts of a set to a directory of the host, one command each, then its manifest; tells how many bytes
 * travelled. The lock is held. Throws `backup.no-space`, `backup.source-damaged`, `backup.interrupted`.
 */
export async function bringSet(request: BringRequest): Promise<number> {
  const { host, parts, manifest, target, onEvent, stop } = request;
  const { id } = manifest;
  await assertRoom(host, target, parts);
  onEvent({ type: 'set', id, parts: parts.length, bytes: bytesOf({ parts }) });
  let transferred = 0;
  for (const part of parts) {
    if (stop?.aborted) throw interrupted(id);
    transferred += await bringPart(request, part);
  }
  await runThere(host, manifestCommand(target, manifest), target);
  return transferred;
}

export function bytesOf({ parts }: { parts: readonly BackupPart[] }): number {
  return parts.reduce((sum, { bytes }) => sum + bytes, 0);
}

async function bringPart(
  { host, target, commandFor, onEvent }: BringRequest,
  part: BackupPart,
): Promise<number> {
  const { path, bytes } = part;
  const progress = progressOf(path, onEvent);
  const { stdout } = await runThere(host, commandFor(part), target, (line) => progress(readProgress(line)));
  const wasThere = stdout.trimEnd().endsWith(THERE);
  if (wasThere) onEvent({ type: 'bytes', path, count: bytes, transferred: false });
  else progress(bytes);
  onEvent({ type: 'part', path, bytes, from: wasThere ? bytes : 0 });
  return wasThere ? 0 : bytes;
}

async function runThere(
  host: Host,
  command: Command,
  target: string,
  onLine: (line: string) => void = () => {},
): Promise<ExecResult> {
  return host.run(command, { onLine }).catch((error) => {
    throw explained(error, target);
  });
}

function progressOf(path: string, onEvent: OnTransfer): (done: number | undefined) => void {
  let told = 0;
  return (done) => {
    if (done === undefined || done <= told) return;
    onEvent({ type: 'bytes', path, count: done - told, transferred: true });
    told = done;
  };
}

/** `progress 1048576 2097152`; undefined for any other line. Pure. */
export function readProgress(line: string): number | undefined {
  const [, done] = /^progress (\d+) \d+$/.exec(line) ?? [];
  return done === undefined ? undefined : Number(done);
}

export async function assertRoom(host: Host, target: string, parts: readonly BackupPart[]): Promise<void> {
  const { stdout, stderr, exitCode } = await host.read(roomScript(target, parts));
  const [, need, free] = /^need (\d+)\nfree (\d+)\s*$/.exec(stdout) ?? [];
  if (exitCode !== 0 || need === undefined || free === undefined)
    throw new VdbError(`How much room there is for ${target} could not be seen: ${tail(stderr, 2)}`, {
      code: 'backup.room-unseen',
      exitCode: EXIT.failed,
      host: host.target,
    });
  if (Number(need) > Number(free))
    throw noRoom(host.target, target, `${need} bytes are to come, and ${free} are free`);
}

function noRoom(host: string, target: string, why: string): VdbError {
  return new VdbError(`There is no room for the set in ${target}: ${why}`, {
    code: 'backup.no-space',
    exitCode: EXIT.failed,
    host,
    meaning: 'The disk is full. Parts that are whole are kept, and are no set yet.',
    next: 'Make room there and run the same command again: it brings only what is missing.',
  });
}

/** What a script's failure means. */
function explained(error: unknown, target: string): unknown {
  if (!(error instanceof CommandError)) return error;
  const { exitCode, stderr } = error.result;
  const said = tail(stderr, 2);
  if (/No space left|Disk quota exceeded/.test(stderr)) return noRoom(error.details.host ?? '', target, said);
  if (exitCode !== SOURCE_DAMAGED) return error;
  return sourceDamaged(said, { ...error.details, cause: error });
}

/** A set that is to be copied and is not what it should be; `why` names the part. */
export function sourceDamaged(why: string, more: Partial<ErrorDetails>): VdbError {
  return new VdbError(`The set cannot be copied: ${why}`, {
    ...more,
    code: 'backup.source-damaged',
    exitCode: EXIT.failed,
    meaning: 'The set is not what its manifest says, so a copy of it would be worth nothing.',
    next: 'vdb backup verify shows what is wrong with it; an older set may be whole.',
  });
}

export function interrupted(id: string): VdbError {
  return new VdbError(`Stopped while ${id} was being copied`, {
    code: 'backup.interrupted',
    exitCode: EXIT.interrupted,
    meaning: 'Parts that are whole are kept, and are no set yet.',
    next: 'Run the same command again: it brings only what is missing.',
  });
}
