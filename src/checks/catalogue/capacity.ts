import type { CapacitySeen } from '../../capacity/inquiry.js';
import {
  needOf,
  type Points,
  planOf,
  RESOURCES,
  type Resource,
  shareOut,
  total,
} from '../../capacity/need.js';
import { ruleOfThumb } from '../../capacity/point.js';
import { slotStorage } from '../../config/slots.js';
import { formatSize, parseSize } from '../../config/units.js';
import { capacityProbes, capacitySeen } from '../capacity.js';
import { type Check, type CheckContext, defineCheck, type Verdict } from '../check.js';
import { fail, pass, whenThere, worst } from '../verdict.js';

const SILENT = 'Qdrant does not answer';

/** Whether `points` fit: into what the configuration plans for Qdrant, and into what the host has. */
function judgeFit(resource: Resource, points: Points, seen: CapacitySeen, { config }: CheckContext): Verdict {
  const { qdrant } = config;
  const need = needOf(planOf(config), points)[resource];
  const planned = parseSize(resource === 'memory' ? qdrant.memory : qdrant.storage) ?? 0;
  return whenThere(seen[resource], `the ${resource} of the host was not seen`, (there) => {
    const has = `${formatSize(planned)} planned, ${formatSize(there)} there`;
    const text = `${resource}: ${formatSize(need)} needed, ${has}`;
    return need <= Math.min(planned, there)
      ? pass(text)
      : fail(text, `at most ${formatSize(Math.min(planned, there))}`);
  });
}

/** What all checks here have in common. `judge` gets the points that are there. */
function capacityCheck(
  check: Pick<Check, 'id' | 'severity' | 'title' | 'looksAt' | 'why' | 'remedy' | 'skip'>,
  judge: (points: Points, seen: CapacitySeen, context: CheckContext) => Verdict,
): Check {
  return defineCheck<unknown>({
    ...check,
    group: 'capacity',
    skip: (context) =>
      Object.keys(context.config.collections).length === 0
        ? 'no collection is configured'
        : check.skip?.(context),
    probe: capacityProbes,
    judge: (observations, context) => {
      const seen = capacitySeen(observations, context);
      return whenThere(seen.points, SILENT, (points) => judge(points, seen, context));
    },
    inspect: (context) => `free -h; df -h ${slotStorage(context.config, context.slot)}`,
  });
}

const LOOKS_AT = 'exact counts, times what a point of each collection takes, with a fifth of head-room';
const MORE =
  'Give the host more and plan it in qdrant.memory and qdrant.storage; or quantize, or delete points.';

/** The points that are there against one resource. */
function now(resource: Resource, title: string, why: string): Check {
  return capacityCheck(
    { id: `capacity.${resource}`, severity: 'error', title, why, looksAt: LOOKS_AT, remedy: MORE },
    (points, seen, context) => judgeFit(resource, points, seen, context),
  );
}

/** Both resources for `wanted` points, never fewer than are there. All lines are in the finding. */
function judgeForecast(wanted: number, points: Points, seen: CapacitySeen, context: CheckContext): Verdict {
  const planned = shareOut(Math.max(wanted, total(points)), points);
  const verdicts = RESOURCES.map((resource) => judgeFit(resource, planned, seen, context));
  const lines = verdicts.map(({ seen: line }) => line);
  const head = `${count(Math.max(wanted, total(points)))} points`;
  const verdict = worst(verdicts, `${head}; ${lines.join('; ')}`);
  if (verdict.status !== 'fail') return verdict;
  const seenNow = `${head} do not fit; ${count(total(points))} are there`;
  const details = [...lines, thumbLine(planned, context)];
  return { ...verdict, seen: seenNow, expected: 'memory and disk for them', details };
}

/** For comparison: what they would need with every vector in memory and nothing quantized. */
function thumbLine(points: Points, { config }: CheckContext): string {
  const bytes = Object.entries(points).map(([name, each]) =>
    ruleOfThumb(each, config.collections[name]?.size ?? 0),
  );
  return `rule of thumb with everything in memory: ${formatSize(bytes.reduce((sum, each) => sum + each, 0))}`;
}

function count(points: number): string {
  return Math.round(points).toLocaleString('en-US').replaceAll(',', ' ');
}

function growth(days: number): Check {
  return capacityCheck(
    {
      id: `capacity.growth-${days}`,
      severity: 'warning',
      title: `Memory and disk last for ${days} days`,
      looksAt: `the points that are there and ${days} days of capacity.growth_per_day`,
      why: 'Memory and disks take weeks to buy; the day before they are full is too late to order them.',
      skip: ({ config }) =>
        config.capacity.growth_per_day === 0 ? 'capacity.growth_per_day is 0: it is not known' : undefined,
      remedy: MORE,
    },
    (points, seen, context) => {
      const grown = total(points) + days * context.config.capacity.growth_per_day;
      return judgeForecast(grown, points, seen, context);
    },
  );
}

const target = capacityCheck(
  {
    id: 'capacity.target',
    severity: 'warning',
    title: 'The server can hold the points that it is meant for',
    looksAt: 'memory and disk for capacity.target_points, shared out as the collections are filled',
    why: 'A server that cannot hold them will have to be replaced on the way there.',
    remedy: `${MORE} If fewer points are meant, set capacity.target_points.`,
  },
  (points, seen, context) => judgeForecast(context.config.capacity.target_points, points, seen, context),
);

export const capacityChecks: readonly Check[] = [
  now(
    'memory',
    'The points that are there fit into memory',
    'What must stay in memory and does not fit is swapped, or the kernel kills Qdrant.',
  ),
  now(
    'disk',
    'The points that are there fit on the disk',
    'The optimizer needs room to write a segment anew; without it Qdrant stops taking writes.',
  ),
  growth(30),
  growth(90),
  target,
];
