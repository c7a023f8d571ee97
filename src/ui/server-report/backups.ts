import { findingText, type Verification } from '../../backup/sets/notes.js';
import { type JudgedSet, newestWhole, type SetState } from '../../backup/sets/state.js';
import { formatSize } from '../../config/units.js';
import type { Observation } from '../../host/probe.js';
import { dayOf } from '../../text.js';
import { ageText, countsIn, oldText } from '../backup/values.js';
import type { Block, Cell, Section, Tone } from '../page/model.js';
import { points } from '../status-values.js';
import { count } from '../style.js';
import { seenBlocks } from './words.js';

const TONES: Readonly<Record<SetState, Tone>> = {
  whole: 'good',
  damaged: 'bad',
  unfinished: 'warn',
  future: 'warn',
};
/** Older ones are folded. */
const SHOWN = 10;

const NONE: Block = { kind: 'text', text: 'There is no backup set yet.', tone: 'bad' };

/** How old the newest whole set is, when one was restored as a test last, and all sets. */
export function backupsSection(sets: Observation<JudgedSet[]>, now: Date): Section {
  return {
    id: 'backups',
    title: 'Backups',
    blocks: seenBlocks(sets, NONE, (found) => (found.length === 0 ? [NONE] : setBlocks(found, now))),
  };
}

function setBlocks(sets: readonly JudgedSet[], now: Date): Block[] {
  const older = sets.slice(SHOWN);
  return [
    {
      kind: 'facts',
      facts: [
        ['Newest whole set', newestCell(sets, now)],
        ['Last drill', drillCell(sets, now)],
      ],
    },
    setsTable(sets.slice(0, SHOWN), now),
    ...(older.length === 0
      ? []
      : [
          {
            kind: 'folded',
            summary: count(older.length, 'older set'),
            blocks: [setsTable(older, now)],
          } as const,
        ]),
    ...sets.flatMap(findingBlocks),
  ];
}

function newestCell(sets: readonly JudgedSet[], now: Date): Cell {
  const newest = newestWhole(sets);
  if (newest === undefined) return { text: 'there is none', tone: 'bad' };
  return `${newest.id}, ${oldText(now.getTime() - newest.begun)}`;
}

function drillCell(sets: readonly JudgedSet[], now: Date): Cell {
  const drills = sets.flatMap(({ id, drill }) => (drill === null ? [] : [{ id, ...drill }]));
  const [last] = drills.sort((a, b) => b.at.localeCompare(a.at));
  if (last === undefined) return { text: 'no set was restored as a test', tone: 'warn' };
  const text = `${last.ok ? 'passed' : 'failed'}, ${ageText(now.getTime() - Date.parse(last.at))} ago, of ${last.id}`;
  return { text, tone: last.ok ? 'good' : 'bad' };
}

function setsTable(sets: readonly JudgedSet[], now: Date): Block {
  return {
    kind: 'table',
    caption: 'Newest first',
    head: ['Set', 'Age', 'State', 'Points', 'Size', 'Verified', 'Drill', 'Pinned'],
    numbers: [3, 4],
    rows: sets.map((set) => rowOf(set, now)),
  };
}

function rowOf(
  { id, begun, state, manifest, bytes, verification, drill, pin }: JudgedSet,
  now: Date,
): Cell[] {
  return [
    ...[id, ageText(now.getTime() - begun), { text: state, tone: TONES[state] }],
    ...[manifest === null ? '-' : points(countsIn(manifest).points), formatSize(bytes)],
    ...[proofCell(verification), proofCell(drill), pin === null ? '-' : `by ${pin.by}: ${pin.reason}`],
  ];
}

function proofCell(proof: Verification | null): Cell {
  if (proof === null) return 'never';
  const day = dayOf(new Date(proof.at));
  return { text: `${proof.ok ? '' : 'failed '}${day}`, tone: proof.ok ? 'good' : 'bad' };
}

function findingBlocks({ id, findings, drill }: JudgedSet): Block[] {
  const all = [...findings, ...(drill?.findings ?? [])];
  return all.map((finding) => ({ kind: 'text', text: `${id}: ${findingText(finding)}`, tone: 'bad' }));
}
