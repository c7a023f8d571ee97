import { lstat, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EXIT, messageOf, VdbError } from '../../../errors.js';
import type { Host } from '../../../host/host.js';
import { sh } from '../../../host/shell.js';
import { type BackupManifest, type BackupPart, MANIFEST, readManifest } from '../../manifest.js';
import type { OnTransfer, Transferred } from '../events.js';
import { freeBytes, hasSize, localManifest, makeDirectory, writeLocalManifest } from '../local-set.js';
import { mergedManifest } from '../same-set.js';
import type { Link } from './link.js';
import { pullPart } from './part.js';

export interface PullRequest {
  link: Link;
  /** The sets on the host. */
  from: string;
  id: string;
  /** The sets on this machine; made where it is missing. */
  to: string;
  onEvent: OnTransfer;
}

/**
 * Brings a set of the host to this machine: parts that are there with the right hash stay, a part that was begun is
 * continued, the manifest comes last. Only looks at the host. Throws `backup.cut-off`, `backup.source-damaged`,
 * `backup.no-space`, `backup.target-unwritable`, `backup.copy-differs`.
 */
export async function pullSet(request: PullRequest): Promise<Transferred> {
  const { link, from, id, to, onEvent } = request;
  const manifest = await link.attempt((host) => remoteManifest(host, from, id));
  const directory = join(to, id);
  const { bytes, parts } = weighed(manifest);
  try {
    await makeDirectory(directory);
    const there = mergedManifest(manifest, await localManifest(to, id), directory);
    await assertSpace(directory, manifest);
    onEvent({ type: 'set', id, parts: parts.length, bytes });
    const transferred = await pullParts(request, directory, parts);
    await writeLocalManifest(directory, there);
    return { id, place: directory, bytes, transferred };
  } catch (error) {
    throw explained(error, directory);
  }
}

async function pullParts(
  { link, from, id, onEvent }: PullRequest,
  directory: string,
  parts: readonly BackupPart[],
): Promise<number> {
  let transferred = 0;
  for (const part of parts) {
    await mkdir(dirname(join(directory, part.path)), { recursive: true, mode: 0o700 });
    transferred += await pullPart({ link, source: `${from}/${id}`, target: directory, part, onEvent });
  }
  return transferred;
}

function weighed({ parts }: BackupManifest): { bytes: number; parts: readonly BackupPart[] } {
  return { parts, bytes: parts.reduce((sum, part) => sum + part.bytes, 0) };
}

/** The manifest of a set on the host. Throws `backup.no-set` where it has none; `list` is the command that shows more. */
export async function remoteManifest(
  host: Host,
  directory: string,
  id: string,
  list = 'vdb backup list',
): Promise<BackupManifest> {
  const file = `${directory}/${id}/${MANIFEST}`;
  const { stdout, stderr, exitCode } = await host.read(sh`
    [ -e ${file} ] || exit 66
    exec cat -- ${file}`);
  if (exitCode === 0) return readManifest(stdout, id);
  throw new VdbError(
    exitCode === 66
      ? `There is no backup set ${id} in ${directory}`
      : `The manifest of backup set ${id} cannot be read: ${stderr.trim()}`,
    {
      code: exitCode === 66 ? 'backup.no-set' : 'backup.manifest-unreadable',
      exitCode: exitCode === 66 ? EXIT.usage : EXIT.failed,
      host: host.target,
      next: list,
    },
  );
}

/** Better told before hours of transfer than after them. What is there already, whole or begun, needs no more. */
async function assertSpace(directory: string, { parts }: BackupManifest): Promise<void> {
  const there = await Promise.all(parts.map((part) => hasSize(directory, part)));
  const begun = await Promise.all(parts.map((part) => begunBytes(directory, part)));
  const need = parts.reduce((sum, { bytes }, index) => {
    return sum + (there[index] === true ? 0 : bytes - Math.min(begun[index] ?? 0, bytes));
  }, 0);
  const free = await freeBytes(directory);
  if (need > free) throw noSpace(directory, `${need} bytes are to come, and ${free} are free`);
}

async function begunBytes(directory: string, { path }: BackupPart): Promise<number> {
  return lstat(join(directory, `${path}.part`)).then(
    ({ size }) => size,
    () => 0,
  );
}

function noSpace(directory: string, why: string): VdbError {
  return new VdbError(`There is no room for the set in ${directory}: ${why}`, {
    code: 'backup.no-space',
    exitCode: EXIT.failed,
    meaning: 'The disk of this machine is full. What has come so far is kept, and is no set yet.',
    next: 'Make room and run the same command again, or pull to another directory: vdb backup pull --to DIR',
  });
}

/** Errors of this machine's file system in our terms. */
function explained(error: unknown, directory: string): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (error instanceof VdbError || syscall === undefined) return error;
  if (code === 'ENOSPC' || code === 'EDQUOT') return noSpace(directory, messageOf(error));
  return new VdbError(`${directory} cannot be written to: ${messageOf(error)}`, {
    code: 'backup.target-unwritable',
    exitCode: EXIT.failed,
    meaning: 'It is a directory of this machine. Nothing was changed on the host.',
    next: 'Pull to another directory: vdb backup pull --to DIR',
    cause: error,
  });
}
