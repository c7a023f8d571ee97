import type { Config } from '../../config/schema.js';
import { messageOf } from '../../errors.js';
import { known, type Observation } from '../../host/probe.js';
import { answered, GatewayProblem, gatewayClient } from '../../services/gateway/client/client.js';
import { gatewayInstances } from '../../services/gateway/instances.js';
import type { Site } from '../check.js';

/** How many results are asked for: three, or as many as there may be. */
export function hitsWanted({ gateway: { limits } }: Config): number {
  return Math.min(3, limits.max_results_k);
}

/** A search that was made, or why it failed. */
export type GatewaySearch =
  | { collection: string; points: number; hits: number; tookMs: number }
  /** What was said against it, and the status of that answer; 0 where there was none. */
  | { failure: string; status: number }
  /** None of so many collections holds as many points as are asked for. */
  | { empty: number };

/** Searches through the first replica, at a port that SSH forwards, in the first collection with something to find. */
export async function searchGateway({ host, context }: Site): Promise<Observation<GatewaySearch>> {
  const { config } = context;
  const [instance] = gatewayInstances(config);
  if (instance === undefined) return { status: 'unknown', why: 'there is no replica' };
  try {
    const forwarding = await host.forward(instance.port);
    try {
      const { versioning, api_key: key } = config.gateway;
      const client = gatewayClient({
        baseUrl: `http://127.0.0.1:${forwarding.port}`,
        version: versioning.enabled ? versioning.prefix : null,
        key,
      });
      return known(
        await search(client, Object.keys(config.collections), hitsWanted(config)).catch(failureOf),
      );
    } finally {
      await forwarding.close();
    }
  } catch (error) {
    return { status: 'unknown', why: messageOf(error) };
  }
}

async function search(
  client: ReturnType<typeof gatewayClient>,
  configured: readonly string[],
  limit: number,
): Promise<GatewaySearch> {
  const { items } = await answered(client.GET('/v1/collections'));
  const names = new Set([...configured, ...items]);
  for (const collection of names) {
    const params = { path: { name: collection } };
    const { points, size } = await answered(client.GET('/v1/collections/{name}', { params }));
    if (points < limit || size === null) continue;
    const query_vector = Array.from({ length: size }, () => Math.random() * 2 - 1);
    const body = { collection, query_vector, limit };
    const { results, took_ms: tookMs } = await answered(client.POST('/v1/vectors/search', { body }));
    return { collection, points, hits: results.length, tookMs };
  }
  return { empty: names.size };
}

/** What the gateway says against it is an answer; that nothing answers is one too. */
function failureOf(error: unknown): GatewaySearch {
  if (error instanceof GatewayProblem)
    return { failure: `${error.status}: ${error.message}`, status: error.status };
  return { failure: messageOf(error), status: 0 };
}
