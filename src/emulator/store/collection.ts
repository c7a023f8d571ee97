import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type CollectionConfig, compareIds, type PayloadIndex, type Point, type PointId } from '../model.js';
import { readJson, writeDurably } from './files.js';
import { type Entry, encodeEntry, type Log, openLog } from './log.js';

interface Header {
  config: CollectionConfig;
  indexes: Record<string, PayloadIndex>;
}

const HEADER = 'collection.json';
const LOG = 'points.ndjson';

/**
 * A collection in memory, with every change on disk before it counts: the header is replaced as a whole,
 * points go to a log.
 */
export class Collection {
  readonly name: string;
  readonly directory: string;
  #header: Header;
  #log: Log;
  #points = new Map<PointId, Point>();
  #ordered: Point[] | undefined;
  #version = 0;

  constructor(name: string, directory: string) {
    this.name = name;
    this.directory = directory;
    this.#header = readJson(join(directory, HEADER)) as Header;
    let changes = 0;
    this.#log = openLog(join(directory, LOG), (entry) => {
      this.#apply(entry);
      changes += (entry.put?.length ?? 0) + (entry.remove?.length ?? 0);
    });
    if (changes > 2 * this.#points.size + 1000) this.#compact();
  }

  /** Makes the files of a new collection in an empty directory. */
  static initialize(directory: string, header: Header, entries: Iterable<Entry> = []): void {
    mkdirSync(directory, { recursive: true });
    const log = openLog(join(directory, LOG), () => {});
    for (const entry of entries) log.append(entry);
    log.close();
    writeDurably(join(directory, HEADER), JSON.stringify(header));
  }

  get config(): CollectionConfig {
    return this.#header.config;
  }

  get indexes(): Record<string, PayloadIndex> {
    return this.#header.indexes;
  }

  get size(): number {
    return this.#points.size;
  }

  /** The number of the last operation. */
  get operation(): number {
    return this.#version;
  }

  get(id: PointId): Point | undefined {
    return this.#points.get(id);
  }

  /** Every point, by id. */
  inOrder(): readonly Point[] {
    this.#ordered ??= [...this.#points.values()].sort((a, b) => compareIds(a.id, b.id));
    return this.#ordered;
  }

  /** Changes configuration or payload indexes, and returns the number of the operation. */
  update(header: Partial<Header>): number {
    const next = { ...this.#header, ...header };
    writeDurably(join(this.directory, HEADER), JSON.stringify(next));
    this.#header = next;
    return ++this.#version;
  }

  /** Stores and removes points as one change, and returns the number of the operation. */
  change({ put = [], remove = [] }: { put?: Omit<Point, 'version'>[]; remove?: PointId[] }): number {
    const version = this.#version + 1;
    const points = put.map((point) => ({ ...point, version }));
    const entry: Entry = {
      version,
      ...(points.length > 0 ? { put: points } : {}),
      ...(remove.length > 0 ? { remove } : {}),
    };
    this.#log.append(entry);
    this.#apply(entry);
    return version;
  }

  close(): void {
    this.#log.close();
  }

  #apply(entry: Entry): void {
    for (const point of entry.put ?? []) this.#points.set(point.id, point);
    for (const id of entry.remove ?? []) this.#points.delete(id);
    this.#version = entry.version;
    this.#ordered = undefined;
  }

  /** Rewrites a log that is mostly about points which have changed since. */
  #compact(): void {
    const path = join(this.directory, LOG);
    rmSync(`${path}.new`, { force: true });
    const fresh = openLog(`${path}.new`, () => {});
    for (const point of this.#points.values()) fresh.append({ version: this.#version, put: [point] });
    fresh.append({ version: this.#version });
    fresh.close();
    this.#log.close();
    renameSync(`${path}.new`, path);
    this.#log = openLog(path, () => {});
  }
}

/** The lines of a collection's points, for a snapshot. */
export function* pointLines(collection: Collection): Generator<string> {
  for (const point of collection.inOrder()) yield encodeEntry({ version: point.version, put: [point] });
}
