import { createHash } from 'node:crypto';

/** A point as `POST /collections/{c}/points` returns it with payload and vectors. */
export interface PointRecord {
  id: string | number;
  payload?: unknown;
  vector?: unknown;
}

/** sha256 of a point's id, payload and vectors. The order of keys does not matter. Pure. */
export function fingerprintOf({ id, payload, vector }: PointRecord): string {
  const text = JSON.stringify(sorted({ id, payload: payload ?? {}, vector: vector ?? {} }));
  return createHash('sha256').update(text).digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]));
}
