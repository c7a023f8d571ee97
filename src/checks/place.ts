import { SERVER_CONFIG, SERVER_SECRETS } from '../backup/schedule/place.js';
import type { Config, SlotName } from '../config/schema.js';
import { EXIT, VdbError } from '../errors.js';
import { known, type Observation } from '../host/probe.js';
import { gatewayInstances } from '../services/gateway/instances.js';
import { gatewayHeader } from '../services/gateway/place.js';
import { readOnlyHeader } from '../services/qdrant/place.js';
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

/**
 * The active slot: what the host's state says, before there is one the configuration. Throws `state.unreadable`
 * when the state cannot be read: the other slot could be asked, and would be taken for down.
 */
export function activeSlot({ qdrant, paths }: Config, state: Observation<HostState>): SlotName {
  if (state.status === 'known') return state.value?.activeSlot ?? qdrant.active_slot;
  throw new VdbError(`Which slot of Qdrant is active is not known: ${state.why}`, {
    code: 'state.unreadable',
    exitCode: EXIT.notReady,
    meaning: `What vdb wrote down on the host, in ${paths.state}/state.json, cannot be read.`,
    next: 'See what runs (systemctl list-units "qdrant@*"), set qdrant.active_slot to it, then: vdb provision --only 1.1',
  });
}

/** The systemd unit that runs the Qdrant of a slot. */
export function slotUnit(slot: SlotName): string {
  return `qdrant@${slot}.service`;
}

/** The units of the gateway that should run; none where it is off. */
export function gatewayUnits(config: Config, slot: SlotName): string[] {
  return config.gateway.enabled ? gatewayInstances(config, slot).map(({ unit }) => unit) : [];
}

export const REDIS_UNIT = 'redis-server.service';

/** The files on the host that hold secrets. */
export function secretFiles({ config, slot, keyFile }: SecretPlaces): string[] {
  const { root, citadel } = config.paths;
  return [
    `${root}/config/qdrant-${slot}.yaml`,
    keyFile,
    readOnlyHeader(config),
    ...(config.postgres.enabled ? [`${citadel}/.env`] : []),
    ...(config.redis.enabled ? [REDIS_CONF] : []),
    ...(config.gateway.enabled ? gatewayFiles(config, slot) : []),
  ];
}

function gatewayFiles(config: Config, slot: SlotName): string[] {
  const environments = gatewayInstances(config, slot).map(({ environment }) => environment);
  return config.gateway.api_key === '' ? environments : [...environments, gatewayHeader(config)];
}

/** Files with secrets that are there only on a server that takes its backups by itself. */
export const SCHEDULE_FILES: readonly string[] = [SERVER_CONFIG, SERVER_SECRETS];

interface SecretPlaces {
  config: Config;
  slot: SlotName;
  keyFile: string;
}
