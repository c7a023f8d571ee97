import type { Config, SlotName } from '../../config/schema.js';
import { EXIT, messageOf, VdbError } from '../../errors.js';
import type { Host } from '../../host/host.js';
import { known } from '../../host/probe.js';
import type { BackupManifest, BackupPart } from '../manifest.js';
import { lookAtQdrant, type PresentQdrant } from '../restore/present.js';
import type { QdrantPlace } from '../restore/recover.js';
import { assertFits } from '../restore/refusals.js';
import { comparePartsOf, type PartSeen, partFinding, WITHOUT_HASTE } from '../sets/hashes.js';
import type { DrilledPart, DrillOutcome, OnDrillEvent } from './events.js';
import { definitionsOf, type Tried, tryPart } from './parts.js';
import { assertRoom } from './room.js';
import { isRunning, startScratch, stopScratch } from './scratch-qdrant.js';
import { sweepCommand } from './sweep.js';

export interface DrillOptions {
  /** Its lock is held. */
  host: Host;
  config: Config;
  /** The slot whose binary restores. */
  slot: SlotName;
  manifest: BackupManifest;
  /** Aborted when the operator wants no further part. */
  stop: AbortSignal;
  onEvent: OnDrillEvent;
}

/**
 * Restores a set beside production, one part after the other, and compares each with what the set says of it. Nothing is
 * left on the host, however it ends. Throws where it cannot be tried at all: `drill.no-room`, a connection that is lost.
 */
export async function drillSet(options: DrillOptions): Promise<DrillOutcome> {
  const { host, config, manifest, stop, onEvent } = options;
  const since = performance.now();
  const ageMs = Date.now() - Date.parse(manifest.created);
  await host.run(sweepCommand(config));
  await assertRoom(host, config, manifest.id, manifest.parts);
  onEvent({ type: 'started', manifest });
  const { broken, hashingMs } = await hashed(options);
  const { parts, genuine } = await allParts(options, broken);
  const durationMs = performance.now() - since;
  const rtoMs = parts.reduce((sum, part) => sum + part.durationMs, hashingMs);
  const status = stop.aborted ? 'interrupted' : isSound(parts) ? 'done' : 'failed';
  return { status, id: manifest.id, parts, hashingMs, rtoMs, ageMs, durationMs, genuine };
}

/** Nothing was found, and something was restored. Pure. */
export function isSound(parts: readonly DrilledPart[]): boolean {
  return (
    parts.every(({ findings }) => findings.length === 0) && parts.some(({ skipped }) => skipped === undefined)
  );
}

/** What is wrong with files of the set, by path. A restore hashes them too, so that the time counts. */
async function hashed({
  host,
  config,
  manifest,
  stop,
  onEvent,
}: DrillOptions): Promise<{ broken: Map<string, string>; hashingMs: number }> {
  const since = performance.now();
  const seen = await comparePartsOf(host, config.paths.backups, manifest, {
    seconds: WITHOUT_HASTE,
    onProgress: (done, total) => onEvent({ type: 'hashing', done, total }),
    signal: stop,
  }).catch((error: unknown) => {
    if (stop.aborted) return known<PartSeen[]>([]);
    throw error;
  });
  if (seen.status !== 'known') throw unhashed(host, manifest.id, seen.why);
  const findings = (seen.value ?? []).flatMap((each) => partFinding(each) ?? []);
  return {
    broken: new Map(findings.map(({ path, what }) => [path, `the file ${what}`])),
    hashingMs: performance.now() - since,
  };
}

/**
 * Collections one after the other, each removed before the next: only the largest has to fit. After one that failed the
 * next gets a new Qdrant, because what is left in the old one is not known.
 */
async function allParts(
  options: DrillOptions,
  broken: ReadonlyMap<string, string>,
): Promise<Pick<DrillOutcome, 'parts' | 'genuine'>> {
  const { host, config, manifest, stop, onEvent } = options;
  const scratch = scratchQdrant(options);
  const definitions = await definitionsOf(host, config, manifest);
  const parts: DrilledPart[] = [];
  try {
    for (const part of manifest.parts) {
      if (stop.aborted) break;
      onEvent({ type: 'part-started', part });
      const wrong = broken.get(part.path);
      const qdrant = part.kind === 'collection' && wrong === undefined ? await scratch.running() : null;
      const drilled = await timed(part, wrong ?? qdrant?.obstacle, () =>
        tryPart({ host, config, manifest, definitions, qdrant: qdrant?.place ?? null }, part),
      );
      parts.push(drilled);
      if (qdrant !== null && drilled.findings.length > 0) await scratch.remove();
      onEvent({ type: 'part-finished', part: drilled });
    }
  } finally {
    await scratch.remove();
  }
  return { parts, genuine: scratch.genuine() };
}

async function timed(
  { path, kind, bytes, collection, database }: BackupPart,
  broken: string | undefined,
  attempt: () => Promise<Tried>,
): Promise<DrilledPart> {
  const since = performance.now();
  const tried = broken === undefined ? await attempt() : { findings: [broken], seen: {} };
  return {
    ...{ path, kind, bytes },
    ...(collection === undefined ? {} : { collection }),
    ...(database === undefined ? {} : { database }),
    ...tried,
    durationMs: performance.now() - since,
  };
}

interface Running {
  place: QdrantPlace;
  /** Why no snapshot of this set can be read by it. */
  obstacle: string | undefined;
}

/** The scratch Qdrant of a drill: started when the first collection needs it, and again should one have ended it. */
function scratchQdrant({ host, config, slot, manifest }: DrillOptions): {
  running(): Promise<Running>;
  remove(): Promise<void>;
  genuine(): boolean;
} {
  let started = false;
  let current: Running | null = null;
  let genuine = config.qdrant.artifact.from !== 'emulator';
  const remove = async (): Promise<void> => {
    if (started) await stopScratch(host, config, manifest.id);
    started = false;
    current = null;
  };
  const start = async (): Promise<Running> => {
    started = true;
    const { place } = await startScratch(host, config, slot, manifest.id);
    const seen = await lookAtQdrant(host, place);
    genuine = seen.genuine;
    return { place, obstacle: obstacleOf(manifest, seen) };
  };
  return {
    remove,
    genuine: () => genuine,
    async running() {
      if (current !== null && !(await isRunning(host))) await remove();
      current ??= await start();
      return current;
    },
  };
}

/** Why a set cannot be read by a Qdrant; undefined where it can. */
function obstacleOf(manifest: BackupManifest, qdrant: PresentQdrant): string | undefined {
  try {
    assertFits(manifest, qdrant);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function unhashed(host: Host, id: string, why: string): VdbError {
  return new VdbError(`The parts of backup set ${id} could not be hashed: ${why}`, {
    code: 'drill.unhashed',
    exitCode: EXIT.failed,
    host: host.target,
    meaning: 'Nothing was restored.',
    next: `vdb backup verify ${id}`,
  });
}
