import { isDeepStrictEqual } from 'node:util';
import { fingerprintOf, type PointRecord } from '../../backup/fingerprint.js';

/** A collection at one instant, or nearly so, as one of two Qdrants has it. */
export interface Look {
  config: Record<string, unknown>;
  /** Indexed fields of the payload. */
  indexes: Record<string, unknown>;
  /** Counted exactly. */
  count: number;
  /** Points with payload and vectors, in any order. */
  points: readonly PointRecord[];
  /** For each query how near what it found is, the nearest first. Points that are equally near may come in any order. */
  scores: readonly (readonly number[])[];
}

/**
 * How `copy` differs from `original`, which was looked at before and after it: what was written in between is no
 * difference. One line each. Pure.
 */
export function differences(
  { before, after }: { before: Look; after: Look },
  copy: Look,
): { findings: string[]; compared: { points: number; queries: number } } {
  const [least, most] = [Math.min(before.count, after.count), Math.max(before.count, after.count)];
  const still = stillPoints(before, after);
  const there = new Map(copy.points.map((point) => [String(point.id), fingerprintOf(point)]));
  const queries = before.scores.flatMap((scores, index) =>
    areEqual(scores, after.scores[index]) ? [{ scores, index }] : [],
  );
  return {
    findings: [
      ...settingFindings(before.config, copy.config),
      ...indexFindings(before.indexes, copy.indexes),
      ...(copy.count >= least && copy.count <= most
        ? []
        : [
            `it has ${copy.count} points where ${least === most ? least : `${least} to ${most}`} are expected`,
          ]),
      ...still.flatMap(([id, hash]) => {
        const other = there.get(id);
        if (other === undefined) return [`point ${id} is missing`];
        return other === hash ? [] : [`point ${id} has other values`];
      }),
      ...queries.flatMap(({ scores, index }) =>
        areEqual(scores, copy.scores[index]) ? [] : [`query ${index + 1} finds other points`],
      ),
    ],
    compared: { points: still.length, queries: queries.length },
  };
}

/**
 * Settings of a collection that Qdrant takes from its own configuration where the collection states none: they may be what
 * the deploy is for.
 */
const OF_THE_SERVER: readonly string[] = ['wal_config', 'optimizer_config.max_optimization_threads'];

function settingFindings(want: Record<string, unknown>, have: Record<string, unknown>): string[] {
  const [here, there] = [leaves(want), leaves(have)];
  return [...new Set([...here.keys(), ...there.keys()])]
    .filter((path) => !OF_THE_SERVER.some((own) => path === own || path.startsWith(`${own}.`)))
    .filter((path) => !isDeepStrictEqual(here.get(path), there.get(path)))
    .map((path) => `${path} is ${shown(there.get(path))} where ${shown(here.get(path))} is expected`);
}

/** Every value that is stated, by the keys that lead to it. A list is one value. */
function leaves(value: Record<string, unknown>, above = ''): Map<string, unknown> {
  return new Map(
    Object.entries(value).flatMap(([key, each]): [string, unknown][] => {
      const path = `${above}${key}`;
      if (each === null || each === undefined) return [];
      if (typeof each !== 'object' || Array.isArray(each)) return [[path, each]];
      return [...leaves(each as Record<string, unknown>, `${path}.`)];
    }),
  );
}

function shown(value: unknown): string {
  return value === undefined ? 'not set' : JSON.stringify(value);
}

/** Another version may round otherwise. */
const ROUNDING = 1e-5;

function areEqual(some: readonly number[], others: readonly number[] = []): boolean {
  const isNear = (a: number, b = Number.NaN): boolean =>
    Math.abs(a - b) <= ROUNDING * Math.max(1, Math.abs(a));
  return some.length === others.length && some.every((score, index) => isNear(score, others[index]));
}

/** Points that nobody has written to in between, with their fingerprints. */
function stillPoints(before: Look, after: Look): [id: string, hash: string][] {
  const later = new Map(after.points.map((point) => [String(point.id), fingerprintOf(point)]));
  return before.points
    .map((point): [string, string] => [String(point.id), fingerprintOf(point)])
    .filter(([id, hash]) => later.get(id) === hash);
}

/** How many points an index holds changes with every write. */
function indexFindings(want: Record<string, unknown>, have: Record<string, unknown>): string[] {
  const fields = [...new Set([...Object.keys(want), ...Object.keys(have)])].sort();
  return fields.flatMap((field) => {
    if (have[field] === undefined) return [`payload field ${field} is not indexed`];
    if (want[field] === undefined) return [`payload field ${field} is indexed`];
    return isDeepStrictEqual(withoutPoints(want[field]), withoutPoints(have[field]))
      ? []
      : [`payload field ${field} is indexed otherwise`];
  });
}

function withoutPoints(index: unknown): unknown {
  const { points: _, ...rest } = index as Record<string, unknown>;
  return rest;
}
