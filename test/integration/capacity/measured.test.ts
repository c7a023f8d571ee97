import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { bareNeed, CHUNK_BYTES, type Need, planOf } from '../../../src/capacity/need.js';
import { collectionsWith } from '../../../src/capacity/planning.js';
import type { CollectionConfig } from '../../../src/config/schema.js';
import { createBody } from '../../../src/services/qdrant/collection-body.js';
import { testConfig } from '../../support/config.js';
import { type RunningQdrant, realVersion, startQdrant } from '../../support/qdrant.js';
import { idOf, type LoadPoint, payloadOf, vectorsOf } from './points.js';
import { diskOf, type MemoryUse, memoryOf, needed, partsOf } from './usage.js';

/**
 * The formulas of `vdb capacity` against what a real Qdrant takes, at two sizes. It fills some hundred thousand points in
 * and waits for their graphs, which takes minutes of every core: so it runs only when it is asked for.
 */
const missing =
  process.env.VDB_MEASURE_CAPACITY !== '1'
    ? 'VDB_MEASURE_CAPACITY is not 1'
    : realVersion() === undefined
      ? 'qdrant is not on PATH'
      : undefined;
if (missing) console.warn(`skipped: the capacity of a real Qdrant: ${missing}`);

const SIZES = (process.env.VDB_MEASURE_POINTS ?? '50000,150000').split(',').map(Number);
const DIMENSIONS = 384;
const PAYLOAD_BYTES = 512;
const BATCH = 500;
const SEARCHES = 200;
const SETTLE_SECONDS = 20;
/** The share by which the formulas may be off. */
const TOLERANCE = 0.25;

const KINDS = {
  'scalar, vectors on the disk': { quantization: 'scalar', onDisk: ['vectors', 'payload'] },
  'binary, vectors on the disk': { quantization: 'binary', onDisk: ['vectors', 'payload'] },
  'not quantized, vectors in memory': { quantization: 'none', onDisk: ['payload'] },
} as const;

const rows: string[] = [];

describe.skipIf(missing).each(Object.entries(KINDS))('%s', (name, wish) => {
  test(`memory and disk are within ${100 * TOLERANCE} % of the formulas`, async () => {
    const config = testConfig({ capacity: { payload_bytes: PAYLOAD_BYTES } });
    const collections = collectionsWith({}, { size: DIMENSIONS, ...wish });
    const collection = collections.planned as CollectionConfig;
    const plan = planOf({ ...config, collections });
    const server = await startQdrant('real', {
      cluster: true,
      settings: {
        storage: { wal: { wal_capacity_mb: config.qdrant.wal_capacity_mb } },
        // Longer than it takes to make the next batch on a busy machine.
        service: { http_keep_alive_timeout_sec: config.qdrant.keep_alive_seconds },
      },
    });
    try {
      await accepted(server, 'PUT', '/collections/c', createBody(collection));
      let filled = 0;
      for (const size of SIZES) {
        await fill(server, filled, size);
        filled = size;
        await settled(server);
        const { memory, disk } = await used(server, collection);
        rows.push(
          rowOf(name, size, { memory: needed(memory), disk }, bareNeed(plan, { planned: size }), memory),
        );
        console.info([rows.at(-1), partsText(server, size), memoryText(memory)].join('\n'));
        const chunk = memory.pinned < CHUNK_BYTES ? CHUNK_BYTES : 0;
        const { memory: formula } = bareNeed(plan, { planned: size });
        expectNear(needed(memory), formula, `memory of ${size} points`, chunk);
        expectNear(disk, bareNeed(plan, { planned: size }).disk, `disk of ${size} points`);
      }
    } finally {
      await server.stop();
    }
  }, 1_800_000);
});

afterAll(() => {
  if (rows.length > 0) console.info([`Qdrant ${realVersion()}`, ...rows].join('\n'));
});

/** Sends the points from one number to another, and does not wait for each batch: Qdrant keeps a queue. */
async function fill(server: RunningQdrant, from: number, to: number): Promise<void> {
  const vectorOf = vectorsOf(DIMENSIONS);
  for (let first = from; first < to; first += BATCH) {
    const points: LoadPoint[] = [];
    for (let index = first; index < Math.min(to, first + BATCH); index++)
      points.push({ id: idOf(index), vector: vectorOf(index), payload: payloadOf(index, PAYLOAD_BYTES) });
    await accepted(server, 'PUT', '/collections/c/points?wait=false', { points });
  }
}

const GREEN_LOOKS = 5;

/** Waits until nothing is optimized any more: green, so many times a second apart. */
async function settled(server: RunningQdrant): Promise<void> {
  for (let green = 0; green < GREEN_LOOKS; ) {
    await sleep(1000);
    const { status, update_queue: queue } = await accepted<{
      status: string;
      update_queue?: { length: number };
    }>(server, 'GET', '/collections/c');
    green = status === 'green' && (queue?.length ?? 0) === 0 ? green + 1 : 0;
  }
}

/** After a restart, as a server runs for most of its life, and after searches that read the originals to rescore. */
async function used(
  server: RunningQdrant,
  collection: CollectionConfig,
): Promise<{ memory: MemoryUse; disk: number }> {
  await server.kill('SIGTERM');
  await server.start();
  // The program comes into memory as far as it is cached; on a server that has run for a while all of it is.
  await readFile(`/proc/${server.pid}/exe`);
  const vectorOf = vectorsOf(DIMENSIONS);
  const search = (seed: number): Promise<unknown> =>
    accepted(server, 'POST', '/collections/c/points/query', {
      ...{ query: vectorOf(seed * 37), limit: 10, with_payload: true },
    });
  for (let seed = 0; seed < SEARCHES; seed++) await search(seed);
  // What was needed to start, the log that is applied again above all, is given back after some seconds of use.
  for (let second = 0; second < SETTLE_SECONDS; second++) {
    await sleep(1000);
    await search(second);
  }
  const storage = `${server.directory}/storage`;
  return { memory: memoryOf(server.pid, storage, cachedBy(collection)), disk: diskOf(storage) };
}

/** The files that a collection keeps on the disk, and the logs, which are only written to. */
function cachedBy({ on_disk, on_disk_payload }: CollectionConfig): (path: string) => boolean {
  return (path) =>
    /\/wal\//.test(path) ||
    (on_disk_payload && /\/payload_storage\//.test(path)) ||
    (on_disk && /\/vector_storage\//.test(path) && !/quantized/.test(path));
}

async function accepted<Result>(
  server: RunningQdrant,
  method: string,
  path: string,
  body?: unknown,
): Promise<Result> {
  const answer = await server.request<{ result: Result }>(method, path, body);
  if (answer.status !== 200)
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body.result;
}

/** The formula may be too high by `spare` beside: the chunk for new vectors, where the server has begun none just then. */
function expectNear(real: number, formula: number, what: string, spare = 0): void {
  const said = `${what}: ${mib(formula)} by the formula, ${mib(real)} in truth`;
  expect.soft(formula / real, said).toBeGreaterThan(1 - TOLERANCE);
  expect.soft((formula - spare) / real, said).toBeLessThan(1 + TOLERANCE);
}

/** A row of the table in docs/capacity.md. */
function rowOf(name: string, size: number, real: Need, formula: Need, memory: MemoryUse): string {
  const off = (resource: keyof Need): string =>
    `${Math.round(100 * (formula[resource] / real[resource] - 1))} %`;
  const cells = [
    ...[name, String(size), mib(real.memory), mib(formula.memory), off('memory')],
    ...[mib(real.disk), mib(formula.disk), off('disk'), mib(memory.cached), mib(memory.peak)],
  ];
  return `| ${cells.join(' | ')} |`;
}

/** Where what is resident comes from. */
function memoryText({ own, program, pinned, cached }: MemoryUse): string {
  return `own ${mib(own)}, program ${mib(program)}, pinned ${mib(pinned)}, cached ${mib(cached)}`;
}

/** What each part takes on the disk, for each point. */
function partsText({ directory }: RunningQdrant, size: number): string {
  const parts = Object.entries(partsOf(`${directory}/storage`));
  return parts.map(([name, bytes]) => `${name} ${Math.round(bytes / size)} B`).join(', ');
}

function mib(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 2)} MiB`;
}
