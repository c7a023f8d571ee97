import { nearest } from '../config/nearest.js';
import type { Config } from '../config/schema.js';
import { EXIT, VdbError } from '../errors.js';
import type { Check } from './check.js';

/**
 * Throws `check.waiver-unknown` or `check.threshold-unknown` where the configuration, in `file`, names a check that is
 * not in the catalogue or has no threshold: it would have no effect. Throws `check.threshold-range` for a threshold
 * that is no number, or a share of more than the whole.
 */
export function assertConfigured(
  catalogue: readonly Check[],
  { waivers, thresholds }: Config['checks'],
  file: string,
): void {
  const ids = catalogue.map(({ id }) => id);
  for (const { id } of waivers) {
    if (!ids.includes(id))
      throw stray('waiver', `${file}: checks.waivers names the check "${id}", which there is not`, id, ids);
  }
  const units = new Map(catalogue.flatMap(({ id, threshold }) => (threshold ? [[id, threshold.unit]] : [])));
  for (const [id, value] of Object.entries(thresholds)) {
    const key = `${file}: checks.thresholds.${id}`;
    const unit = units.get(id);
    if (unit === undefined) {
      const message = `${key}: there is no check of that name with a threshold`;
      throw stray('threshold', message, id, [...units.keys()]);
    }
    const most = unit.startsWith('%') ? WHOLE : Number.POSITIVE_INFINITY;
    if (!isNumber(value) || Number(value) > most) throw outOfRange(key, value, unit, most);
  }
}

const WHOLE = 100;

function outOfRange(key: string, value: number | string, unit: string, most: number): VdbError {
  const range = most === WHOLE ? 'a number from 0 to 100' : 'a number from 0 on';
  return new VdbError(`${key} must be ${range}, not "${value}"`, {
    code: 'check.threshold-range',
    exitCode: EXIT.usage,
    meaning: `It is "${unit}".`,
    next: `Write ${range} there.`,
  });
}

/** No threshold is negative. Text such as that of a variable counts as a number when it is nothing else; empty text is none. */
function isNumber(value: number | string): boolean {
  return typeof value === 'number' ? value >= 0 : /^\d+(\.\d+)?$/.test(value);
}

function stray(what: 'waiver' | 'threshold', message: string, id: string, ids: readonly string[]): VdbError {
  const guess = nearest(id, ids);
  return new VdbError(message, {
    code: `check.${what}-unknown`,
    exitCode: EXIT.usage,
    meaning: `A ${what} that fits no check has no effect.`,
    next: guess === undefined ? 'vdb check explain lists every check.' : `Did you mean ${guess}?`,
  });
}
