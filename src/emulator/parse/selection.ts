import { badFormat } from '../api-error.js';
import { shortest } from '../distance.js';
import type { Json, Payload, Point } from '../model.js';
import { isObject, onlyAt, without } from '../payload-path.js';
import { strings } from './values.js';

/** What of a point is shown: its id always, the rest by `with_payload` and `with_vector`. */
export type Show = (point: Point) => { id: Point['id']; payload?: Payload; vector?: Json };

/** How the points of an answer are shown. `withPayload` is what the endpoint does when it is not asked. */
export function parseShow(body: Payload, withPayload: boolean): Show {
  const payload = payloadSelector(body.with_payload ?? withPayload);
  const vector = vectorSelector(body.with_vector ?? body.with_vectors ?? false);
  return (point) => {
    const shownPayload = payload(point.payload);
    const shownVector = vector(point);
    return {
      id: point.id,
      ...(shownPayload === undefined ? {} : { payload: shownPayload }),
      ...(shownVector === undefined ? {} : { vector: shownVector }),
    };
  };
}

function payloadSelector(selector: Json): (payload: Payload) => Payload | undefined {
  if (typeof selector === 'boolean') return (payload) => (selector ? payload : undefined);
  if (Array.isArray(selector)) return including(selector);
  if (isObject(selector) && 'include' in selector) return including(selector.include);
  if (isObject(selector) && 'exclude' in selector) {
    const paths = strings(selector.exclude, 'with_payload');
    return (payload) => without(payload, paths);
  }
  throw badFormat('data did not match any variant of untagged enum WithPayloadInterface');
}

function including(value: unknown): (payload: Payload) => Payload {
  const paths = strings(value, 'with_payload');
  return (payload) => onlyAt(payload, paths);
}

function vectorSelector(selector: Json): (point: Point) => Json | undefined {
  if (selector === false) return () => undefined;
  if (selector === true) return (point) => shownVectors(point, Object.keys(point.vectors));
  const names = strings(selector, 'with_vector');
  return (point) =>
    shownVectors(
      point,
      names.filter((name) => Object.hasOwn(point.vectors, name)),
    );
}

/** The vector itself where it has no name, else vectors by name. */
function shownVectors(point: Point, names: string[]): Json {
  const unnamed = point.vectors[''];
  if (unnamed !== undefined && names.includes('')) return numbers(unnamed);
  return Object.fromEntries(names.map((name) => [name, numbers(point.vectors[name] ?? new Float32Array())]));
}

function numbers(vector: Float32Array): number[] {
  return Array.from(vector, shortest);
}
