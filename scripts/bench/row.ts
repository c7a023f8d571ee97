/**
 * One line of the report: milliseconds, or another unit, and with a base how many times that is. `over` tells whether
 * the ratio misses `bar`.
 */
export function rowOf(
  name: string,
  value: number,
  base?: number,
  bar?: number,
  unit = 'ms',
): { text: string; over: boolean } {
  const ratio = base === undefined ? undefined : value / base;
  const over = ratio !== undefined && bar !== undefined && ratio > bar;
  const times = ratio === undefined ? '' : `${ratio.toFixed(2)} times`;
  const verdict = ratio === undefined || bar === undefined ? '' : `${over ? 'OVER' : 'within'} ${bar}`;
  const text = `${name.padEnd(52)} ${`${value.toFixed(0)} ${unit}`.padStart(9)}  ${times.padEnd(11)} ${verdict}`;
  return { text: text.trimEnd(), over };
}
