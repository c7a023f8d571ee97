import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Gate } from '../../src/host/gate.js';
import { BUSY_FILE, Host } from '../../src/host/host.js';
import { openLocal } from '../../src/host/local.js';
import { stampPath } from '../../src/resources/service-stamp.js';
import { EDGE_CONFIGURATION } from '../../src/services/haproxy/config.js';
import { RUNTIME_SOCKET } from '../../src/services/haproxy/runtime.js';

const PROGRAMS_OF_ROOT = { ...process.env, PATH: `${process.env.PATH}:/usr/local/sbin:/usr/sbin` };

/** Why tests with a running edge are skipped; undefined where there is HAProxy. */
export const NO_HAPROXY =
  spawnSync('haproxy', ['-v'], { env: PROGRAMS_OF_ROOT }).error && 'haproxy is not installed';

/** A server behind the edge. It says its name; `/held` waits to be released, `/broken` is an error. */
export interface Behind {
  name: string;
  port: number;
  /** Whether health checks pass. */
  healthy: boolean;
  /** Paths that were asked for, health checks left out. */
  asked: string[];
  /** Answers that wait. */
  held: (() => void)[];
  server: Server;
}

/** HAProxy on loopback, with everything it has in a temporary directory. */
export interface LocalEdge {
  /** This machine, where the paths of the edge mean those of the test. */
  host: Host;
  /** Where {@link EDGE_CONFIGURATION}, the stamp of HAProxy and its socket lie here. */
  configuration: string;
  stamp: string;
  socket: string;
  start(): Promise<void>;
  halt(): Promise<void>;
  stop(): Promise<void>;
}

/** The same with servers behind it. */
export interface RunningEdge extends LocalEdge {
  port: number;
  servers: Behind[];
  /** Its configuration with these servers disabled. */
  text(disabled: (name: string) => boolean): string;
}

/** One backend `app` with these servers, of which those that are not `blue`'s are disabled. */
export async function startEdge(names: readonly string[]): Promise<RunningEdge> {
  const servers = await Promise.all(names.map(behind));
  const port = await freePort();
  const local = localEdge(port);
  const text = (disabled: (name: string) => boolean): string => render(port, local.socket, servers, disabled);
  writeFileSync(
    local.configuration,
    text((name) => !name.startsWith('blue')),
  );
  await local.start();
  return {
    ...{ ...local, port, servers, text },
    stop: async () => {
      await local.stop();
      for (const { server } of servers) server.closeAllConnections();
      for (const { server } of servers) server.close();
    },
  };
}

/** An edge whose configuration is still to be written; it has started once something answers at `port`. */
export function localEdge(port: number): LocalEdge {
  const directory = mkdtempSync(join(tmpdir(), 'vdb-edge-'));
  const at = (name: string): string => join(directory, name);
  writeFileSync(at('busy'), '');
  mkdirSync(at('started'));
  let haproxy: ChildProcess | undefined;
  const edge: LocalEdge = {
    ...{ configuration: at('haproxy.cfg'), stamp: at('stamp'), socket: at('socket') },
    host: hostOf([
      [BUSY_FILE, at('busy')],
      [RUNTIME_SOCKET, at('socket')],
      [EDGE_CONFIGURATION, at('haproxy.cfg')],
      [stampPath('haproxy.service'), at('stamp')],
    ]),
    start: async () => {
      haproxy = spawn('haproxy', ['-db', '-f', at('haproxy.cfg')], {
        stdio: 'ignore',
        env: PROGRAMS_OF_ROOT,
      });
      await untilAnswered(port);
    },
    halt: async () => {
      if (haproxy === undefined) return;
      haproxy.kill('SIGKILL');
      await once(haproxy, 'exit');
      haproxy = undefined;
    },
    stop: async () => {
      await edge.halt();
      rmSync(directory, { recursive: true });
    },
  };
  return edge;
}

/** Health is asked often, so that a test is short; all else that concerns servers is as in the template. */
function render(
  port: number,
  socket: string,
  servers: readonly Behind[],
  disabled: (name: string) => boolean,
): string {
  const lines = servers.map(({ name, port }) => {
    return `    server ${name} 127.0.0.1:${port}${disabled(name) ? ' disabled' : ''}`;
  });
  return `global
    stats socket ${socket} mode 600 level admin expose-fd listeners
defaults
    mode http
    option redispatch
    retry-on conn-failure
    retries 2
    timeout connect 5s
    timeout client 60s
    timeout server 120s
    timeout check 2s
frontend app
    bind 127.0.0.1:${port}
    default_backend app
backend app
    balance leastconn
    option httpchk
    http-check send meth GET uri /health ver HTTP/1.1 hdr Host localhost
    http-check expect status 200
    default-server inter 3s fastinter 200ms downinter 200ms fall 3 rise 2 check observe layer7 error-limit 1 on-error fastinter
${lines.join('\n')}
`;
}

async function behind(name: string): Promise<Behind> {
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    if (path === '/health') return void response.writeHead(self.healthy ? 200 : 503).end();
    self.asked.push(path);
    const answer = (): void => void response.writeHead(path === '/broken' ? 500 : 200).end(name);
    if (path === '/held') self.held.push(answer);
    else setTimeout(answer, 2);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const self: Behind = { name, port, server, healthy: true, asked: [], held: [] };
  return self;
}

/** A port of loopback that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function untilAnswered(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => null);
    if (answer?.ok) return;
    await sleep(50);
  }
  throw new Error('HAProxy does not answer');
}

function hostOf(paths: readonly (readonly [string, string])[]): Host {
  const gate = new Gate();
  gate.open();
  const local = openLocal();
  const here = (command: string): string =>
    paths.reduce((text, [path, other]) => text.replaceAll(path, other), command);
  const exec: typeof local.exec = (command, options) => local.exec(here(command), options);
  return new Host({ ...local, exec }, gate);
}
