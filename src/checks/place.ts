import type { Config, SlotName } from '../config/schema.js';
import { known, type Observation } from '../host/probe.js';
import { REDIS_CONF } from '../services/redis/config.js';

/** What vdb wrote down on the host about what runs there. */
export interface HostState {
  activeSlot: SlotName;
}

/** Reads `state.json`. Pure; what is not readable as such is unknown, not absent. */
export function readState(text: Observation<string>): Observation<HostState> {
  if (text.status !== 'known') return text;
  if (text.value === null) return known<HostState>(null);
  try {
    const slot = (JSON.parse(text.value) as { qdrant?: { active_slot?: unknown } }).qdrant?.active_slot;
    if (slot === 'blue' || slot === 'green') return known({ activeSlot: slot });
  } catch {
    // Said below, as for any other content that is not a state.
  }
  return { status: 'unknown', why: 'state.json names no active slot' };
}

/** The active slot: what the host's state says, else the configuration. */
export function activeSlot(config: Config, state: Observation<HostState>): SlotName {
  const known = state.status === 'known' ? state.value : null;
  return known?.activeSlot ?? config.qdrant.active_slot;
}

export function slotUnit(slot: SlotName): string {
  return `qdrant@${slot}.service`;
}

export const REDIS_UNIT = 'redis-server.service';

/** The files on the host that hold secrets. */
export function secretFiles({ config, slot, keyFile }: SecretPlaces): string[] {
  const { root, citadel } = config.paths;
  return [
    `${root}/config/qdrant-${slot}.yaml`,
    keyFile,
    ...(config.postgres.enabled ? [`${citadel}/.env`] : []),
    ...(config.redis.enabled ? [REDIS_CONF] : []),
  ];
}

interface SecretPlaces {
  config: Config;
  slot: SlotName;
  keyFile: string;
}
