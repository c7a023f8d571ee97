import { join } from 'node:path';
import type { Config, SlotName } from './schema.js';

export const SLOTS = ['blue', 'green'] as const satisfies readonly SlotName[];

/** The directory on the host that holds a slot's data. */
export function slotStorage(config: Pick<Config, 'paths' | 'qdrant'>, slot: SlotName): string {
  return config.qdrant.slots[slot].storage ?? join(config.paths.storage, slot);
}

/** The ports of a replica of the gateway in a slot, counted from 0; null: no gRPC. */
export function gatewayPorts({ gateway }: Pick<Config, 'gateway'>, slot: SlotName, index: number) {
  const { port, grpc_port, slot_offset } = gateway;
  const offset = index + (slot === 'green' ? slot_offset : 0);
  return { port: port + offset, grpcPort: grpc_port === null ? null : grpc_port + offset };
}
