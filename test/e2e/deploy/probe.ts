import { join } from 'node:path';
import { loadConfig } from '../../../src/config/load.js';
import type { HostConfig } from '../../../src/config/schema.js';
import { Gate } from '../../../src/host/gate.js';
import { openHost } from '../../../src/host/open.js';
import { bytes, floats, grpcChannel, varint } from '../../support/grpc.js';
import type { LabHost } from '../../support/lab.js';
import { eventually, type Load, openLoad } from '../gateway/load.js';

/** A collection behind the edge of a lab host, and who knows what was written to it. */
export interface Probe {
  /** Reads and writes over REST, and over gRPC where the edge offers that. */
  load(): Load;
  /** Writes that were acknowledged and are not there. */
  lost(): Promise<string[]>;
  /** All points, by their ids: payload and vector as text. What counts up is left out. */
  contents(): Promise<Map<number, string>>;
  /** Takes what is there now for all that was ever acknowledged. */
  forget(): Promise<void>;
  /** Connects anew, after the machine was away. What was acknowledged is known as before. */
  reconnect(): Promise<void>;
  close(): Promise<void>;
}

const NAME = 'probe';
const SIZE = 8;
/** Points that are there before anything else. */
const FIRST = 300;
/** What counts up at one point: the value that is read last is never below the one that was acknowledged last. */
const COUNTER = 1;

/** Makes the collection through the edge, at ports that SSH forwards. Nothing is sent twice. */
export async function probeBehindEdge(lab: LabHost): Promise<Probe> {
  const file = join(lab.directory, 'vdb.yaml');
  const { config } = await loadConfig({ cwd: lab.directory, env: process.env, config: file });
  const { qdrant_http_port: restPort = 0, qdrant_grpc_port: grpcPort } = config.networking.edge;
  const hasGrpc = grpcPort !== undefined && config.qdrant.artifact.from !== 'emulator';
  const key = { 'api-key': config.qdrant.api_key };

  async function connected() {
    const host = await openHost(config.hosts[0] as HostConfig, new Gate(), { env: process.env });
    const { port } = await host.forward(restPort);
    const grpc = hasGrpc ? grpcChannel((await host.forward(grpcPort)).port) : null;
    return { host, grpc, base: `http://127.0.0.1:${port}/collections/${NAME}` };
  }
  let link = await connected();
  let acknowledged = new Set<number>();
  let next = FIRST;
  let counted = { sent: 0, acknowledged: 0 };

  const ask = (method: string, path: string, body?: unknown) =>
    fetch(`${link.base}${path}`, {
      ...{ method, headers: { ...key, 'content-type': 'application/json' } },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(60_000),
    });

  async function sent(method: string, path: string, body?: unknown) {
    const response = await ask(method, path, body);
    const error = await response.json();
    return { response, error };
  }

  if ((await ask('GET', '')).status !== 200) {
    await sent('PUT', '', { vectors: { size: SIZE, distance: 'Dot' } });
    await sent('PUT', '/index?wait=true', { field_name: 'n', field_schema: 'integer' });
    const points = Array.from({ length: FIRST }, (_, n) => ({ id: n, vector: vectorOf(n), payload: { n } }));
    const { response } = await sent('PUT', '/points?wait=true', { points });
    if (!response.ok) throw new Error(`the first points: ${response.status}`);
  }

  async function write() {
    const id = next++;
    const points = [{ id, vector: vectorOf(id), payload: { n: id } }];
    const answer = await sent('PUT', '/points?wait=true', { points });
    if (answer.response.ok) acknowledged.add(id);
    return answer;
  }

  /** One after the other, so that the last one that was acknowledged is the least that may be read. */
  let counting = false;
  async function count() {
    if (counting) return { response: new Response(null, { status: 200 }) };
    counting = true;
    try {
      const n = ++counted.sent;
      const points = [{ id: COUNTER, vector: vectorOf(COUNTER), payload: { n } }];
      const answer = await sent('PUT', '/points?wait=true', { points });
      if (answer.response.ok) counted = { ...counted, acknowledged: n };
      return answer;
    } finally {
      counting = false;
    }
  }

  async function called(path: string, message: Buffer, done: () => void = () => {}) {
    const code = await (link.grpc?.call(path, message, key) ?? 0);
    if (code === 0) done();
    return {
      response: new Response(null, { status: code === 0 ? 200 : 503, headers: { 'retry-after': '1' } }),
    };
  }

  function writeByGrpc() {
    const id = next++;
    const vector = bytes(1, floats(1, vectorOf(id)));
    const point = Buffer.concat([bytes(1, varint(1, id)), bytes(4, vector)]);
    const message = Buffer.concat([bytes(1, NAME), varint(2, 1), bytes(3, point)]);
    return called('/qdrant.Points/Upsert', message, () => acknowledged.add(id));
  }

  /** The edge may have nobody to ask right after a restart: then it is asked again. */
  async function pointsOf(ids: number[]): Promise<{ id: number; payload?: { n?: number } }[]> {
    let result: { id: number; payload?: { n?: number } }[] = [];
    await eventually(async () => {
      const response = await ask('POST', '/points', { ids, with_payload: true }).catch(() => undefined);
      const body = (await response?.json().catch(() => ({}))) as { result?: typeof result } | undefined;
      if (!response?.ok || body?.result === undefined) return false;
      result = body.result;
      return true;
    }, 'the points are read');
    return result;
  }

  const query = () => sent('POST', '/points/query', { query: vectorOf(next), limit: 3 });
  const readByGrpc = () => called('/qdrant.Points/Count', Buffer.concat([bytes(1, NAME), varint(3, 1)]));

  async function contents(): Promise<Map<number, string>> {
    const found = new Map<number, string>();
    for (let offset: number | null | undefined; offset !== null; ) {
      const page = { limit: 1000, with_payload: true, with_vector: true };
      const response = await ask('POST', '/points/scroll', {
        ...page,
        ...(offset === undefined ? {} : { offset }),
      });
      const { result } = (await response.json()) as {
        result: {
          points: { id: number; payload: unknown; vector: unknown }[];
          next_page_offset: number | null;
        };
      };
      for (const { id, payload, vector } of result.points)
        if (id !== COUNTER) found.set(id, JSON.stringify([payload, vector]));
      offset = result.next_page_offset;
    }
    return found;
  }

  async function end({ host, grpc }: typeof link): Promise<void> {
    grpc?.close();
    await host.close();
  }

  return {
    load: () =>
      openLoad({
        read: { everyMs: 120, send: query },
        write: { everyMs: 180, send: write },
        count: { everyMs: 140, send: count },
        ...(hasGrpc
          ? {
              'grpc read': { everyMs: 220, send: readByGrpc },
              'grpc write': { everyMs: 260, send: writeByGrpc },
            }
          : {}),
      }),
    async lost() {
      const ids = [...acknowledged, COUNTER];
      const found = new Map<number, number>();
      for (let from = 0; from < ids.length; from += 500) {
        for (const { id, payload } of await pointsOf(ids.slice(from, from + 500)))
          found.set(id, payload?.n ?? id);
      }
      const counter = found.get(COUNTER) ?? 0;
      return [
        ...ids.filter((id) => !found.has(id)).map((id) => `point ${id}`),
        ...(counter >= counted.acknowledged
          ? []
          : [`the counter is ${counter}, not ${counted.acknowledged}`]),
      ];
    },
    contents,
    async forget() {
      acknowledged = new Set((await contents()).keys());
      const [counter] = await pointsOf([COUNTER]);
      counted = { ...counted, acknowledged: counter?.payload?.n ?? 0 };
    },
    async reconnect() {
      const before = link;
      link = await connected();
      await end(before);
    },
    close: () => end(link),
  };
}

/** Different for each point. */
function vectorOf(id: number): number[] {
  return Array.from({ length: SIZE }, (_, index) => Math.sin(id + index));
}
