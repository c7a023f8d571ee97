import type { Config, SlotName } from '../config/schema.js';
import { messageOf } from '../errors.js';
import type { Host } from '../host/host.js';
import type { Observation } from '../host/probe.js';
import { type CanaryResult, canary } from '../services/qdrant/canary.js';

/** Times of a test write, or why it failed. */
export type CanaryOutcome = CanaryResult | { failure: string };

/**
 * Writes to Qdrant, queries and deletes there, through a port that SSH forwards, in a collection of its own that
 * is removed. The only question of a check that writes, so it is asked only where it was asked for by name.
 */
export async function sing(
  host: Host,
  { qdrant }: Pick<Config, 'qdrant'>,
  slot: SlotName,
): Promise<Observation<CanaryOutcome>> {
  try {
    const forwarding = await host.forward(qdrant.slots[slot].http);
    try {
      const outcome = await canary({ port: forwarding.port, apiKey: qdrant.api_key }).catch(failureOf);
      return { status: 'known', value: outcome };
    } finally {
      await forwarding.close();
    }
  } catch (error) {
    return { status: 'unknown', why: messageOf(error) };
  }
}

function failureOf(error: unknown): CanaryOutcome {
  return { failure: messageOf(error) };
}
