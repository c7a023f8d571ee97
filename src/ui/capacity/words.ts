import { HORIZON_DAYS, type Lasting } from '../../capacity/answer.js';
import { type Growth, growthPerDay } from '../../capacity/growth.js';
import type { Inquiry } from '../../capacity/inquiry.js';
import type { Parts } from '../../capacity/need.js';
import type { Situation } from '../../capacity/situations.js';
import { dayOf } from '../../text.js';
import { shortNumber } from '../backup/values.js';
import { points } from '../status-values.js';
import { count } from '../style.js';

/** In the order in which they are shown. */
export const PART_NAMES: Readonly<Record<keyof Parts, string>> = {
  vectors: 'vectors',
  quantized: 'quantized copies',
  graph: 'HNSW graphs',
  ids: 'ids',
  payload: 'payloads',
  own: 'Qdrant itself',
};

export const WHEN: Readonly<Record<Situation['when'], string>> = {
  operation: 'in operation',
  backup: 'during a backup',
  deploy: 'during a deploy',
};

/** How many points fit, and what is full then. */
export function mostText({ points: most, by }: NonNullable<Inquiry['answer']['most']>): string {
  return `At most ${shortNumber(most)} points fit; then ${by.resource} ${WHEN[by.when]} is full.`;
}

/** How many points come, and how that is known. */
export function growthText(growth: Growth): string {
  const perDay = Math.round(growthPerDay(growth));
  const what = perDay <= 0 ? 'They do not grow' : `They grow by ${points(perDay)} a day`;
  if (growth.source === 'option') return `${what}, as given.`;
  if (growth.source === 'configuration') return `${what}, says capacity.growth_per_day.`;
  return `${what}, as ${count(growth.samples ?? 0, 'count')} over ${(growth.days ?? 0).toFixed(1)} days show (backup sets, and now).`;
}

/** `Memory lasts for 97 days, until 2027-03-04`. */
export function lastText({ resource, days }: Lasting, now: Date): string {
  const name = resource === 'memory' ? 'Memory' : 'Disk';
  if (days === null) return `${name} lasts for more than ${HORIZON_DAYS / 365} years`;
  if (days === 0) return `${name} is full now`;
  return `${name} lasts for ${count(days, 'day')}, until ${dayAfter(now, days)}`;
}

/** The day, so many days from now. */
export function dayAfter(now: Date, days: number): string {
  return dayOf(new Date(now.getTime() + days * DAY_MS));
}

const DAY_MS = 86_400_000;
