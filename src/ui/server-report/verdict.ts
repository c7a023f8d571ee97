import type { ServerState } from '../../report/state.js';
import { verdictLine } from '../check/verdict.js';
import { count } from '../style.js';

/** Whether the server is ready, and whether everything runs that should. */
export function verdictText({ check, down }: Pick<ServerState, 'check' | 'down'>): string {
  const running =
    down.length === 0 ? 'Everything runs.' : `${count(down.length, 'thing')} that should run: see Services.`;
  return `${verdictLine(check)}. ${running}`;
}

/** The same in two, for where the name of the host stands already: the word, and what is behind it. */
export function verdictParts(state: Pick<ServerState, 'check' | 'down'>): { word: string; text: string } {
  const [, word = '', text = ''] = /^([^:]*): (.*)$/s.exec(verdictText(state)) ?? [];
  return { word, text: text.slice(`${state.check.host}, `.length) };
}
