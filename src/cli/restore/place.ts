import type { RestorePlace } from '../../backup/restore/present.js';
import { slotStorage } from '../../config/slots.js';
import { activeSlot } from '../../services/host-state.js';
import { adminHeader } from '../../services/qdrant/place.js';
import type { Session } from '../session.js';

/** The Qdrant of the active slot, with its directories. */
export function restorePlace({ config, state }: Pick<Session, 'config' | 'state'>): RestorePlace {
  const slot = activeSlot(config, state);
  const base = slotStorage(config, slot);
  return {
    port: config.qdrant.slots[slot].http,
    keyFile: adminHeader(config),
    snapshots: `${base}/snapshots`,
    storage: `${base}/storage`,
  };
}
