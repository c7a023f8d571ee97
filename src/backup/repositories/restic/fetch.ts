import { EXIT, VdbError } from '../../../errors.js';
import type { Host } from '../../../host/host.js';
import type { BackupManifest, BackupPart } from '../../manifest.js';
import type { OnTransfer } from '../events.js';
import { assertRoom, bytesOf } from '../on-host/run.js';
import {
  BROUGHT,
  leaveStagingCommand,
  manifestCommand,
  placePartsCommand,
  THERE,
} from '../on-host/scripts.js';
import type { SetSnapshot } from './answers.js';
import { resticDamaged } from './failure.js';
import { type Restic, restoreParts } from './repository.js';

export interface RestoreRequest {
  snapshot: SetSnapshot;
  /** The parts that the snapshot has. */
  parts: readonly BackupPart[];
  /** What the set says afterwards. */
  manifest: BackupManifest;
  /** The directory of the set, on the host. */
  target: string;
  onEvent: OnTransfer;
}

/**
 * Brings the parts of a snapshot to a set of the host. They arrive beside what is there, are compared with their hashes
 * and only then have their places; the manifest comes last. Tells how many bytes came. The lock is held. Throws
 * `backup.no-space`, `backup.source-damaged`, `backup.restic-…`.
 */
export async function fetchSnapshot(restic: Restic, request: RestoreRequest): Promise<number> {
  const { host } = restic;
  const { parts, manifest, target, onEvent } = request;
  onEvent({ type: 'set', id: manifest.id, parts: parts.length, bytes: bytesOf({ parts }) });
  const before = await missingOf(host, target, parts);
  if (before.length > 0) {
    await assertRoom(host, stagingOf(target), parts);
    const failure = await arrive(restic, request);
    const missing = await missingOf(host, target, parts);
    await host.run(leaveStagingCommand(stagingOf(target), target));
    if (missing.length > 0) throw damaged(restic, request, missing, failure);
  }
  await host.run(manifestCommand(target, manifest));
  return bytesOf({ parts: before });
}

/** In the directory of the set: if it is never finished, it is swept with that. */
function stagingOf(target: string): string {
  return `${target}/.fetched`;
}

/** Failures of single files keep nothing else from coming: what came is looked at all the same. */
const IN_PART = new Set(['backup.restic-damaged', 'backup.restic-failed']);

/** Gives a failure that leaves something to be looked at; throws every other. */
async function arrive(restic: Restic, request: RestoreRequest): Promise<VdbError | undefined> {
  const { snapshot, parts, target, onEvent } = request;
  try {
    await restoreParts(restic, snapshot, { target: stagingOf(target), bytes: bytesOf({ parts }), onEvent });
    return undefined;
  } catch (error) {
    if (!(error instanceof VdbError)) throw error;
    if (IN_PART.has(error.details.code)) return error;
    const { meaning = '' } = error.details;
    error.details.meaning = `${meaning} What has come is kept in ${target}, and is no set: the same command goes on from there, and the next vdb backup removes it.`;
    throw error;
  }
}

/** Their names and hashes are part of a command, whose length has an end. */
const AT_ONCE = 200;

async function missingOf(host: Host, target: string, parts: readonly BackupPart[]): Promise<BackupPart[]> {
  const missing: BackupPart[] = [];
  for (let from = 0; from < parts.length; from += AT_ONCE) {
    const some = parts.slice(from, from + AT_ONCE);
    const { stdout } = await host.run(placePartsCommand(stagingOf(target), target, some));
    const said = new Set(stdout.split('\n'));
    missing.push(
      ...some.filter((_, index) => !said.has(`${THERE} ${index}`) && !said.has(`${BROUGHT} ${index}`)),
    );
  }
  return missing;
}

function damaged(
  { repository, host }: Restic,
  { parts, manifest, target }: RestoreRequest,
  missing: readonly BackupPart[],
  failure: VdbError | undefined,
): VdbError {
  const { next, stderr } = failure?.details ?? resticDamaged(repository, '').details;
  const names = missing.map(({ path }) => path).join(', ');
  const kept = parts.length - missing.length;
  return new VdbError(`The copy of ${manifest.id} in repository ${repository.name} is damaged: ${names}`, {
    code: 'backup.source-damaged',
    exitCode: EXIT.failed,
    host: host.target,
    ...(stderr === undefined || stderr === '' ? {} : { stderr }),
    meaning:
      kept === 0
        ? 'Nothing of it came back whole, and nothing is left of it on the host.'
        : `${kept} of its ${parts.length} parts came back whole. They are kept in ${target}, which is no set: a fetch from elsewhere brings only the rest, and the next vdb backup removes it.`,
    next: `Another set may be whole: vdb backup list --repository ${repository.name}. ${next ?? ''}`.trimEnd(),
  });
}
