import { type Growth, grown } from './growth.js';
import { largestThat } from './limits.js';
import {
  type CapacityPlan,
  type Parts,
  type Points,
  partsOf,
  RESOURCES,
  type Resource,
  shareOut,
  total,
} from './need.js';
import {
  type Fit,
  fitsOf,
  type Practice,
  type Rooms,
  type Situation,
  situationsOf,
  tightest,
} from './situations.js';

/** What is asked: whether so many points fit into what there is, and for how long. */
export interface Question {
  plan: CapacityPlan;
  points: Points;
  practice: Practice;
  rooms: Rooms;
  /** Null where it is not known. */
  growth: Growth | null;
}

/** How long one resource lasts. */
export interface Lasting {
  resource: Resource;
  /** Whole days after which it is full; null where that is further away than {@link HORIZON_DAYS}. */
  days: number | null;
}

export interface Answer {
  /** Of all collections. */
  total: number;
  parts: Record<Resource, Parts>;
  situations: readonly Situation[];
  fits: readonly Fit[];
  /** Whether everything fits; null where something was not seen that decides it. */
  verdict: boolean | null;
  /** The most points that fit, shared out as these are, and what stands in the way of more; null where that was not seen. */
  most: { points: number; by: Fit } | null;
  /** By resource; empty where it is not known how many points come, or where none do. */
  lasts: readonly Lasting[];
}

/** Nobody plans a server for longer. */
export const HORIZON_DAYS = 3650;
const MOST_POINTS = 1e13;

/** Pure. */
export function answerTo(question: Question): Answer {
  const { plan, points, practice, rooms } = question;
  const situations = situationsOf(plan, points, practice);
  const fits = fitsOf(situations, rooms);
  return {
    total: total(points),
    parts: partsOf(plan, points),
    situations,
    fits,
    verdict: verdictOf(fits),
    most: mostOf(question),
    lasts: lastsOf(question),
  };
}

/** One that does not fit decides, whatever could not be seen. */
function verdictOf(fits: readonly Fit[]): boolean | null {
  if (fits.some(({ fits }) => fits === false)) return false;
  return fits.every(({ fits }) => fits === true) ? true : null;
}

function mostOf({ plan, points, practice, rooms }: Question): Answer['most'] {
  const fitsAt = (wanted: number): Fit[] =>
    fitsOf(situationsOf(plan, shareOut(wanted, points), practice), rooms);
  if (fitsAt(0).some(({ fits }) => fits === null)) return null;
  const most = largestThat((wanted) => verdictOf(fitsAt(wanted)) === true, MOST_POINTS) ?? 0;
  const by = tightest(fitsAt(most + 1));
  return by === undefined ? null : { points: most, by };
}

/** Each resource by itself: memory and disk are bought apart. */
function lastsOf({ plan, points, practice, rooms, growth }: Question): Lasting[] {
  if (growth === null || Object.values(growth.perDay).every((perDay) => perDay <= 0)) return [];
  return RESOURCES.flatMap((resource): Lasting[] => {
    const fitsAfter = (days: number): Fit[] =>
      fitsOf(situationsOf(plan, grown(points, growth, days), practice), rooms).filter(
        (fit) => fit.resource === resource,
      );
    if (fitsAfter(0).some(({ fits }) => fits === null)) return [];
    const days = largestThat((after) => verdictOf(fitsAfter(after)) === true, HORIZON_DAYS) ?? 0;
    return [{ resource, days: days === HORIZON_DAYS ? null : days }];
  });
}

/** The resource that is full first; undefined where none is within the horizon. Pure. */
export function firstFull(lasts: readonly Lasting[]): { resource: Resource; days: number } | undefined {
  return lasts
    .flatMap(({ resource, days }) => (days === null ? [] : [{ resource, days }]))
    .sort((a, b) => a.days - b.days)[0];
}
