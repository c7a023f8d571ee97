import type { HistoryEntry } from '../../engine/journal.js';
import type { Observation } from '../../host/probe.js';
import { when } from '../history.js';
import type { Block, Cell, Section, Tone } from '../page/model.js';
import { duration } from '../style.js';
import { seenBlocks } from './words.js';

/** So many runs are told of. */
const MOST_RUNS = 20;
const TONES: Readonly<Partial<Record<HistoryEntry['status'], Tone>>> = {
  failed: 'bad',
  interrupted: 'warn',
  unfinished: 'warn',
};

const NONE: Block = { kind: 'text', text: 'vdb has not changed this host yet.' };

/** What was done to the host, when and by whom. */
export function historySection(history: Observation<HistoryEntry[]>): Section {
  return {
    id: 'history',
    title: 'History',
    blocks: seenBlocks(history, NONE, (runs) => [
      {
        kind: 'table',
        caption: runs.length > MOST_RUNS ? `The newest ${MOST_RUNS} of ${runs.length} runs` : 'Newest first',
        head: ['When', 'Result', 'Changes', 'Time', 'By', 'Command'],
        numbers: [2],
        rows: runs.slice(0, MOST_RUNS).map(rowOf),
      },
    ]),
  };
}

function rowOf({ at, status, changed, durationMs, who, command, failed }: HistoryEntry): Cell[] {
  const tone = TONES[status];
  const text = failed.length === 0 ? status : `${status}: ${failed.join(', ')}`;
  return [
    when(at),
    tone === undefined ? text : { text, tone },
    ...[String(changed), durationMs === null ? '-' : duration(durationMs), who, command],
  ];
}
