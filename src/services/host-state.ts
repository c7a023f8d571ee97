import type { Config, SlotName } from '../config/schema.js';
import { SLOTS } from '../config/slots.js';
import { EXIT, VdbError } from '../errors.js';
import { known, type Observation } from '../host/probe.js';

/** What vdb wrote down on the host about what runs there: `state.json`. */
export interface HostState {
  /** The slot whose Qdrant serves. */
  activeSlot: SlotName;
  /** null where nothing is written of a gateway. */
  gateway: GatewayState | null;
}

/** Which slot of the gateway serves, and whether the other one holds the release that served before. */
export interface GatewayState {
  activeSlot: SlotName;
  /** Stopped, with its settings, ready to be started; null: there is none. */
  standby: SlotName | null;
}

/** Where the state lies on the host. */
export function stateFile({ paths }: Pick<Config, 'paths'>): string {
  return `${paths.state}/state.json`;
}

/** Reads `state.json`. Pure; what is not readable as such is unknown, not absent. */
export function readState(text: Observation<string>): Observation<HostState> {
  if (text.status !== 'known') return text;
  if (text.value === null) return known<HostState>(null);
  const { qdrant, gateway } = sections(text.value);
  const slot = (qdrant as Section)?.active_slot;
  if (!isSlot(slot)) return { status: 'unknown', why: 'state.json names no active slot' };
  if (gateway === undefined) return known<HostState>({ activeSlot: slot, gateway: null });
  const read = readGateway(gateway as Section);
  if (read === null) return { status: 'unknown', why: 'state.json names no slots of the gateway' };
  return known<HostState>({ activeSlot: slot, gateway: read });
}

type Section = Record<string, unknown> | null | undefined;

function sections(text: string): Record<string, unknown> {
  try {
    return (JSON.parse(text) as Record<string, unknown> | null) ?? {};
  } catch {
    return {};
  }
}

function readGateway(section: Section): GatewayState | null {
  const { active_slot: activeSlot, standby } = section ?? {};
  if (!isSlot(activeSlot)) return null;
  if (standby === null) return { activeSlot, standby };
  return isSlot(standby) && standby !== activeSlot ? { activeSlot, standby } : null;
}

function isSlot(value: unknown): value is SlotName {
  return SLOTS.includes(value as SlotName);
}

/** The content of `state.json` for a configuration with its active slots, and the standby of the gateway. Pure. */
export function renderState({ qdrant, gateway }: Config, standby: SlotName | null): string {
  const { active_slot, version, artifact } = qdrant;
  const state = {
    schema: 'vdb.state/1',
    qdrant: { active_slot, version, genuine: artifact.from !== 'emulator' },
    ...(gateway.enabled ? { gateway: { active_slot: gateway.active_slot, standby } } : {}),
  };
  return `${JSON.stringify(state, null, 2)}\n`;
}

/** The configuration with the slots that serve on the host; without a state those of the configuration. Pure. */
export function withActiveSlots(config: Config, state: HostState | null): Config {
  if (state === null) return config;
  const { qdrant, gateway } = config;
  return {
    ...config,
    qdrant: { ...qdrant, active_slot: state.activeSlot },
    gateway: { ...gateway, active_slot: state.gateway?.activeSlot ?? gateway.active_slot },
  };
}

/** What is known of the state; nothing where it cannot be read. */
export function knownState(state: Observation<HostState>): HostState | null {
  return state.status === 'known' ? state.value : null;
}

/**
 * The active slot: what the host's state says, before there is one the configuration. Throws `state.unreadable`
 * when the state cannot be read: the other slot could be asked, and would be taken for down.
 */
export function activeSlot(config: Config, state: Observation<HostState>): SlotName {
  if (state.status === 'known') return state.value?.activeSlot ?? config.qdrant.active_slot;
  throw new VdbError(`Which slot of Qdrant is active is not known: ${state.why}`, {
    code: 'state.unreadable',
    exitCode: EXIT.notReady,
    meaning: `What vdb wrote down on the host, in ${stateFile(config)}, cannot be read.`,
    next: 'See what runs (systemctl list-units "qdrant@*" "api-gateway@*"), set qdrant.active_slot and gateway.active_slot to it, then: vdb provision --only 1.1',
  });
}
