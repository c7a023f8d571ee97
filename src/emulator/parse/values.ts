import { badFormat, wrongInput } from '../api-error.js';
import type { Payload, PointId } from '../model.js';
import { isObject } from '../payload-path.js';

const UUID = /^(?:urn:uuid:)?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/i;

/** A body or a part of one that must be an object. */
export function objectOf(value: unknown, what = 'struct'): Payload {
  if (isObject(value)) return value;
  throw badFormat(`invalid type: expected ${what}`);
}

/** The value of a key that must be there. */
export function required(body: Payload, key: string): NonNullable<Payload[string]> {
  const value = body[key];
  if (value === undefined || value === null) throw badFormat(`missing field \`${key}\``);
  return value;
}

/** A point's id from a body. */
export function pointId(value: unknown): PointId {
  const id = idOf(value);
  if (id !== undefined) return id;
  const shown = typeof value === 'string' ? value : JSON.stringify(value);
  throw badFormat(
    `value ${shown} is not a valid point ID, valid values are either an unsigned integer or a UUID`,
  );
}

/** A point's id from a URL. */
export function pointIdOfPath(text: string): PointId {
  const id = /^\d+$/.test(text) ? idOf(Number(text)) : idOf(text);
  if (id !== undefined) return id;
  throw wrongInput(`Can not recognize "${text}" as point id`);
}

/** Integers that a JavaScript number cannot hold are no ids here: they would silently become others. */
function idOf(value: unknown): PointId | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const parts = UUID.exec(value)?.slice(1);
  return parts?.join('-').toLowerCase();
}

/** A list of point ids: numbers or UUIDs. Throws 400 for anything else. */
export function pointIds(value: unknown): PointId[] {
  if (!Array.isArray(value)) throw badFormat('invalid type: expected a sequence of point ids');
  return value.map(pointId);
}

/** A whole number of at least `least`; undefined where there is none. */
export function wholeNumber(body: Payload, key: string, least = 0): number | undefined {
  const value = body[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value;
  throw badFormat(
    `${key}: invalid value: ${JSON.stringify(value)}, expected an integer of at least ${least}`,
  );
}

/** A list of texts. Throws 400 naming `what` for anything else. */
export function strings(value: unknown, what: string): string[] {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw badFormat(`${what}: invalid type: expected a sequence of strings`);
}
