import type { Config } from '../../config/schema.js';
import type { InPlace } from '../../deploy/in-place.js';
import { installedOn } from '../../deploy/installed.js';
import type { Door } from '../../deploy/outside.js';
import { qdrantUnit } from '../../deploy/qdrant/slot.js';
import type { DeployRecord } from '../../deploy/record.js';
import { gatewayInstances } from '../../services/gateway/instances.js';
import { type EdgeService, findEdge } from '../../services/haproxy/config.js';
import type { CommandContext } from '../context.js';
import { type Session, taskContext } from '../session.js';
import { backUpFor, keepSetsOf } from './backup.js';
import { versionOf } from './planned.js';

type Common = Pick<InPlace, 'host' | 'assertReady' | 'again' | 'onLine'>;

/** How a deploy in place is carried out on a host. */
export async function inPlaceOf(
  context: CommandContext<unknown>,
  session: Session,
  record: DeployRecord,
  common: Common,
): Promise<InPlace> {
  const { inPlaceParts } = await import('../../../tasks/deploy-parts.js');
  const { config, host } = session;
  const edge = findEdge(config, record.service);
  const own = {
    ...common,
    context: taskContext(session),
    parts: inPlaceParts[record.service],
    backends: edge?.backends ?? null,
  };
  if (record.service === 'gateway') {
    const units = gatewayInstances(config).map(({ unit }) => unit);
    return { ...own, units, door: gatewayDoor(config, edge), noWayBack: null };
  }
  const before = versionOf(await installedOn(host, config.paths.root), record.from.release);
  // What a rollback goes back to is of the same version: it is refused before where it is not.
  const isSame = record.undoes !== undefined || before === config.qdrant.version;
  return {
    ...own,
    units: [qdrantUnit(record.to.slot)],
    door: qdrantDoor(config, edge),
    backUp: (asked, stop) => backUpFor(context, session, asked, { stop, onLine: common.onLine }),
    keepSets: (asked) => keepSetsOf(session, asked),
    noWayBack: isSame
      ? null
      : 'The new version may have changed the data: the old one is not started on it by itself.',
  };
}

function gatewayDoor(config: Config, edge: EdgeService | undefined): Door {
  const { path, status } = config.gateway.health;
  const [first] = gatewayInstances(config);
  return { ...(edge?.door ?? { port: first?.port ?? 0, tls: false }), path, status };
}

function qdrantDoor({ qdrant }: Config, edge: EdgeService | undefined): Door {
  const own = { port: qdrant.slots[qdrant.active_slot].http, tls: false };
  return { ...(edge?.door ?? own), path: '/readyz', status: 200 };
}
