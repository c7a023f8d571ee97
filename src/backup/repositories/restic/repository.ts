import { EXIT, messageOf, VdbError } from '../../../errors.js';
import type { Command } from '../../../host/command.js';
import { CommandError, type Host } from '../../../host/host.js';
import type { ExecResult } from '../../../host/transport.js';
import { type BackupManifest, readManifest } from '../../manifest.js';
import type { FoundSet } from '../../sets/look.js';
import type { OnTransfer } from '../events.js';
import { madeSnapshot, readSnapshots, readStatus, type SetSnapshot } from './answers.js';
import { resticAnswered, resticFailure } from './failure.js';
import { environmentOf, type Repository } from './input.js';
import {
  backupCommand,
  checkCommand,
  forgetCommand,
  initCommand,
  MADE,
  manifestsScript,
  restoreCommand,
  snapshotsScript,
} from './scripts.js';

/** Looking at a repository far away takes its time; a check waits less. */
const LOOK_MS = 120_000;

/** A restic repository, with the restic of the host that uses it. */
export interface Restic {
  host: Host;
  hostName: string;
  repository: Repository;
}

/** The snapshots that hold sets of the host, newest set first. Only looks. Throws `backup.restic-…`. */
export async function snapshotsOf(
  { host, hostName, repository }: Restic,
  timeoutMs = LOOK_MS,
): Promise<SetSnapshot[]> {
  const options = { stdin: environmentOf(repository), timeoutMs };
  const seen = await host.read(snapshotsScript(hostName), options).catch((error) => {
    throw resticFailure(error, repository);
  });
  if (seen.exitCode !== 0) throw resticAnswered(seen, repository);
  try {
    return readSnapshots(seen.stdout);
  } catch (error) {
    throw unreadable(repository, error);
  }
}

/** The sets that a repository holds, as those of a directory are listed. A snapshot is whole or is none. */
export async function resticSets(restic: Restic): Promise<FoundSet[]> {
  const snapshots = await snapshotsOf(restic);
  const manifests = await manifestsOf(restic, snapshots);
  return snapshots.map(({ id, snapshot }) => {
    const found = manifests.get(snapshot) ?? { manifest: null, why: 'its manifest cannot be read' };
    const files = new Map((found.manifest?.parts ?? []).map(({ path, bytes }) => [path, bytes]));
    return { id, ...found, files, pin: null, verification: null, drill: null };
  });
}

type Read = Pick<FoundSet, 'manifest' | 'why'>;

async function manifestsOf(
  { host, repository }: Restic,
  snapshots: readonly SetSnapshot[],
): Promise<Map<string, Read>> {
  if (snapshots.length === 0) return new Map();
  const options = { stdin: environmentOf(repository), timeoutMs: LOOK_MS + 10_000 * snapshots.length };
  const seen = await host.read(manifestsScript(snapshots), options).catch((error) => {
    throw resticFailure(error, repository);
  });
  if (seen.exitCode !== 0) throw resticAnswered(seen, repository);
  const lines = seen.stdout.split('\n').map((line) => line.split(' '));
  const texts = new Map(lines.map(([snapshot = '', base64 = '?']) => [snapshot, base64]));
  return new Map(snapshots.map(({ id, snapshot }) => [snapshot, readText(texts.get(snapshot) ?? '?', id)]));
}

function readText(base64: string, id: string): Read {
  if (base64 === '?' || base64 === '') return { manifest: null, why: 'its manifest cannot be read' };
  try {
    return { manifest: readManifest(Buffer.from(base64, 'base64').toString('utf8'), id), why: '' };
  } catch (error) {
    return { manifest: null, why: messageOf(error) };
  }
}

/** The manifest of one snapshot. Throws `backup.manifest-unreadable`. */
export async function manifestIn(restic: Restic, snapshot: SetSnapshot): Promise<BackupManifest> {
  const read = (await manifestsOf(restic, [snapshot])).get(snapshot.snapshot);
  if (read?.manifest != null) return read.manifest;
  throw new VdbError(
    `The manifest of backup set ${snapshot.id} in repository ${restic.repository.name} cannot be read: ${read?.why}`,
    { code: 'backup.manifest-unreadable', exitCode: EXIT.failed, host: restic.host.target },
  );
}

/**
 * Puts a set of the host into the repository, which is made where it is none yet, and looks at a part of all its data
 * afterwards. Tells how many bytes were read for it: what the repository holds already does not travel.
 */
export async function backUp(
  restic: Restic,
  { directory, manifest, onEvent }: { directory: string; manifest: BackupManifest; onEvent: OnTransfer },
): Promise<number> {
  const { hostName, repository } = restic;
  const { id, parts } = manifest;
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  const opened = await run(restic, initCommand(repository));
  if (opened.stdout.includes(MADE))
    onEvent({ type: 'note', text: `${repository.name}: ${MADE}; without its password nobody reads it back` });
  if ((await snapshotsOf(restic)).some((snapshot) => snapshot.id === id)) return 0;
  onEvent({ type: 'set', id, parts: parts.length, bytes });
  await backedUp(restic, backupCommand(repository, directory, hostName, id), bytes, onEvent);
  await run(restic, checkCommand(repository));
  return bytes;
}

/** A backup that could not read everything has made a snapshot all the same, which must not pass for the set. */
async function backedUp(restic: Restic, command: Command, bytes: number, onEvent: OnTransfer): Promise<void> {
  const { host, repository } = restic;
  try {
    await host.run(command, { onLine: statusLines(repository.name, bytes, onEvent) });
  } catch (error) {
    const made = error instanceof CommandError ? madeSnapshot(error.result.stdout) : undefined;
    if (made !== undefined) await run(restic, forgetCommand(repository, [made], false)).catch(() => {});
    throw resticFailure(error, repository);
  }
}

/** Takes sets out of the repository, by their ids. */
export async function forgetSets(restic: Restic, ids: ReadonlySet<string>): Promise<void> {
  const { repository } = restic;
  const going = (await snapshotsOf(restic)).filter(({ id }) => ids.has(id));
  if (going.length > 0)
    await run(
      restic,
      forgetCommand(
        repository,
        going.map(({ snapshot }) => snapshot),
      ),
    );
}

/** Brings the parts of a snapshot to a directory of the host. They are still to be compared with their hashes. */
export async function restoreParts(
  { host, repository }: Restic,
  snapshot: SetSnapshot,
  { target, bytes, onEvent }: { target: string; bytes: number; onEvent: OnTransfer },
): Promise<void> {
  const onLine = statusLines(repository.name, bytes, onEvent);
  await host.run(restoreCommand(repository, snapshot, target), { onLine }).catch((error) => {
    throw resticFailure(error, repository);
  });
}

async function run({ host, repository }: Restic, command: Command): Promise<ExecResult> {
  return host.run(command).catch((error) => {
    throw resticFailure(error, repository);
  });
}

function statusLines(path: string, most: number, onEvent: OnTransfer): (line: string) => void {
  let told = 0;
  return (line) => {
    const done = Math.min(readStatus(line) ?? 0, most);
    if (done <= told) return;
    onEvent({ type: 'bytes', path, count: done - told, transferred: true });
    told = done;
  };
}

function unreadable({ name }: Repository, error: unknown): VdbError {
  return new VdbError(`What repository ${name} holds cannot be read: ${messageOf(error)}`, {
    code: 'backup.restic-unreadable',
    exitCode: EXIT.failed,
    meaning: 'restic answered with something else than a list of snapshots.',
  });
}
