import { join } from 'node:path';
import type { Config, SlotName } from './schema.js';

export const SLOTS = ['blue', 'green'] as const satisfies readonly SlotName[];

/** The directory on the host that holds a slot's data. */
export function slotStorage(config: Pick<Config, 'paths' | 'qdrant'>, slot: SlotName): string {
  return config.qdrant.slots[slot].storage ?? join(config.paths.storage, slot);
}
