import { createReadStream, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ApiError, badFormat } from './api-error.js';
import { authorize } from './auth.js';
import { assertLoaded } from './recovery.js';
import { type Call, findRoute, Raw, type Route, type World } from './router.js';
import { ROUTES } from './routes/index.js';

/** The HTTP server, not yet listening. */
export function createApi(world: World, log: (line: string) => void): Server {
  const server = createServer((request, response) => {
    void answer(world, request, response).catch((error: unknown) => {
      log(`ERROR ${error instanceof Error ? error.stack : String(error)}`);
      response.destroy();
    });
  });
  server.keepAliveTimeout = world.settings.keepAliveSeconds * 1000;
  return server;
}

async function answer(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const started = performance.now();
  const url = new URL(request.url ?? '/', 'http://emulator');
  const method = request.method ?? 'GET';
  const found = findRoute(ROUTES, method, url.pathname);
  if (world.settings.cors) allowOrigin(request, response);
  try {
    authorize(world.settings, request.headers, found?.route.access ?? 'read');
    if (found === undefined) send(response, 404, 'text/plain', '');
    else await respond(world, found.route, callOf(world, request, url, found.params), response, started);
  } catch (error) {
    sendError(response, error, started);
  }
  const seconds = (performance.now() - started) / 1000;
  if (found !== undefined) world.metrics.record(method, found.route.pattern, response.statusCode, seconds);
  request.resume();
}

/** As Qdrant does it: every origin, by its name. */
function allowOrigin({ headers: { origin } }: IncomingMessage, response: ServerResponse): void {
  if (origin === undefined) return;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('vary', 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers');
}

function callOf(world: World, request: IncomingMessage, url: URL, params: Record<string, string>): Call {
  const limit = world.settings.maxRequestBytes;
  return {
    params,
    query: url.searchParams,
    request,
    json: async () => parseJson(await readBody(request, limit)),
  };
}

async function respond(
  world: World,
  route: Route,
  call: Call,
  response: ServerResponse,
  started: number,
): Promise<void> {
  assertLoaded(world, route, call);
  const result = await route.endpoint(call, world);
  if (!(result instanceof Raw))
    return sendJson(response, 200, { result, status: 'ok', time: since(started) });
  if (typeof result.body === 'string') return send(response, result.status, result.type, result.body);
  const { file } = result.body;
  response.writeHead(200, {
    'content-type': result.type,
    'content-length': statSync(file).size,
    'content-disposition': `attachment; filename="${basename(file)}"`,
  });
  await pipeline(createReadStream(file), response);
}

/** Whatever is not an answer of the API is a bug, and is answered as one. */
function sendError(response: ServerResponse, error: unknown, started: number): void {
  const known = error instanceof ApiError;
  if (response.headersSent) throw error;
  const status = known ? error.status : 500;
  const message = known ? error.message : `Service internal error: ${String(error)}`;
  if (known && error.plain) send(response, status, 'text/plain; charset=utf-8', message);
  else sendJson(response, status, { status: { error: message }, time: since(started) });
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  send(response, status, 'application/json', JSON.stringify(body));
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}

function since(started: number): number {
  return (performance.now() - started) / 1000;
}

async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw new ApiError(400, `JSON payload is larger than allowed (limit: ${limit} bytes).`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parseJson(body: Buffer): unknown {
  if (body.length === 0) throw badFormat('EOF while parsing a value at line 1 column 0');
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw badFormat(error instanceof Error ? error.message : String(error));
  }
}
