import { nearest } from '../config/nearest.js';
import type { Config } from '../config/schema.js';
import { EXIT, VdbError } from '../errors.js';
import type { Check } from './check.js';

/**
 * Throws `check.waiver-unknown` or `check.threshold-unknown` where the configuration names a check that is not in
 * the catalogue, or gives a threshold that is no number or to a check that has none: it would have no effect.
 */
export function assertConfigured(
  catalogue: readonly Check[],
  { waivers, thresholds }: Config['checks'],
): void {
  const ids = catalogue.map(({ id }) => id);
  for (const { id } of waivers) {
    if (!ids.includes(id))
      throw stray('waiver', `checks.waivers names the check "${id}", which there is not`, id, ids);
  }
  const measured = catalogue.filter(({ threshold }) => threshold !== undefined).map(({ id }) => id);
  for (const [id, value] of Object.entries(thresholds)) {
    const key = `checks.thresholds.${id}`;
    if (!measured.includes(id))
      throw stray('threshold', `${key}: there is no check of that name with a threshold`, id, measured);
    if (!isNumber(value))
      throw stray('threshold', `${key} must be a number from 0 on, not "${value}"`, id, []);
  }
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
