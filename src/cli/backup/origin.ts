import type { Origin } from '../../backup/repositories/place.js';
import { openHost } from '../../host/open.js';
import type { CommandContext } from '../context.js';
import type { Session } from '../session.js';

/**
 * A host with its configuration, as the copies of its sets need it. A connection that is made once more has the same
 * gate.
 */
export function originOf({ env }: CommandContext<unknown>, session: Session): Origin {
  const { host, hostConfig, config, gate } = session;
  return { host, hostName: hostConfig.name, config, reopen: () => openHost(hostConfig, gate, { env }) };
}
