import type { CheckStatus } from '../../checks/check.js';
import type { Observation } from '../../host/probe.js';
import type { Block, Cell, Tone } from '../page/model.js';

/** A status of a check as a word, with its tone. */
export const STATUS: Readonly<Record<CheckStatus, { text: string; tone: Tone }>> = {
  pass: { text: 'ok', tone: 'good' },
  warn: { text: 'warning', tone: 'warn' },
  fail: { text: 'failed', tone: 'bad' },
  unknown: { text: 'unknown', tone: 'unsure' },
  skip: { text: 'skipped', tone: 'unsure' },
  waived: { text: 'waived', tone: 'warn' },
};

/** What could not be seen, and why. */
export function unseenCell(why: string): Cell {
  return { text: `unknown: ${why}`, tone: 'unsure' };
}

/** One thing that was looked at; `absent` where it is not there. */
export function seenCell<Have>(
  observation: Observation<Have>,
  absent: Cell,
  show: (value: Have) => Cell,
): Cell {
  if (observation.status !== 'known') return unseenCell(observation.why);
  return observation.value === null ? absent : show(observation.value);
}

/** The same beside another cell that says why it is not known, or that it is not there. */
export function knownCell<Have>(observation: Observation<Have>, show: (value: Have) => Cell): Cell {
  return observation.status !== 'known' || observation.value === null ? '-' : show(observation.value);
}

/** A section of what was looked at: `none` where it is not there, and why where it could not be seen. */
export function seenBlocks<Have>(
  observation: Observation<Have>,
  none: Block,
  show: (value: Have) => readonly Block[],
): readonly Block[] {
  if (observation.status !== 'known')
    return [{ kind: 'text', text: `Could not be seen: ${observation.why}`, tone: 'unsure' }];
  return observation.value === null ? [none] : show(observation.value);
}
