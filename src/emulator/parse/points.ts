import { badFormat, badRequest, invalid, unsupported, wrongInput } from '../api-error.js';
import { prepared } from '../distance.js';
import {
  type CollectionConfig,
  type Payload,
  type Point,
  type VectorParams,
  type Vectors,
  vectorParams,
} from '../model.js';
import { isObject } from '../payload-path.js';
import { objectOf, pointId, pointIds, required } from './values.js';

export type NewPoint = Omit<Point, 'version'>;

/** The points of an upsert, given one by one or as columns. Checked as a whole before anything is stored. */
export function parsePoints(body: Payload, config: CollectionConfig): NewPoint[] {
  const points = body.batch === undefined ? fromList(body, config) : fromBatch(objectOf(body.batch), config);
  if (points.length === 0) throw badRequest('Empty update request');
  return points;
}

function fromList(body: Payload, config: CollectionConfig): NewPoint[] {
  const list = required(body, 'points');
  if (!Array.isArray(list)) throw badFormat('invalid type: expected a sequence of points');
  return list.map((entry) => {
    const point = objectOf(entry, 'a point');
    const id = pointId(required(point, 'id'));
    return {
      id,
      vectors: parseVectors(required(point, 'vector'), config),
      payload: parsePayload(point.payload),
    };
  });
}

function fromBatch(batch: Payload, config: CollectionConfig): NewPoint[] {
  const ids = pointIds(required(batch, 'ids'));
  const columns = columnsOf(required(batch, 'vectors'), ids.length);
  const { payloads } = batch;
  if (
    payloads !== undefined &&
    payloads !== null &&
    (!Array.isArray(payloads) || payloads.length !== ids.length)
  ) {
    const length = Array.isArray(payloads) ? payloads.length : 0;
    throw invalid(
      'JSON body',
      `batch.batch: number of ids and payloads must be equal (${ids.length} != ${length})`,
    );
  }
  return ids.map((id, row) => ({
    id,
    vectors: parseVectors(columns(row), config),
    payload: parsePayload(Array.isArray(payloads) ? payloads[row] : undefined),
  }));
}

/** The vectors of a row, from one list or from one list per name. */
function columnsOf(vectors: unknown, rows: number): (row: number) => unknown {
  const columns: Record<string, unknown> = isObject(vectors) ? vectors : { '': vectors };
  for (const column of Object.values(columns)) {
    const length = Array.isArray(column) ? column.length : 0;
    if (length === rows) continue;
    throw invalid('JSON body', `batch.batch: number of ids and vectors must be equal (${rows} != ${length})`);
  }
  if (!isObject(vectors)) return (row) => (vectors as unknown[])[row];
  return (row) =>
    Object.fromEntries(Object.entries(columns).map(([name, list]) => [name, (list as unknown[])[row]]));
}

function parsePayload(value: unknown): Payload {
  return value === undefined || value === null ? {} : objectOf(value, 'a payload');
}

function parseVectors(value: unknown, config: CollectionConfig): Vectors {
  const known = vectorParams(config);
  const given = Array.isArray(value) ? { '': value } : objectOf(value, 'a vector');
  const parsed = Object.entries(given).map(([name, vector]) => [
    name,
    denseVector(vector, paramsOf(known, name)),
  ]);
  return Object.fromEntries(parsed);
}

/** The parameters of a named vector. */
export function paramsOf(known: Record<string, VectorParams>, name: string): VectorParams {
  const params = Object.hasOwn(known, name) ? known[name] : undefined;
  if (params !== undefined) return params;
  throw wrongInput(`Not existing vector name error: ${name}`);
}

/** A dense vector, normalized where its distance asks for it. */
export function denseVector(value: unknown, params: VectorParams): Float32Array {
  if (!Array.isArray(value)) throw unsupported('vectors that are not dense');
  if (Array.isArray(value[0])) throw unsupported('multivectors');
  if (!value.every((item) => typeof item === 'number'))
    throw badFormat('invalid type: expected a sequence of numbers');
  if (value.length !== params.size) {
    throw wrongInput(`Vector dimension error: expected dim: ${params.size}, got ${value.length}`);
  }
  return prepared(params.distance, Float32Array.from(value));
}
