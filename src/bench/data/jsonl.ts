import { readFileSync } from 'node:fs';
import { messageOf } from '../../errors.js';
import type { Rows } from './dataset.js';
import { dataError } from './random-access.js';

interface Line {
  vector: Float32Array;
  payload?: Record<string, unknown>;
}

/** Vectors with their payloads, `{"vector": […], "payload": {…}}` in each line. Kept in memory. Throws `bench.data`. */
export function jsonlRows(file: string): Rows {
  const lines = textOf(file)
    .split('\n')
    .flatMap((line, index) => (line.trim() === '' ? [] : [parsed(file, line, index + 1)]));
  const dimension = lines[0]?.vector.length ?? 0;
  if (dimension === 0) throw dataError(file, 'holds no vector');
  const odd = lines.findIndex(({ vector }) => vector.length !== dimension);
  if (odd !== -1) throw dataError(file, `has vectors of other lengths than ${dimension}`);
  return {
    ...{ count: lines.length, dimension },
    row: (index) => lines[index]!.vector,
    payload: (index) => lines[index]?.payload,
    close: () => {},
  };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw dataError(file, `cannot be read: ${messageOf(error)}`);
  }
}

function parsed(file: string, line: string, number: number): Line {
  const data = jsonOf(line);
  const vector = Array.isArray(data) ? data : data?.vector;
  if (!Array.isArray(vector) || !vector.every((value) => Number.isFinite(value)))
    throw dataError(file, `has no vector in line ${number}`);
  const payload = Array.isArray(data) ? undefined : data?.payload;
  const isObject = typeof payload === 'object' && payload !== null && !Array.isArray(payload);
  return {
    vector: Float32Array.from(vector),
    ...(isObject ? { payload: payload as Record<string, unknown> } : {}),
  };
}

function jsonOf(line: string): { vector?: unknown; payload?: unknown } | unknown[] | null {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
