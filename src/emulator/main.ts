#!/usr/bin/env node
import { randomInt } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readSettings, type Settings } from './config.js';
import { createIssues } from './issues.js';
import { createMetrics } from './metrics.js';
import type { World } from './router.js';
import { createApi } from './server.js';
import { Catalog } from './store/catalog.js';
import { readJson, writeDurably } from './store/files.js';
import { EMULATOR_TITLE, EMULATOR_VERSION } from './version.js';

const OPTIONS = {
  'config-path': { type: 'string' },
  uri: { type: 'string' },
  bootstrap: { type: 'string' },
  'disable-telemetry': { type: 'boolean' },
  version: { type: 'boolean', short: 'V' },
  help: { type: 'boolean', short: 'h' },
} as const;

const HELP = `${EMULATOR_TITLE} ${EMULATOR_VERSION}
Usage: qdrant --config-path FILE [--uri URI]
`;

function log(line: string): void {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
}

/** Starts the server. It listens once every collection is loaded. */
function main(): void {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.version) return void process.stdout.write(`qdrant ${EMULATOR_VERSION}\n`);
  if (values.help) return void process.stdout.write(HELP);
  if (values.bootstrap !== undefined) throw new Error('--bootstrap: the emulator cannot join a cluster');
  const settings = readSettings(values['config-path'], process.env);
  const world = openWorld(settings);
  const server = createApi(world, log);
  server.once('error', (error) => fail(error));
  server.listen(settings.httpPort, settings.host, () => {
    log(
      `INFO ${EMULATOR_TITLE} ${EMULATOR_VERSION} listening on http://${settings.host}:${settings.httpPort}`,
    );
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      server.close(() => world.catalog.close());
      server.closeIdleConnections();
    });
  }
}

function openWorld(settings: Settings): World {
  mkdirSync(settings.snapshotsPath, { recursive: true });
  const catalog = new Catalog(settings.storagePath);
  return {
    settings,
    catalog,
    metrics: createMetrics(),
    issues: createIssues(),
    unloaded: new WeakSet(settings.recoveryMode === null ? [] : catalog.all()),
    peerId: peerIdOf(settings.storagePath),
    started: new Date(),
  };
}

/** The id of this server, the same after every start. */
function peerIdOf(storage: string): number {
  const path = join(storage, 'peer.json');
  const known = readJson(path) as { id: number } | undefined;
  if (known !== undefined) return known.id;
  const id = randomInt(2 ** 47);
  writeDurably(path, JSON.stringify({ id }));
  return id;
}

function fail(error: unknown): never {
  process.stderr.write(`qdrant emulator: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

try {
  main();
} catch (error) {
  fail(error);
}
