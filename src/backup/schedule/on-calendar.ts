import { type Cron, parseCron } from '../../config/cron.js';

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/**
 * A cron expression as `OnCalendar=` has it: two expressions where cron takes a day that either of its fields
 * names, else one. The time zone is the host's for both. Throws what `parseCron` throws. Pure.
 */
export function onCalendar(expression: string): string[] {
  const cron = parseCron(expression);
  const time = `${component(cron.hours, 0, 23)}:${component(cron.minutes, 0, 59)}:00`;
  const months = component(cron.months, 1, 12);
  const days = component(cron.daysOfMonth, 1, 31);
  const weekdays = weekdaysOf(cron);
  if (cron.eitherDay) return [`*-${months}-${days} ${time}`, `${weekdays}*-${months}-* ${time}`];
  return [`${weekdays}*-${months}-${days} ${time}`];
}

/** With the space that follows them; nothing when every day is meant. */
function weekdaysOf({ daysOfWeek }: Cron): string {
  if (daysOfWeek.length === WEEKDAYS.length) return '';
  return `${daysOfWeek.map((day) => WEEKDAYS[day]).join(',')} `;
}

/** `*`, `00/5` for a step to the end of the range, or values and runs of values: `01,08..17`. */
function component(values: readonly number[], least: number, most: number): string {
  if (values.length === most - least + 1) return '*';
  const step = stepToEnd(values, most);
  if (step !== undefined) return `${two(values[0])}/${step}`;
  return runsOf(values)
    .map(([first, last]) => (first === last ? two(first) : `${two(first)}..${two(last)}`))
    .join(',');
}

/** The distance of three or more values that go on to the end of the range. */
function stepToEnd(values: readonly number[], most: number): number | undefined {
  const [first = 0, second = 0] = values;
  const step = second - first;
  const even = values.every((value, index) => value === first + index * step);
  return values.length >= 3 && step > 1 && even && (values.at(-1) ?? 0) + step > most ? step : undefined;
}

function runsOf(values: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const value of values) {
    const run = runs.at(-1);
    if (run !== undefined && run[1] === value - 1) run[1] = value;
    else runs.push([value, value]);
  }
  return runs;
}

function two(value = 0): string {
  return String(value).padStart(2, '0');
}
