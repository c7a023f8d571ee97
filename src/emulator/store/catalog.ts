import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ApiError, notFound, unknownCollection, wrongInput } from '../api-error.js';
import type { CollectionConfig, PayloadIndex } from '../model.js';
import { Collection } from './collection.js';
import { readJson, writeDurably } from './files.js';
import type { Entry } from './log.js';

interface NewCollection {
  config: CollectionConfig;
  indexes?: Record<string, PayloadIndex>;
  entries?: Iterable<Entry>;
}

/** Directories that begin with a dot are half-made or half-removed, and are cleared at a start. */
const UNFINISHED = '.';

/** All collections and aliases of a storage directory. */
export class Catalog {
  readonly #storage: string;
  #collections = new Map<string, Collection>();
  #aliases: Map<string, string>;
  #serial = 0;

  constructor(storage: string) {
    this.#storage = storage;
    mkdirSync(this.#collectionsPath, { recursive: true });
    for (const entry of readdirSync(this.#collectionsPath)) this.#load(entry);
    this.#aliases = new Map(Object.entries((readJson(this.#aliasesPath) ?? {}) as Record<string, string>));
  }

  get #collectionsPath(): string {
    return join(this.#storage, 'collections');
  }

  get #aliasesPath(): string {
    return join(this.#storage, 'aliases.json');
  }

  #load(entry: string): void {
    const directory = join(this.#collectionsPath, entry);
    if (entry.startsWith(UNFINISHED)) {
      rmSync(directory, { recursive: true, force: true });
      return;
    }
    const name = decodeURIComponent(entry.replace(/^_/, ''));
    this.#collections.set(name, new Collection(name, directory));
  }

  all(): Collection[] {
    return [...this.#collections.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** A collection by its own name; undefined where there is none. */
  find(name: string): Collection | undefined {
    return this.#collections.get(name);
  }

  /** A collection by name or alias. */
  resolve(name: string): Collection {
    const collection = this.#collections.get(this.#aliases.get(name) ?? name);
    if (collection === undefined) throw unknownCollection(name);
    return collection;
  }

  create(name: string, made: NewCollection): Collection {
    if (this.#collections.has(name))
      throw new ApiError(409, `Wrong input: Collection \`${name}\` already exists!`);
    if (this.#aliases.has(name))
      throw wrongInput(`Can't create collection with name ${name}. Alias with the same name already exists`);
    return this.#install(name, this.#prepare(made));
  }

  /** Whether there was a collection to remove. Its aliases go with it. */
  remove(name: string): boolean {
    const collection = this.#collections.get(name);
    if (collection === undefined) return false;
    const aliases = [...this.#aliases].filter(([, target]) => target !== name);
    this.#saveAliases(new Map(aliases));
    this.#discard(collection);
    return true;
  }

  /** Puts other contents in the place of a collection, or makes it; aliases stay. */
  replace(name: string, made: NewCollection): Collection {
    const prepared = this.#prepare(made);
    const existing = this.#collections.get(name);
    if (existing !== undefined) this.#discard(existing);
    return this.#install(name, prepared);
  }

  /** Writes the files of a collection where nobody looks for one yet. */
  #prepare(made: NewCollection): string {
    const aside = this.#aside();
    try {
      Collection.initialize(aside, { config: made.config, indexes: made.indexes ?? {} }, made.entries);
    } catch (error) {
      rmSync(aside, { recursive: true, force: true });
      throw error;
    }
    return aside;
  }

  #install(name: string, prepared: string): Collection {
    const directory = this.#directoryOf(name);
    renameSync(prepared, directory);
    const collection = new Collection(name, directory);
    this.#collections.set(name, collection);
    return collection;
  }

  #discard(collection: Collection): void {
    collection.close();
    const aside = this.#aside();
    renameSync(collection.directory, aside);
    this.#collections.delete(collection.name);
    rmSync(aside, { recursive: true, force: true });
  }

  #directoryOf(name: string): string {
    return join(this.#collectionsPath, `_${encodeURIComponent(name)}`);
  }

  #aside(): string {
    return join(this.#collectionsPath, `${UNFINISHED}${process.pid}-${++this.#serial}`);
  }

  aliases(): { alias_name: string; collection_name: string }[] {
    return [...this.#aliases].map(([alias_name, collection_name]) => ({ alias_name, collection_name }));
  }

  createAlias(alias: string, collection: string): void {
    if (this.#collections.has(alias))
      throw new ApiError(409, `Wrong input: Collection \`${alias}\` already exists!`);
    if (!this.#collections.has(collection)) throw unknownCollection(collection);
    this.#saveAliases(new Map([...this.#aliases, [alias, collection]]));
  }

  deleteAlias(alias: string): void {
    this.#saveAliases(new Map([...this.#aliases].filter(([name]) => name !== alias)));
  }

  renameAlias(from: string, to: string): void {
    const collection = this.#aliases.get(from);
    if (collection === undefined) throw notFound(`Alias ${from} does not exists!`);
    this.#saveAliases(new Map([...this.#aliases].filter(([name]) => name !== from)).set(to, collection));
  }

  #saveAliases(aliases: Map<string, string>): void {
    writeDurably(this.#aliasesPath, JSON.stringify(Object.fromEntries(aliases)));
    this.#aliases = aliases;
  }

  close(): void {
    for (const collection of this.#collections.values()) collection.close();
  }
}
