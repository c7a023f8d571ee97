import { createHash, randomInt } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ApiError, notFound, wrongInput } from '../api-error.js';
import type { CollectionConfig, PayloadIndex } from '../model.js';
import type { Catalog } from './catalog.js';
import { type Collection, pointLines } from './collection.js';
import { writeDurably } from './files.js';
import { decodeEntry, type Entry, linesOf } from './log.js';

/** The first line of a snapshot. It is no archive of Qdrant's: neither server loads the other's. */
interface SnapshotHeader {
  format: 'vdb-qdrant-emulator-snapshot/1';
  config: CollectionConfig;
  indexes: Record<string, PayloadIndex>;
}

const FORMAT = 'vdb-qdrant-emulator-snapshot/1';
const SUFFIX = '.snapshot';

export interface SnapshotDescription {
  name: string;
  creation_time: string;
  size: number;
  checksum: string;
}

/** The snapshots of a collection, oldest first. */
export function listSnapshots(root: string, collection: string): SnapshotDescription[] {
  const directory = join(root, collection);
  if (!existsSync(directory)) return [];
  const names = readdirSync(directory).filter((name) => name.endsWith(SUFFIX));
  return names
    .map((name) => describe(join(directory, name)))
    .sort((a, b) => (a.creation_time < b.creation_time ? -1 : 1));
}

function describe(path: string): SnapshotDescription {
  const { size, mtime } = statSync(path);
  const checksum = readFileSync(`${path}.checksum`, 'utf8');
  return { name: basename(path), creation_time: mtime.toISOString().slice(0, 19), size, checksum };
}

/** Writes everything that a collection holds into a file of its own. */
export function createSnapshot(root: string, collection: Collection): SnapshotDescription {
  const directory = join(root, collection.name);
  mkdirSync(directory, { recursive: true });
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(/[T:]/g, '-');
  const path = join(directory, `${collection.name}-${randomInt(2 ** 47)}-${stamp}${SUFFIX}`);
  const header: SnapshotHeader = { format: FORMAT, config: collection.config, indexes: collection.indexes };
  const lines = [`${JSON.stringify(header)}\n`, ...pointLines(collection)].map((line) => Buffer.from(line));
  const content = Buffer.concat(lines);
  writeDurably(`${path}.checksum`, sha256(content));
  writeDurably(path, content);
  return describe(path);
}

/** The path of a snapshot. Throws 404. */
export function snapshotPath(root: string, collection: string, name: string): string {
  const known = listSnapshots(root, collection).some((each) => each.name === name);
  if (known) return join(root, collection, name);
  throw notFound(`Snapshot ${name} not found`);
}

/** Removes a snapshot with its checksum. Throws 404 when there is none of that name. */
export function deleteSnapshot(root: string, collection: string, name: string): void {
  const path = snapshotPath(root, collection, name);
  rmSync(path);
  rmSync(`${path}.checksum`, { force: true });
}

/**
 * Makes a collection what a snapshot holds, or replaces what it holds. Nothing changes when the checksum is
 * wrong or the file is no snapshot of the emulator.
 */
export function recoverSnapshot(
  catalog: Catalog,
  name: string,
  content: Uint8Array,
  checksum?: string,
): void {
  if (checksum !== undefined && sha256(content) !== checksum.toLowerCase()) {
    throw wrongInput(`Snapshot checksum mismatch: expected ${checksum}, got ${sha256(content)}`);
  }
  const lines = linesOf(content);
  const { config, indexes } = headerOf(lines.next().value);
  const existing = catalog.find(name);
  if (existing !== undefined && shapeOf(existing.config) !== shapeOf(config)) {
    throw wrongInput(
      `Snapshot is not compatible with existing collection: ${shapeOf(existing.config)}, ${shapeOf(config)}`,
    );
  }
  catalog.replace(name, { config: existing?.config ?? config, indexes, entries: decoded(lines) });
}

function headerOf(line: unknown): SnapshotHeader {
  try {
    const header = JSON.parse(String(line)) as SnapshotHeader;
    if (header.format === FORMAT) return header;
  } catch {
    // Falls through to the same answer as another format.
  }
  throw new ApiError(500, 'Service internal error: the file is not a snapshot of the emulator');
}

function* decoded(lines: Iterable<string>): Generator<Entry> {
  for (const line of lines) yield decodeEntry(line);
}

/** What must be equal for points of one collection to fit into another: names, sizes and distances. */
function shapeOf(config: CollectionConfig): string {
  const { vectors } = config.params;
  const all = 'size' in vectors ? { '': vectors } : vectors;
  const shapes = Object.entries(all).map(([name, { size, distance }]) => [name, size, distance]);
  return JSON.stringify(shapes.sort());
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
