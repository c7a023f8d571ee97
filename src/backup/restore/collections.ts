import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT, messageOf, VdbError } from '../../errors.js';
import { CommandError, type Host } from '../../host/host.js';
import { lookOnHost, type QdrantOnHost, resultOnHost } from '../../services/qdrant/on-host.js';
import type { CollectionDefinition } from '../definitions.js';
import type { PointRecord } from '../fingerprint.js';
import type { BackupPart } from '../manifest.js';
import {
  askable,
  configFindings,
  countFindings,
  countRemarks,
  indexFindings,
  missingIndexes,
  type SeenCollection,
  sampleFindings,
} from './compare.js';
import {
  collectionPath,
  discardCommand,
  EXISTS,
  FAILED_AND_LEFT,
  FAILED_AND_REMOVED,
  IN_USE,
  indexCommand,
  type QdrantPlace,
  recoverCommand,
} from './recover.js';

export type { QdrantPlace } from './recover.js';

/** One collection of a set, and what it is to become. */
export interface CollectionRestore {
  /** The directory of the set on the host. */
  set: string;
  part: BackupPart;
  /** As the set's definitions have it. */
  definition: CollectionDefinition;
  /** A name that no collection and no alias has. */
  target: string;
}

export interface RestoredCollection {
  collection: string;
  target: string;
  /** Counted exactly. */
  points: number;
  /** Points that were compared by their values. */
  sampled: number;
  /** Payload fields whose index was missing and has been made. */
  indexed: string[];
  /** What is worth saying, and no fault. */
  remarks: string[];
  bytes: number;
  durationMs: number;
}

/**
 * Makes a collection of a set's part and compares it with what the set says of it: configuration, indexes, exact
 * count, values of sampled points. Either the collection is there and equal, or this throws and it is gone again:
 * `restore.exists` (nothing was done), `restore.collection-failed`, `restore.collection-differs`, and
 * `restore.left-over` where Qdrant could not be told to remove it.
 */
export async function restoreCollection(
  host: Host,
  qdrant: QdrantPlace,
  wanted: CollectionRestore,
): Promise<RestoredCollection> {
  const since = performance.now();
  const { part, target } = wanted;
  await recover(host, qdrant, wanted);
  try {
    const verified = await verifyCollection(host, qdrant, wanted);
    const durationMs = Math.round(performance.now() - since);
    return { collection: nameOf(part), target, ...verified, bytes: part.bytes, durationMs };
  } catch (error) {
    await discardCollection(host, qdrant, target);
    throw error;
  }
}

/**
 * Removes a collection that a restore has made or kept. Throws `restore.in-use` where an alias points to it, and
 * `restore.left-over` where it cannot be removed.
 */
export async function discardCollection(host: Host, qdrant: QdrantOnHost, name: string): Promise<void> {
  await host.run(discardCommand(qdrant, name)).catch((error: unknown) => {
    if (!(error instanceof CommandError)) throw error;
    throw error.result.exitCode === IN_USE ? inUse(host, name) : leftOver(host, name, messageOf(error));
  });
}

async function recover(
  host: Host,
  qdrant: QdrantPlace,
  { set, part, target }: CollectionRestore,
): Promise<void> {
  const { bytes, sha256, path } = part;
  const command = recoverCommand(qdrant, { file: `${set}/${path}`, sha256, bytes, target });
  await host.run(command).catch((error: unknown) => {
    throw error instanceof CommandError ? recoveryError(host, { part, target }, error) : error;
  });
}

/**
 * Compares a collection with what the set says of it, and makes indexes that it lacks. Throws
 * `restore.collection-differs` with everything that differs.
 */
export async function verifyCollection(
  host: Host,
  qdrant: QdrantOnHost,
  { part, definition, target }: Omit<CollectionRestore, 'set'>,
): Promise<Pick<RestoredCollection, 'points' | 'sampled' | 'indexed' | 'remarks'>> {
  const points = await exactCount(host, qdrant, target);
  const sample = askable(definition.sample);
  const [first, records] = await Promise.all([
    seen(host, qdrant, target),
    sampledPoints(host, qdrant, target, sample),
  ]);
  const missing = missingIndexes(definition.payload_schema, first.payload_schema);
  for (const index of missing) await host.run(indexCommand(qdrant, target, index));
  const there = missing.length === 0 ? first : await seen(host, qdrant, target);
  const findings = [
    ...countFindings(part, points),
    ...configFindings(definition.config, there.config),
    ...indexFindings(definition.payload_schema, there.payload_schema),
    ...sampleFindings(sample, records),
  ];
  if (findings.length > 0) throw differs(host, nameOf(part), findings);
  return {
    points,
    sampled: sample.length,
    indexed: missing.map(({ field }) => field),
    remarks: countRemarks(part, points),
  };
}

const ACTIVE_MS = 60_000;
const PAUSE_MS = 500;

/**
 * Points of a collection. After a recovery its shard becomes active by consensus, shortly after Qdrant has
 * answered; until then a count is refused.
 */
export async function exactCount(host: Host, qdrant: QdrantOnHost, name: string): Promise<number> {
  const look = {
    method: 'POST',
    path: `${collectionPath(name)}/points/count`,
    body: { exact: true },
    timeoutSeconds: 600,
  } as const;
  const deadline = performance.now() + ACTIVE_MS;
  for (;;) {
    const { status, result, said } = await lookOnHost(host, qdrant, look);
    const counted = (result as { count?: unknown } | null | undefined)?.count;
    if (status === 200 && typeof counted === 'number') return counted;
    if ((status < 500 && status !== 0) || performance.now() > deadline)
      throw differs(host, name, [`its points could not be counted: ${said || status}`]);
    await sleep(PAUSE_MS);
  }
}

async function seen(host: Host, qdrant: QdrantOnHost, name: string): Promise<SeenCollection> {
  const result = await resultOnHost<SeenCollection>(host, qdrant, { path: collectionPath(name) });
  if (result !== null) return result;
  throw differs(host, name, ['it is not there after its recovery']);
}

async function sampledPoints(
  host: Host,
  qdrant: QdrantOnHost,
  name: string,
  sample: CollectionDefinition['sample'],
): Promise<PointRecord[]> {
  if (sample.length === 0) return [];
  const body = { ids: sample.map(({ id }) => id), with_payload: true, with_vector: true };
  const path = `${collectionPath(name)}/points`;
  return (await resultOnHost<PointRecord[]>(host, qdrant, { method: 'POST', path, body })) ?? [];
}

function nameOf({ collection, path }: BackupPart): string {
  return collection ?? path;
}

function recoveryError(
  host: Host,
  { part, target }: Pick<CollectionRestore, 'part' | 'target'>,
  { result, details }: CommandError,
): VdbError {
  const name = nameOf(part);
  const said = result.stderr.trim().slice(-600);
  if (result.exitCode === EXISTS) {
    return new VdbError(`There is a collection or an alias ${target} already`, {
      code: 'restore.exists',
      exitCode: EXIT.failed,
      host: host.target,
      meaning:
        'A snapshot is never recovered over a collection: its settings would win over those of the set.',
    });
  }
  if (result.exitCode === FAILED_AND_LEFT) return leftOver(host, target, said);
  return new VdbError(`Collection ${name} could not be restored: ${reason(said)}`, {
    code: 'restore.collection-failed',
    exitCode: EXIT.failed,
    host: host.target,
    ...(details.command === undefined ? {} : { command: details.command }),
    stderr: said,
    meaning:
      result.exitCode === FAILED_AND_REMOVED
        ? `What Qdrant had begun as ${target} has been removed again; what was there before is as it was.`
        : 'Nothing was changed in Qdrant.',
    next: 'vdb check qdrant storage',
  });
}

/** Qdrant's own words where it answered. */
function reason(said: string): string {
  const [, error] = /"error":"((?:[^"\\]|\\.)*)"/.exec(said) ?? [];
  return error === undefined ? (said.split('\n').at(-1) ?? '') : (JSON.parse(`"${error}"`) as string);
}

function inUse(host: Host, name: string): VdbError {
  return new VdbError(`Collection ${name} is not removed: an alias points to it`, {
    code: 'restore.in-use',
    exitCode: EXIT.failed,
    host: host.target,
    meaning: 'Whoever uses that alias gets this collection.',
    next: 'Move or delete the alias first.',
  });
}

function leftOver(host: Host, name: string, said: string): VdbError {
  return new VdbError(`The half-made collection ${name} could not be removed: ${said}`, {
    code: 'restore.left-over',
    exitCode: EXIT.failed,
    host: host.target,
    meaning: 'Qdrant does not answer, or refuses. A half-made collection can keep it from starting.',
    next: 'Remove that collection before Qdrant is restarted; `vdb restore discard` does it once Qdrant answers.',
  });
}

function differs(host: Host, name: string, findings: readonly string[]): VdbError {
  return new VdbError(`Collection ${name} as restored is not what the set says: ${findings.join('; ')}`, {
    code: 'restore.collection-differs',
    exitCode: EXIT.failed,
    host: host.target,
    meaning: 'It was compared by configuration, payload indexes, exact count and values of sampled points.',
    next: 'Restore another set: vdb backup list. vdb backup verify SET tells whether the files of this one are damaged.',
  });
}
