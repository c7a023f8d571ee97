import type { SlotName } from '../config/schema.js';
import { type Change, defineResource, type Resource } from '../engine/resource.js';
import { ask, known, type ProbeKind } from '../host/probe.js';
import { sh } from '../host/shell.js';
import { readState } from '../services/host-state.js';
import { isOpen, parseRecord } from './record.js';
import { recordsScript } from './store.js';

/** Which task asks, where the host's state lies, and the slots that its plan is made for. */
export interface SettledOptions {
  task: string;
  /** `paths.state`. */
  state: string;
  qdrant: SlotName;
  gateway: SlotName;
}

interface Settled {
  /** The deploy that is not at its end; null: there is none. */
  open: string | null;
  /** The text of state.json; null where there is none. */
  state: string | null;
}

const settledKind: ProbeKind<string, Settled> = {
  name: 'settled',
  script: (places) => sh`
    set -eu
    ${places.map(
      (place) => sh`
    (${recordsScript(place)})
    echo @state
    cat -- ${`${place}/state.json`} 2>/dev/null | base64 -w 0 || true
    echo;`,
    )}`,
  parse: (stdout, places) => {
    const lines = stdout.trimEnd().split('\n');
    return places.map(() => {
      const at = lines.indexOf('@state');
      if (at < 0) throw new Error('no state');
      const [records, state = ''] = [lines.splice(0, at), lines.splice(0, 2)[1]];
      const open = records.map((line) => parseRecord(decoded(line))).find(isOpen);
      return known({ open: open?.id ?? null, state: state === '' ? null : decoded(state) });
    });
  },
};

function decoded(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}

/**
 * A requirement: no deploy is under way, whose slots provisioning would take for its own, and the slots are still those that
 * were read before the lock was taken. There is nothing to apply.
 */
export function settled(options: SettledOptions): Resource {
  return defineResource<Settled>({
    id: `settled:${options.task}`,
    title: 'no deploy is under way',
    probe: ask(settledKind, options.state),
    diff: (have) => (have === null ? null : unsettled(have, options)),
    apply: () => [],
  });
}

function unsettled({ open, state }: Settled, { qdrant, gateway }: SettledOptions): Change | null {
  if (open !== null) {
    return refusal(
      `deploy ${open} is not at its end`,
      'vdb deploy status, then vdb deploy continue or vdb deploy abort',
    );
  }
  const read = readState(known(state));
  if (read.status !== 'known' || read.value === null) return null;
  const moved = read.value.activeSlot !== qdrant || (read.value.gateway?.activeSlot ?? gateway) !== gateway;
  return moved
    ? refusal('the slots were switched while this run began', 'Run the same command again.')
    : null;
}

function refusal(why: string, next: string): Change {
  return { action: 'run', summary: why, refused: { why, next, blocks: true } };
}
