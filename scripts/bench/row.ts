/**
 * One line of the report: milliseconds and, with a base, how many times that is. `over` tells whether the ratio
 * misses `bar`.
 */
export function rowOf(
  name: string,
  ms: number,
  base?: number,
  bar?: number,
): { text: string; over: boolean } {
  const ratio = base === undefined ? undefined : ms / base;
  const over = ratio !== undefined && bar !== undefined && ratio > bar;
  const times = ratio === undefined ? '' : `${ratio.toFixed(2)} times`;
  const verdict = ratio === undefined || bar === undefined ? '' : `${over ? 'OVER' : 'within'} ${bar}`;
  const text = `${name.padEnd(52)} ${`${ms.toFixed(0)} ms`.padStart(9)}  ${times.padEnd(11)} ${verdict}`;
  return { text: text.trimEnd(), over };
}
