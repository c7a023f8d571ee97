import { notReady } from '../../database/errors.js';
import { assertLayer, knownPlace, lookAtDatabase } from '../../database/look.js';
import type { Session } from '../session.js';

/** Throws unless the layer of this release can work on its own schema: `db.newer`, or `db.not-ready` with what to run. */
export async function assertCurrent({ host, config }: Session): Promise<void> {
  const look = await lookAtDatabase(host, config);
  const { current, pending } = knownPlace(look, host.target);
  assertLayer(look, host.target);
  if (pending.length === 0) return;
  const at = current === null ? 'was never migrated' : `is at ${current}`;
  throw notReady(
    `${look.database} ${at}, and the newest migration is ${look.head}`,
    host.target,
    'vdb db migrate',
  );
}
