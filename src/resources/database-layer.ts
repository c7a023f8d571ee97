import type { Change, LeftOut } from '../engine/resource.js';
import { ask, type Probe } from '../host/probe.js';
import type { ExecResult } from '../host/transport.js';
import { citadelError } from '../services/citadel/answer.js';
import type { CitadelOnHost } from '../services/citadel/command.js';
import { type LayerState, layerKind } from './database-layer-probe.js';

/** The layer of one database on a host. */
export interface DatabaseLayer {
  citadel: CitadelOnHost;
  database: string;
}

/** Asks everything about the layer; all of its resources ask the same. */
export function askLayer({ citadel, database }: DatabaseLayer): Probe<LayerState> {
  const { directory, venv, qdrant } = citadel;
  return ask(layerKind, { database, directory, venv, qdrant });
}

/** `change`, or left out where no environment can run the layer: PostgreSQL itself needs none. */
export function whereItRuns(change: Change, have: LayerState | null, { citadel }: DatabaseLayer): Change {
  if (have === null || have.lacking === null) return change;
  const leftOut: LeftOut = { why: have.lacking, until: `imports:${citadel.venv}` };
  return { ...change, leftOut };
}

/** What the layer itself says of a failure, and what is to be done. */
export function explainLayer(result: ExecResult): { meaning: string; next: string } {
  const { message } = citadelError(result);
  return { meaning: `${message}.`.replace(/\.\.$/, '.'), next: 'vdb db status' };
}
