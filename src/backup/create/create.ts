import type { Config, SlotName } from '../../config/schema.js';
import { slotStorage } from '../../config/slots.js';
import type { Host } from '../../host/host.js';
import { adminHeader } from '../../services/qdrant/place.js';
import type { BackupManifest, BackupPart } from '../manifest.js';
import { takeCollections } from './collections.js';
import { type Begun, beginSet, discardCommand, manifestCommand } from './directory.js';
import type { CreateOutcome, OnBackupEvent } from './events.js';
import { keptByRestores } from './kept.js';
import { plannedParts, takeOthers } from './parts.js';
import { hasDatabase, type Preflight, preflight } from './preflight.js';
import { Interrupted, newRun } from './run.js';
import type { QdrantPlace } from './snapshot.js';
import { assertSpace, measure, type Sizes } from './space.js';
import { markNow, notConsistent, writtenBetween } from './standstill.js';
import { sweep } from './sweep.js';

export interface CreateOptions {
  /** Its lock is held. */
  host: Host;
  config: Config;
  /** The slot whose Qdrant serves. */
  slot: SlotName;
  /** The host: its name in the configuration and its own, and its operating system. */
  about: { name: string; hostname: string; os: string };
  /** The version of vdb. */
  vdb: string;
  /** What must not be in the set, in every form in which it may stand in a file. */
  secrets: readonly string[];
  /** Whether all parts must have one instant: a set during which something is written is none. */
  consistent: boolean;
  /** Aborted when the operator wants no further part. */
  stop: AbortSignal;
  onEvent: OnBackupEvent;
}

/**
 * Takes a set of everything that the host holds. A set is whole or it is not there: what is thrown, and what is
 * interrupted, leaves neither a part of it nor a snapshot in Qdrant.
 */
export async function createSet(options: CreateOptions): Promise<CreateOutcome> {
  const { host, config, slot, onEvent } = options;
  const since = performance.now();
  const qdrant = placeOf(config, slot);
  const seen = await preflight(host, config, qdrant);
  const remarks = await sweep(host, config.paths.backups, qdrant);
  for (const text of remarks) onEvent({ type: 'remark', text, isSerious: true });
  const sizes = await roomFor(options, qdrant, seen);
  const begun = await beginSet(host, config);
  try {
    const manifest = await fill(options, begun, qdrant, seen, sizes);
    return { status: 'done', manifest, directory: begun.directory, durationMs: performance.now() - since };
  } catch (error) {
    await discard(options, begun);
    if (!(error instanceof Interrupted)) throw error;
    return { status: 'interrupted', durationMs: performance.now() - since };
  }
}

/** The Qdrant of a slot, on the host. */
export function placeOf(config: Config, slot: SlotName): QdrantPlace {
  const base = slotStorage(config, slot);
  return {
    port: config.qdrant.slots[slot].http,
    keyFile: adminHeader(config),
    unit: `qdrant@${slot}.service`,
    snapshots: `${base}/snapshots`,
    temp: `${base}/tmp`,
  };
}

/** What the set will take. Measured once debris is gone, because that may be what fills the disk. */
async function roomFor(
  { host, config, slot }: CreateOptions,
  { snapshots, temp }: QdrantPlace,
  { database }: Preflight,
): Promise<Sizes> {
  const { backups } = config.paths;
  const collections = `${slotStorage(config, slot)}/storage/collections`;
  const measured = await measure(host, { backups, snapshots, temp, collections });
  const sizes = { collections: measured.sizes, database };
  assertSpace(host.target, sizes, measured.spaces);
  return sizes;
}

async function fill(
  options: CreateOptions,
  begun: Begun,
  qdrant: QdrantPlace,
  seen: Preflight,
  sizes: Sizes,
): Promise<BackupManifest> {
  const { host, config, stop, onEvent, about, vdb } = options;
  const run = newRun({ host, config, qdrant, directory: begun.directory, sizes, stop, onEvent });
  const kept = await keptByRestores(run);
  const planned = plannedParts(config, seen.collections, sizes).filter(
    ({ collection = '' }) => !kept.includes(collection),
  );
  onEvent({ type: 'started', id: begun.id, parts: planned });
  const before = await markNow(run);
  const { parts: collections, definitions } = await takeCollections(run, kept);
  const { parts: others, leftOut } = await takeOthers(run, definitions, options.secrets);
  const written = writtenBetween(before, await markNow(run), {
    collections: Object.keys(definitions.collections),
    withDatabase: hasDatabase(config),
  });
  if (options.consistent && written.length > 0) throw notConsistent(host.target, written);
  const parts = [...collections, ...others];
  const manifest: BackupManifest = {
    schema: 'vdb.backup/1',
    id: begun.id,
    created: begun.created.toISOString(),
    finished: latest(parts, begun.created),
    parts,
    host: { name: about.name, hostname: about.hostname },
    versions: { vdb, ...seen.versions, os: about.os },
    genuine: seen.genuine,
    consistent: written.length === 0,
    left_out: leftOut,
    kept_by_restores: kept,
    ...(seen.otherDatabases === undefined ? {} : { left_out_databases: seen.otherDatabases }),
  };
  if (stop.aborted) throw new Interrupted();
  await host.run(manifestCommand(run.directory, manifest));
  return manifest;
}

/** The end of the last part. The host's clock may have been set back meanwhile. */
function latest(parts: readonly BackupPart[], created: Date): string {
  const ends = parts.map(({ until }) => (until === undefined ? 0 : Date.parse(until)));
  return new Date(Math.max(created.getTime(), ...ends)).toISOString();
}

/** What cannot be removed now, as when the connection is lost, the next run sweeps. */
async function discard({ host, onEvent }: CreateOptions, { directory }: Begun): Promise<void> {
  try {
    await host.run(discardCommand(directory));
  } catch {
    const text = `What this run has left in ${directory} could not be removed; the next backup removes it`;
    onEvent({ type: 'remark', text, isSerious: true });
  }
}
