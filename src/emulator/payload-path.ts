import type { Json, Payload } from './model.js';

type Step = { key: string } | { index: number } | { every: true };

/** `a.b`, `list[].x`, `list[0].x`, `"dotted.key".x` as steps; undefined when it is no path. */
export function parsePath(path: string): Step[] | undefined {
  const steps: Step[] = [];
  const token = /(?:^|\.)(?:"([^"]+)"|([^.[\]"]+))|\[(\d*)\]/gy;
  while (token.lastIndex < path.length) {
    const match = token.exec(path);
    if (match === null) return undefined;
    const [, quoted, plain, index] = match;
    const key = quoted ?? plain;
    if (key !== undefined) steps.push({ key });
    else steps.push(index === '' ? { every: true } : { index: Number(index) });
  }
  return steps.length === 0 || !('key' in steps[0]!) ? undefined : steps;
}

/** Every value at a path; none where it leads nowhere. */
export function valuesAt(payload: Json, path: string): Json[] {
  const steps = parsePath(path);
  if (steps === undefined) return [];
  let values: Json[] = [payload];
  for (const step of steps) values = values.flatMap((value) => next(value, step));
  return values;
}

function next(value: Json, step: Step): Json[] {
  if ('key' in step)
    return isObject(value) && Object.hasOwn(value, step.key) ? [value[step.key] as Json] : [];
  if (!Array.isArray(value)) return [];
  if ('every' in step) return value;
  const item = value[step.index];
  return item === undefined ? [] : [item];
}

/** Whether a JSON value is an object, neither a list nor null. */
export function isObject(value: unknown): value is Payload {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A payload with `value` merged into the object at `path`, which is made where it is missing. */
export function mergedAt(payload: Payload, path: string, value: Payload): Payload {
  const keys = (parsePath(path) ?? []).flatMap((step) => ('key' in step ? [step.key] : []));
  const result = structuredClone(payload);
  let target = result;
  for (const key of keys) {
    if (!isObject(target[key])) target[key] = {};
    target = target[key] as Payload;
  }
  Object.assign(target, value);
  return result;
}

/** A payload without the values at these paths. */
export function without(payload: Payload, paths: string[]): Payload {
  const result = structuredClone(payload);
  for (const path of paths) {
    const steps = parsePath(path) ?? [];
    const last = steps.at(-1);
    if (last === undefined || !('key' in last)) continue;
    let holders: Json[] = [result];
    for (const step of steps.slice(0, -1)) holders = holders.flatMap((holder) => next(holder, step));
    for (const holder of holders) if (isObject(holder)) delete holder[last.key];
  }
  return result;
}

/** A payload with nothing but what is at or below these paths. Lists on the way count as their items. */
export function onlyAt(payload: Payload, paths: string[]): Payload {
  const wanted = paths.map((path) =>
    (parsePath(path) ?? []).flatMap((step) => ('key' in step ? [step.key] : [])),
  );
  return picked(payload, wanted) as Payload;
}

function picked(value: Json, wanted: string[][]): Json {
  if (wanted.some((keys) => keys.length === 0)) return value;
  if (Array.isArray(value)) return value.map((item) => picked(item, wanted));
  if (!isObject(value)) return value;
  const result: Payload = {};
  for (const [key, item] of Object.entries(value)) {
    const deeper = wanted.filter((keys) => keys[0] === key).map((keys) => keys.slice(1));
    if (deeper.length > 0) result[key] = picked(item, deeper);
  }
  return result;
}
