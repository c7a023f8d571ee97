import type { RestorePlace } from '../../backup/restore/present.js';
import { firstLook } from '../../checks/look.js';
import { activeSlot } from '../../checks/place.js';
import { slotStorage } from '../../config/slots.js';
import { adminHeader } from '../../services/qdrant/place.js';
import type { Session } from '../session.js';

/** The Qdrant of the active slot, with its directories. */
export async function restorePlace({
  host,
  config,
}: Pick<Session, 'host' | 'config'>): Promise<RestorePlace> {
  const { state } = await firstLook(host, config);
  const slot = activeSlot(config, state);
  const base = slotStorage(config, slot);
  return {
    port: config.qdrant.slots[slot].http,
    keyFile: adminHeader(config),
    snapshots: `${base}/snapshots`,
    storage: `${base}/storage`,
  };
}
