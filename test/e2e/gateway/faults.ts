import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { loadConfig } from '../../../src/config/load.js';
import type { HostConfig } from '../../../src/config/schema.js';
import { Gate } from '../../../src/host/gate.js';
import { openHost } from '../../../src/host/open.js';
import { answered, gatewayClient } from '../../../src/services/gateway/client/client.js';
import { bytes, grpcChannel, varint } from '../../support/grpc.js';
import type { LabHost } from '../../support/lab.js';
import { type Load, openLoad } from './load.js';

/** A library behind the edge of a lab host, and who knows what was written to it. */
export interface Shelf {
  /** Searches and writes over REST, and searches over gRPC where the edge offers that. */
  load(): Load;
  /** The ids of the documents whose writes were acknowledged. */
  acknowledged: ReadonlySet<string>;
  readiness(): Promise<Readiness>;
  /** Writes that wait for Qdrant; null while PostgreSQL cannot say. */
  waiting(): Promise<number | null>;
  /** The documents that are there and can be found, by their ids. */
  indexed(): Promise<Set<string>>;
  /** The nearest document to a text. */
  nearest(text: string): Promise<string | undefined>;
  close(): Promise<void>;
}

export interface Readiness {
  httpStatus: number;
  status?: string;
  dependencies?: Record<string, { status: string; reason?: string | null }>;
}

const MODEL = 'test-embedder';
const SIZE = 1024;

/** Makes a library through the edge, at a port that SSH forwards, with the project's own client. Nothing is sent twice. */
export async function shelfBehindEdge(lab: LabHost): Promise<Shelf> {
  const file = join(lab.directory, 'vdb.yaml');
  const { config } = await loadConfig({ cwd: lab.directory, env: process.env, config: file });
  const host = await openHost(config.hosts[0] as HostConfig, new Gate(), { env: process.env });
  const { port } = await host.forward(config.networking.edge.gateway_port);
  const baseUrl = `http://127.0.0.1:${port}`;
  const { gateway_grpc_port: grpcPort } = config.networking.edge;
  const grpc = grpcPort === undefined ? null : grpcChannel((await host.forward(grpcPort)).port);
  const client = gatewayClient({ baseUrl, key: config.gateway.api_key, retries: 0, timeoutMs: 60_000 });
  await answered(client.POST('/v1/collections', { body: { name: MODEL, size: SIZE } }));
  const library = await answered(client.POST('/v1/libraries', { body: { name: 'faults', model: MODEL } }));
  const path = { library_id: library.id };
  const acknowledged = new Set<string>();

  const search = (query: string) =>
    client.POST('/v1/libraries/{library_id}/search', { params: { path }, body: { query, k: 3 } });

  async function write() {
    const id = randomUUID();
    const body = { id, title: id, texts: [textOf(id)] };
    const answer = await client.POST('/v1/libraries/{library_id}/documents', { params: { path }, body });
    if (answer.response.ok) acknowledged.add(id);
    return answer;
  }

  async function searchByGrpc(channel: NonNullable<typeof grpc>) {
    const message = Buffer.concat([bytes(1, library.id), bytes(2, `document ${randomUUID()}`), varint(3, 3)]);
    const key = { 'x-api-key': config.gateway.api_key ?? '' };
    const code = await channel.call('/vdb.gateway.v1.Search/Search', message, key);
    return { response: new Response(null, { status: code === 0 ? 200 : 503 }), error: { code } };
  }

  async function indexed(): Promise<Set<string>> {
    const found = new Set<string>();
    let cursor: string | null | undefined;
    do {
      const query = { limit: 100, ...(cursor == null ? {} : { cursor }) };
      const page = await answered(
        client.GET('/v1/libraries/{library_id}/documents', { params: { path, query } }),
      );
      for (const { id, indexing } of page.items) if (indexing === 'indexed') found.add(id);
      cursor = page.next_cursor;
    } while (cursor != null);
    return found;
  }

  return {
    acknowledged,
    load: () =>
      openLoad({
        search: { everyMs: 250, send: () => search(`document ${randomUUID()}`) },
        write: { everyMs: 400, send: write },
        ...(grpc === null ? {} : { 'grpc search': { everyMs: 500, send: () => searchByGrpc(grpc) } }),
      }),
    async readiness() {
      const answer = await fetch(`${baseUrl}/readyz`, { signal: AbortSignal.timeout(20_000) });
      return { ...((await answer.json()) as Omit<Readiness, 'httpStatus'>), httpStatus: answer.status };
    },
    waiting: async () => (await answered(client.GET('/v1/infrastructure/health'))).outbox?.pending ?? null,
    indexed,
    nearest: async (text) => (await answered(search(text))).results[0]?.document_id,
    close() {
      grpc?.close();
      return host.close();
    },
  };
}

/** No two documents have the same words. */
export function textOf(id: string): string {
  return `document ${id}`;
}
