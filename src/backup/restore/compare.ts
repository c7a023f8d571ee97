import type { CollectionDefinition } from '../definitions.js';
import { fingerprintOf, type PointRecord } from '../fingerprint.js';
import type { BackupPart } from '../manifest.js';

/** A collection as Qdrant has it after a restore. */
export interface SeenCollection {
  config: Record<string, unknown>;
  payload_schema: Record<string, unknown>;
}

/** An index of a payload field as the set has it: what `PUT /collections/{c}/index` takes. */
export interface PayloadIndex {
  field: string;
  schema: unknown;
}

/**
 * Settings that `PUT …/snapshots/recover` does not carry over: it creates the collection from the snapshot's
 * configuration without them (lib/storage/src/content_manager/collection_meta_ops.rs of Qdrant 1.18,
 * `From<CollectionConfigInternal> for CreateCollection`). They matter only where a collection has several replicas.
 */
const NOT_CARRIED: readonly string[] = ['params.read_fan_out_factor', 'params.read_fan_out_delay_ms'];

/**
 * How the configuration of a restored collection differs from that in the set, one line each. What the set leaves
 * open (null, or absent) is the server's own to fill in, so that it may differ between servers. Pure.
 */
export function configFindings(want: Record<string, unknown>, have: Record<string, unknown>): string[] {
  return leaves(want)
    .filter(([path]) => !NOT_CARRIED.includes(path.join('.')))
    .flatMap(([path, value]) => {
      const there = at(have, path);
      if (JSON.stringify(there) === JSON.stringify(value)) return [];
      return [`${path.join('.')} is ${shown(there)}, ${shown(value)} in the set`];
    });
}

/** Every value that is stated, with the keys that lead to it. A list is one value. */
function leaves(value: unknown, path: readonly string[] = []): [path: readonly string[], value: unknown][] {
  if (value === null || value === undefined) return [];
  if (typeof value !== 'object' || Array.isArray(value)) return [[path, value]];
  const entries = Object.entries(value);
  return entries.flatMap(([key, each]) => leaves(each, [...path, key]));
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | null)?.[key], value);
}

function shown(value: unknown): string {
  return value === undefined || value === null ? 'not set' : JSON.stringify(value);
}

/** Indexes of the set that the restored collection lacks. Pure. */
export function missingIndexes(
  want: CollectionDefinition['payload_schema'],
  have: SeenCollection['payload_schema'],
): PayloadIndex[] {
  return Object.entries(want)
    .filter(([field]) => have[field] === undefined)
    .map(([field, index]) => ({ field, schema: indexSchema(index) }));
}

/** Its type and parameters as one: parameters name the type too. */
function indexSchema(index: unknown): unknown {
  const { params, data_type } = index as { params?: unknown; data_type?: unknown };
  return params ?? data_type;
}

/** How indexes of payload fields differ from those in the set; how many points they hold does not count. Pure. */
export function indexFindings(
  want: CollectionDefinition['payload_schema'],
  have: SeenCollection['payload_schema'],
): string[] {
  return Object.entries(want).flatMap(([field, index]) => {
    const there = have[field];
    if (there === undefined) return [`payload field ${field} is not indexed`];
    const differing = configFindings(withoutPoints(index), withoutPoints(there));
    return differing.map((finding) => `index of payload field ${field}: ${finding}`);
  });
}

function withoutPoints(index: unknown): Record<string, unknown> {
  const { points: _, ...rest } = index as Record<string, unknown>;
  return rest;
}

/** What is wrong with the number of points of a restored collection; none where the set does not say it. Pure. */
export function countFindings({ points }: BackupPart, counted: number): string[] {
  return points === undefined || counted === points ? [] : [`${counted} points, ${points} in the set`];
}

/**
 * What is worth saying, and no fault: a collection that was written to while its snapshot was taken had some number of
 * points before and after, and the snapshot may have another. Pure.
 */
export function countRemarks({ points_between: between }: BackupPart, counted: number): string[] {
  if (between === undefined || (counted >= between[0] && counted <= between[1])) return [];
  return [
    `something was written while it was taken, when it had ${[...new Set(between)].join(' to ')} points`,
  ];
}

/**
 * Points of the set's sample that can be asked for. An id above 2^53 has lost its last digits in JavaScript's
 * numbers, so that nothing can be said about its point. Pure.
 */
export function askable(sample: CollectionDefinition['sample']): CollectionDefinition['sample'] {
  return sample.filter(({ id }) => typeof id === 'string' || Number.isSafeInteger(id));
}

/** Points of the sample that are missing or have other values than in the set. Pure. */
export function sampleFindings(
  sample: CollectionDefinition['sample'],
  points: readonly PointRecord[],
): string[] {
  const there = new Map(points.map((point) => [String(point.id), point]));
  return sample.flatMap(({ id, sha256 }) => {
    const point = there.get(String(id));
    if (point === undefined) return [`point ${id} is missing`];
    return fingerprintOf(point) === sha256 ? [] : [`point ${id} has other values than in the set`];
  });
}
