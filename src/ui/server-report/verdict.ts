import type { ServerState } from '../../report/state.js';
import { verdictLine, verdictParts } from '../check/verdict.js';
import type { Page } from '../page/model.js';
import { count } from '../style.js';

type Judged = Pick<ServerState, 'check' | 'down'>;

/** Whether the server is ready, and whether everything runs that should: `Ready: main, 81 passed, 6.2 s. Everything runs.` */
export function verdictText(state: Judged): string {
  return [`${verdictLine(state.check)}.`, ...runningText(state)].join(' ');
}

/** The same on a page, which names the server above it. */
export function verdictOf(state: Judged): Page['verdict'] {
  const { word, because, counts } = verdictParts(state.check);
  const said = isSeen(state) ? [...because, counts.join(', ')] : because;
  return {
    word,
    text: [...said.map(sentence), ...runningText(state)].join(' '),
    tone: state.check.status === 'ready' ? 'good' : 'bad',
  };
}

function runningText(state: Judged): string[] {
  if (!isSeen(state)) return ['Nothing could be seen.'];
  if (state.down.length === 0) return ['Everything runs.'];
  return [`${count(state.down.length, 'thing')} not seen to run that should: see Services.`];
}

/** Whether the server could be looked at at all. */
function isSeen({ check }: Judged): boolean {
  return check.status !== 'failed';
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
