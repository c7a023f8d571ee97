import type { Config } from '../../config/schema.js';

type Slot = Config['qdrant']['slots']['blue'];

/** The ports of the slot that the configuration names as active. */
export function slotOf({ qdrant }: Config): Slot {
  return qdrant.slots[qdrant.active_slot];
}

/** A curl header file on the host with the API key, so that no command line holds it. */
export function adminHeader({ paths }: Config): string {
  return `${paths.root}/config/.admin-header`;
}

/** The same with the key that only reads: for the metrics. */
export function readOnlyHeader({ paths }: Config): string {
  return `${paths.root}/config/.read-only-header`;
}
