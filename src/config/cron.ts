/** When something is due, as the five fields of a cron expression say it. Numbers ascend; Sunday is 0. */
export interface Cron {
  minutes: readonly number[];
  hours: readonly number[];
  daysOfMonth: readonly number[];
  months: readonly number[];
  daysOfWeek: readonly number[];
  /**
   * A day is due when either field of days names it. Otherwise both have to: as cron has it, that is so as soon as
   * one of them begins with a star.
   */
  eitherDay: boolean;
}

interface Field {
  name: string;
  least: number;
  most: number;
  /** In place of numbers, from `least` on. */
  names?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const FIELDS = [
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  { name: 'day of the month', least: 1, most: 31 },
  { name: 'month', least: 1, most: 12, names: MONTHS },
  { name: 'day of the week', least: 0, most: 7, names: WEEKDAYS },
] as const satisfies readonly Field[];

/** Days of each month at most. */
const LENGTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Reads five fields with lists, ranges, steps and names. Throws an error that says what is wrong. Pure. */
export function parseCron(text: string): Cron {
  const words = text.split(' ');
  if (words.length !== FIELDS.length) throw new Error(`there are ${words.length} fields in place of five`);
  const values = FIELDS.map((field, index) => valuesOf(field, words[index] as string));
  const [minutes, hours, daysOfMonth, months, weekdays] = values as [
    number[],
    number[],
    number[],
    number[],
    number[],
  ];
  const daysOfWeek = ascending(weekdays.map((day) => day % 7));
  const eitherDay = !words[2]?.startsWith('*') && !words[4]?.startsWith('*');
  const cron: Cron = { minutes, hours, daysOfMonth, months, daysOfWeek, eitherDay };
  if (!eitherDay && !hasDay(cron)) throw new Error('it never comes: no such month has such a day');
  return cron;
}

/** What is wrong with an expression; undefined for one that cron takes. Pure. */
export function cronProblem(text: string): string | undefined {
  try {
    parseCron(text);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function hasDay({ months, daysOfMonth }: Cron): boolean {
  const first = daysOfMonth[0] ?? 1;
  return months.some((month) => first <= (LENGTHS[month - 1] ?? 0));
}

function valuesOf(field: Field, text: string): number[] {
  return ascending(text.split(',').flatMap((item) => rangeOf(field, item)));
}

function rangeOf(field: Field, item: string): number[] {
  const [, range = '', step] = /^([^/]*)(?:\/([^/]*))?$/.exec(item) ?? [];
  if (range === '') throw new Error(`the ${field.name} ${JSON.stringify(item)} is no number, range or step`);
  const [first, last] = boundsOf(field, range);
  // What cron makes of 5/10 depends on whose it is: the range is to be written out.
  if (step !== undefined && range !== '*' && !range.includes('-')) {
    throw new Error(`the ${field.name} ${item} steps from one value; write ${range}-${field.most}/${step}`);
  }
  const by = step === undefined ? 1 : stepOf(field, step);
  return Array.from({ length: Math.floor((last - first) / by) + 1 }, (_, index) => first + index * by);
}

function boundsOf(field: Field, range: string): [number, number] {
  if (range === '*') return [field.least, field.name === 'day of the week' ? 6 : field.most];
  const [from = '', to = from, ...more] = range.split('-');
  const [first, last] = [numberOf(field, from), numberOf(field, to)];
  if (more.length > 0 || first > last) throw new Error(`the ${field.name} ${range} is no range that ascends`);
  return [first, last];
}

function numberOf({ name, least, most, names = [] }: Field, text: string): number {
  const named = names.indexOf(text.toLowerCase());
  if (named !== -1) return least + named;
  const number = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  const alternative = names.length === 0 ? '' : ` or ${names[0]} to ${names.at(-1)}`;
  throw new Error(`the ${name} ${JSON.stringify(text)} is not ${least} to ${most}${alternative}`);
}

function stepOf({ name, most }: Field, text: string): number {
  const step = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  if (step >= 1 && step <= most) return step;
  throw new Error(`the step ${JSON.stringify(text)} of the ${name} is not 1 to ${most}`);
}

function ascending(numbers: readonly number[]): number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}
