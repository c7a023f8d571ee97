import { EXIT, messageOf, VdbError } from '../../../errors.js';
import type { Command } from '../../../host/command.js';
import { CommandError, type Host } from '../../../host/host.js';
import type { ExecResult } from '../../../host/transport.js';
import type { BackupManifest } from '../../manifest.js';
import { comparePartsOf, partFinding, WITHOUT_HASTE } from '../../sets/hashes.js';
import { findingText } from '../../sets/notes.js';
import type { OnTransfer } from '../events.js';
import type { RepositorySets } from '../list.js';
import { sourceDamaged } from '../on-host/run.js';
import {
  ignoredSnapshots,
  isComplete,
  madeSnapshot,
  type ReadManifest,
  readManifests,
  readSnapshots,
  readStatus,
  type SetSnapshot,
} from './answers.js';
import { resticAnswered, resticDamaged, resticFailure } from './failure.js';
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

/** What a repository holds of the sets of a host. */
export interface Snapshots {
  /** Newest set first. */
  snapshots: SetSnapshot[];
  /** What restic said of snapshots that it cannot read, of whatever host; empty where it reads them all. */
  ignored: string;
}

/** The snapshots that hold sets of the host. Only looks. Throws `backup.restic-…`. */
export async function snapshotsOf(
  { host, hostName, repository }: Restic,
  timeoutMs = LOOK_MS,
): Promise<Snapshots> {
  const options = { stdin: environmentOf(repository), timeoutMs };
  const seen = await host.read(snapshotsScript(hostName), options).catch((error) => {
    throw resticFailure(error, repository);
  });
  if (seen.exitCode !== 0) throw resticAnswered(seen, repository);
  try {
    return { snapshots: readSnapshots(seen.stdout), ignored: ignoredSnapshots(seen.stderr) };
  } catch (error) {
    throw unreadable(repository, error);
  }
}

/** The snapshot of a set; undefined where there is none. Throws `backup.restic-damaged` where it may be one that cannot be read. */
export async function snapshotOf(restic: Restic, id: string): Promise<SetSnapshot | undefined> {
  const { snapshots, ignored } = await snapshotsOf(restic);
  const found = snapshots.find((each) => each.id === id);
  if (found === undefined && ignored !== '') throw resticDamaged(restic.repository, ignored);
  return found;
}

/** The sets that a repository holds, as those of a directory are listed. A snapshot is whole or is none. */
export async function resticSets(restic: Restic): Promise<RepositorySets> {
  const { snapshots, ignored } = await snapshotsOf(restic);
  const manifests = await manifestsOf(restic, snapshots);
  const sets = snapshots.map(({ id, snapshot }) => {
    const found = manifests.get(snapshot) ?? UNREAD;
    const files = new Map((found.manifest?.parts ?? []).map(({ path, bytes }) => [path, bytes]));
    return { id, ...found, files, pin: null, verification: null, drill: null };
  });
  return { sets, halfRemoved: [], unread: ignored === '' ? null : resticDamaged(restic.repository, ignored) };
}

const UNREAD: ReadManifest = { manifest: null, why: 'its manifest cannot be read' };

async function manifestsOf(
  { host, repository }: Restic,
  snapshots: readonly SetSnapshot[],
): Promise<Map<string, ReadManifest>> {
  if (snapshots.length === 0) return new Map();
  const options = { stdin: environmentOf(repository), timeoutMs: LOOK_MS + 10_000 * snapshots.length };
  const seen = await host.read(manifestsScript(snapshots), options).catch((error) => {
    throw resticFailure(error, repository);
  });
  if (seen.exitCode !== 0) throw resticAnswered(seen, repository);
  return readManifests(seen.stdout, snapshots);
}

/** The manifest of one snapshot. Throws `backup.manifest-unreadable`. */
export async function manifestIn(restic: Restic, snapshot: SetSnapshot): Promise<BackupManifest> {
  const { manifest, why } = (await manifestsOf(restic, [snapshot])).get(snapshot.snapshot) ?? UNREAD;
  if (manifest !== null) return manifest;
  const { repository, host } = restic;
  const { meaning, next } = resticDamaged(repository, why).details;
  throw new VdbError(
    `The manifest of backup set ${snapshot.id} in repository ${repository.name} cannot be read`,
    {
      code: 'backup.manifest-unreadable',
      exitCode: EXIT.failed,
      host: host.target,
      stderr: why,
      ...(meaning === undefined ? {} : { meaning }),
      ...(next === undefined ? {} : { next }),
    },
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
  const { snapshots } = await snapshotsOf(restic);
  if (snapshots.some((snapshot) => snapshot.id === id && isComplete(snapshot, manifest))) {
    await run(restic, checkCommand(repository));
    return 0;
  }
  onEvent({ type: 'set', id, parts: parts.length, bytes });
  await assertSound(restic.host, directory, manifest);
  await backedUp(restic, backupCommand(repository, directory, hostName, id), bytes, onEvent);
  await run(restic, checkCommand(repository));
  return bytes;
}

/** restic takes files as they are: a set that is damaged would look whole in the repository. */
async function assertSound(host: Host, directory: string, manifest: BackupManifest): Promise<void> {
  const seen = await comparePartsOf(host, directory, manifest, { seconds: WITHOUT_HASTE });
  if (seen.status !== 'known' || seen.value === null)
    throw sourceDamaged(`${manifest.id} could not be read`, { host: host.target });
  const [finding] = seen.value.flatMap((part) => partFinding(part) ?? []);
  if (finding !== undefined) throw sourceDamaged(findingText(finding), { host: host.target });
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
  const going = (await snapshotsOf(restic)).snapshots.filter(({ id }) => ids.has(id));
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
