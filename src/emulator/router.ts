import type { IncomingMessage } from 'node:http';
import type { Access } from './auth.js';
import type { Settings } from './config.js';
import type { Issues } from './issues.js';
import type { Metrics } from './metrics.js';
import type { Catalog } from './store/catalog.js';
import type { Collection } from './store/collection.js';

/** What every endpoint works on. */
export interface World {
  settings: Settings;
  catalog: Catalog;
  metrics: Metrics;
  issues: Issues;
  /** Collections that recovery mode did not load. */
  unloaded: WeakSet<Collection>;
  /** This server as a member of its cluster of one. */
  peerId: number;
  started: Date;
}

export interface Call {
  /** Parts of the path by name, decoded. */
  params: Record<string, string>;
  query: URLSearchParams;
  request: IncomingMessage;
  /** The body as JSON. Throws 400 when it is none. */
  json(): Promise<unknown>;
}

/** An answer that is not `{result, status, time}`. */
export class Raw {
  readonly status: number;
  readonly type: string;
  readonly body: string | { file: string };

  constructor(type: string, body: string | { file: string }, status = 200) {
    this.type = type;
    this.body = body;
    this.status = status;
  }
}

export type Endpoint = (call: Call, world: World) => unknown;

export interface Route {
  method: string;
  /** As in Qdrant's documentation and metrics: `/collections/{collection_name}/points`. */
  pattern: string;
  access: Access;
  endpoint: Endpoint;
  expression: RegExp;
}

/** A line of a routing table. */
export function route(method: string, pattern: string, access: Access, endpoint: Endpoint): Route {
  const source = pattern.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)');
  return { method, pattern, access, endpoint, expression: new RegExp(`^${source}/?$`) };
}

/** The route of a request with the parts of its path; undefined where there is none. */
export function findRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { route: Route; params: Record<string, string> } | undefined {
  for (const each of routes) {
    const match = each.method === method ? each.expression.exec(path) : null;
    if (match === null) continue;
    const parts = Object.entries(match.groups ?? {}).map(([name, value]) => [name, decoded(value)]);
    return { route: each, params: Object.fromEntries(parts) };
  }
  return undefined;
}

/** What is no percent-encoding is taken as it stands. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A part of the path that the route's pattern has. */
export function param(call: Call, name: string): string {
  return call.params[name] ?? '';
}
