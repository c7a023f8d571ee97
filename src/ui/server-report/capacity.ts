import { growthPerDay } from '../../capacity/growth.js';
import type { Inquiry } from '../../capacity/inquiry.js';
import { RESOURCES, type Resource, total } from '../../capacity/need.js';
import type { Fit } from '../../capacity/situations.js';
import { formatSize } from '../../config/units.js';
import type { ServerState } from '../../report/state.js';
import { dayOf } from '../../text.js';
import { shortNumber } from '../backup/values.js';
import { growthText, lastText, mostText, PART_NAMES, WHEN } from '../capacity/words.js';
import type { Block, Meter, Section } from '../page/model.js';
import { count } from '../style.js';

/** Above this share of what there is, it is time to order more. */
const NEARLY = 0.8;
/** With fewer counts a line says nothing. */
const LEAST_COUNTS = 3;

/** What is needed, what there is, and how long it lasts. */
export function capacitySection({ capacity, samples }: Pick<ServerState, 'capacity' | 'samples'>): Section {
  const heading = { id: 'capacity', title: 'Capacity' };
  if ('uncounted' in capacity) {
    const text = `Not known: the points of the collections could not be counted: ${capacity.uncounted}`;
    return { ...heading, blocks: [{ kind: 'text', text, tone: 'unsure' }] };
  }
  return {
    ...heading,
    blocks: [
      ...verdictBlocks(capacity),
      ...RESOURCES.map((resource) => metersOf(resource, capacity)),
      ...historyBlocks(samples),
      ...sentences(capacity).map((text): Block => ({ kind: 'text', text })),
      { kind: 'folded', summary: 'What takes how much', blocks: [partsTable(capacity)] },
    ],
  };
}

function verdictBlocks({ answer: { verdict } }: Inquiry): Block[] {
  if (verdict === true) return [{ kind: 'text', text: 'The points that are there fit.', tone: 'good' }];
  if (verdict === false)
    return [{ kind: 'text', text: 'The points that are there do not fit.', tone: 'bad' }];
  return [
    { kind: 'text', text: 'Whether they fit is not known: something could not be seen.', tone: 'unsure' },
  ];
}

function metersOf(resource: Resource, { answer: { fits } }: Inquiry): Block {
  const own = fits.filter((fit) => fit.resource === resource);
  return {
    kind: 'meters',
    caption: resource === 'memory' ? 'Memory that is needed' : 'Disk that is needed',
    meters: own.map(meterOf),
  };
}

function meterOf({ when, need, room, fits }: Fit): Meter {
  if (room === null)
    return { label: WHEN[when], share: 0, text: `${formatSize(need)} of an unknown size`, tone: 'unsure' };
  const share = need / Math.max(1, room);
  const tone = fits ? (share > NEARLY ? 'warn' : 'good') : 'bad';
  return { label: WHEN[when], share, text: `${formatSize(need)} of ${formatSize(room)}${SAID[tone]}`, tone };
}

/** What the colour says, in words. */
const SAID = { good: '', warn: ', nearly full', bad: ', does not fit' } as const;

function historyBlocks(samples: ServerState['samples']): Block[] {
  const values = samples.map(({ at, points }) => ({ at, value: total(points) })).sort((a, b) => a.at - b.at);
  const [first, last] = [values[0], values.at(-1)];
  if (values.length < LEAST_COUNTS || first === undefined || last === undefined) return [];
  const text = `Points in ${count(values.length, 'backup set')}: ${shortNumber(first.value)} on ${dayOf(new Date(first.at))}, ${shortNumber(last.value)} on ${dayOf(new Date(last.at))}`;
  return [{ kind: 'line', text, values }];
}

function sentences({ answer, growth, now }: Inquiry): string[] {
  return [
    ...(answer.most === null ? [] : [mostText(answer.most)]),
    ...(growth === null ? ['How many points come in a day is not known.'] : [growthText(growth)]),
    ...(growth !== null && growthPerDay(growth) > 0
      ? answer.lasts.map((lasting) => `${lastText(lasting, now)}.`)
      : []),
  ];
}

function partsTable({ answer: { parts } }: Inquiry): Block {
  return {
    kind: 'table',
    caption: 'By the formulas of docs/capacity.md, without head-room',
    head: ['Part', 'Memory', 'Disk'],
    numbers: [1, 2],
    rows: (Object.keys(PART_NAMES) as (keyof typeof PART_NAMES)[]).map((part) => [
      PART_NAMES[part],
      ...RESOURCES.map((resource) => formatSize(parts[resource][part])),
    ]),
  };
}
