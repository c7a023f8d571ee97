import type { DeployEvent } from '../../deploy/machine.js';
import { PHASES, type PhaseName } from '../../deploy/record.js';
import { duration } from '../style.js';

const WIDTH = Math.max(...PHASES.map((name) => name.length));

/** A phase and what is to be said of it, in columns. */
export function phaseText(phase: PhaseName | 'withdraw', text: string): string {
  return `${phase.padEnd(WIDTH)}  ${text}`.trimEnd();
}

/** What an event says in a line; null: nothing worth a line of its own. */
export function deployLine(event: DeployEvent): string | null {
  if (event.type === 'phase.started') return null;
  if (event.type === 'phase.finished')
    return phaseText(event.phase, `${event.note} (${duration(event.duration_ms)})`);
  if (event.type === 'phase.failed') return phaseText(event.phase, `failed: ${event.message}`);
  if (event.type === 'withdraw.finished') return phaseText('withdraw', 'done');
  return event.switched
    ? 'Users are sent back, and the new slot is removed.'
    : 'The new slot is removed; users were never sent there.';
}
