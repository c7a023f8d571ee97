import { badFormat, invalid, unsupported } from './api-error.js';
import { matchOf } from './filter-match.js';
import { rangeOf } from './filter-range.js';
import type { Json, Payload, PayloadIndex, Point } from './model.js';
import { objectOf, pointIds, required } from './parse/values.js';
import { isObject, parsePath, valuesAt } from './payload-path.js';

/** Whether a point is meant. */
export type Predicate = (point: Pick<Point, 'id' | 'payload' | 'vectors'>) => boolean;

type Indexes = Record<string, PayloadIndex>;

const GEO = ['geo_radius', 'geo_bounding_box', 'geo_polygon'];
const NO_CONDITION =
  'Expected some form of condition, which can be a field condition (like {"key": ..., "match": ... }), ' +
  'or some other mentioned in the documentation: ' +
  'https://qdrant.tech/documentation/concepts/filtering/#filtering-conditions';

/** A filter of a request as a predicate. No filter lets everything through. */
export function compileFilter(value: unknown, indexes: Indexes = {}): Predicate {
  if (value === undefined || value === null) return () => true;
  const filter = objectOf(value, 'a filter');
  const must = conditions(filter.must, indexes);
  const mustNot = conditions(filter.must_not, indexes);
  const should = conditions(filter.should, indexes);
  const enough = minShould(filter.min_should, indexes);
  return (point) =>
    must.every((condition) => condition(point)) &&
    !mustNot.some((condition) => condition(point)) &&
    (should.length === 0 || should.some((condition) => condition(point))) &&
    enough(point);
}

/** One condition or a list of them. */
function conditions(value: Json | undefined, indexes: Indexes): Predicate[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]).map((each) => compileCondition(each, indexes));
}

function minShould(value: Json | undefined, indexes: Indexes): Predicate {
  if (value === undefined || value === null) return () => true;
  const clause = objectOf(value);
  const list = conditions(required(clause, 'conditions'), indexes);
  const least = Number(required(clause, 'min_count'));
  return (point) => list.filter((condition) => condition(point)).length >= least;
}

function compileCondition(value: Json, indexes: Indexes): Predicate {
  const condition = objectOf(value, 'a condition');
  if (typeof condition.key === 'string') return fieldCondition(keyOf(condition), condition, indexes);
  if ('has_id' in condition) return hasId(condition.has_id);
  if ('has_vector' in condition) return (point) => Object.hasOwn(point.vectors, String(condition.has_vector));
  if ('is_empty' in condition) return emptyCondition(keyOf(condition.is_empty));
  if ('is_null' in condition) return nullCondition(keyOf(condition.is_null));
  if ('nested' in condition) return nestedCondition(objectOf(condition.nested), indexes);
  if (['must', 'should', 'must_not', 'min_should'].some((key) => key in condition)) {
    return compileFilter(condition, indexes);
  }
  throw badFormat(NO_CONDITION);
}

function hasId(value: unknown): Predicate {
  const wanted = new Set(pointIds(value));
  return (point) => wanted.has(point.id);
}

function keyOf(value: unknown): string {
  const { key } = objectOf(value);
  if (typeof key !== 'string') throw badFormat('missing field `key`');
  if (parsePath(key) === undefined) throw badFormat(`Invalid json path: '${key}'`);
  return key;
}

function fieldCondition(key: string, condition: Payload, indexes: Indexes): Predicate {
  const tests: Predicate[] = [];
  const geo = GEO.find((name) => name in condition);
  if (geo !== undefined) throw unsupported(geo);
  if (isObject(condition.match)) tests.push(anyValue(key, matchOf(condition.match, indexes[key])));
  if (isObject(condition.range)) tests.push(anyValue(key, rangeOf(condition.range)));
  if (isObject(condition.values_count)) tests.push(valuesCount(key, condition.values_count));
  if (typeof condition.is_empty === 'boolean') tests.push(expected(emptyCondition(key), condition.is_empty));
  if (typeof condition.is_null === 'boolean') tests.push(expected(nullCondition(key), condition.is_null));
  if (tests.length > 0) return (point) => tests.every((test) => test(point));
  throw invalid('JSON body', 'filter: Validation error: At least one field condition must be specified [{}]');
}

function expected(predicate: Predicate, answer: boolean): Predicate {
  return (point) => predicate(point) === answer;
}

/** A value in a list counts like a value. */
function anyValue(key: string, test: (value: Json) => boolean): Predicate {
  return (point) => valuesAt(point.payload, key).flat(1).some(test);
}

function valuesCount(key: string, range: Payload): Predicate {
  const inRange = rangeOf(range);
  return (point) =>
    valuesAt(point.payload, key).some((value) =>
      inRange(Array.isArray(value) ? value.length : Number(value !== null)),
    );
}

function emptyCondition(key: string): Predicate {
  return (point) => valuesAt(point.payload, key).every((value) => value === null || isEmptyList(value));
}

function isEmptyList(value: Json): boolean {
  return Array.isArray(value) && value.length === 0;
}

function nullCondition(key: string): Predicate {
  return (point) =>
    valuesAt(point.payload, key).some(
      (value) => value === null || (Array.isArray(value) && value.includes(null)),
    );
}

/** All conditions must hold for the same item of a list. */
function nestedCondition(nested: Payload, indexes: Indexes): Predicate {
  const key = keyOf(nested).replace(/\[\]$/, '');
  const inner = compileFilter(required(nested, 'filter'), indexes);
  return (point) =>
    valuesAt(point.payload, key)
      .flat(1)
      .some((item) => isObject(item) && inner({ ...point, payload: item }));
}
