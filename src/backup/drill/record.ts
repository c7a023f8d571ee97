import { putCommand } from '../../host/command.js';
import type { Host } from '../../host/host.js';
import { DRILLED, verificationText } from '../sets/notes.js';
import type { DrillOutcome } from './events.js';

/** What a drill leaves beside the manifest, for `list` and for the next person. Pure. */
export function drillNote({ status, parts }: DrillOutcome, at: Date): string {
  const wrong = parts.filter(({ findings }) => findings.length > 0);
  const findings = wrong.map((part) => ({
    path: part.path,
    what: `does not restore: ${part.findings.join('; ')}`,
  }));
  return verificationText({ at: at.toISOString(), ok: status === 'done', findings });
}

/** Leaves that. One that was interrupted says nothing. The lock is held. */
export async function recordDrill(
  host: Host,
  directory: string,
  outcome: DrillOutcome,
  at: Date,
): Promise<void> {
  if (outcome.status === 'interrupted') return;
  const path = `${directory}/${outcome.id}/${DRILLED}`;
  await host.run(putCommand({ path, content: drillNote(outcome, at), mode: '0600' }));
}
