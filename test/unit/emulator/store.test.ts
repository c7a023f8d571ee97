import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSettings } from '../../../src/emulator/config.js';
import { parseCollection } from '../../../src/emulator/parse/collection.js';
import { Catalog } from '../../../src/emulator/store/catalog.js';
import { createSnapshot, recoverSnapshot } from '../../../src/emulator/store/snapshots.js';

const CONFIG = parseCollection(
  { vectors: { size: 2, distance: 'Dot' } },
  readSettings(undefined, {}).defaults,
);

describe('the store', () => {
  let storage = '';
  let opened: Catalog[] = [];
  beforeEach(() => {
    storage = mkdtempSync(join(tmpdir(), 'vdb-emulator-test-'));
  });
  afterEach(() => {
    for (const catalog of opened) catalog.close();
    opened = [];
    rmSync(storage, { recursive: true, force: true });
  });

  const open = (): Catalog => {
    const catalog = new Catalog(storage);
    opened.push(catalog);
    return catalog;
  };
  const point = (id: number) => ({ id, vectors: { '': Float32Array.from([id, 1]) }, payload: { id } });
  const logOf = (directory: string) => join(directory, 'points.ndjson');

  it('has everything again when it is opened after a crash', () => {
    const before = open();
    before.create('c', { config: CONFIG }).change({ put: [point(1), point(2)] });
    before.resolve('c').change({ remove: [1] });
    before.createAlias('live', 'c');
    const after = open();
    expect(after.resolve('live').inOrder()).toEqual([{ ...point(2), version: 1 }]);
    expect(after.resolve('c').config).toEqual(CONFIG);
  });

  it('holds collections whose names are not names of files', () => {
    const name = 'émbeddings % of .hidden';
    open().create(name, { config: CONFIG });
    open().create('.hidden', { config: CONFIG });
    expect(
      open()
        .all()
        .map((each) => each.name),
    ).toEqual(['.hidden', name]);
  });

  it('clears away what a crash left half done', () => {
    open();
    mkdirSync(join(storage, 'collections', '.4711-1'));
    expect(open().all()).toEqual([]);
    expect(readdirSync(join(storage, 'collections'))).toEqual([]);
  });

  it('drops a change that was cut off, and goes on from there', () => {
    const collection = open().create('c', { config: CONFIG });
    collection.change({ put: [point(1)] });
    const complete = readFileSync(logOf(collection.directory));
    writeFileSync(
      logOf(collection.directory),
      Buffer.concat([complete, Buffer.from('{"version":2,"put":[{')]),
    );
    const again = open().resolve('c');
    again.change({ put: [point(3)] });
    expect(
      open()
        .resolve('c')
        .inOrder()
        .map(({ id }) => id),
    ).toEqual([1, 3]);
  });

  it('rewrites a log that is mostly about the past', () => {
    const collection = open().create('c', { config: CONFIG });
    for (let round = 0; round < 1200; round++) collection.change({ put: [point(1)] });
    const long = statSync(logOf(collection.directory)).size;
    const again = open().resolve('c');
    expect(again.inOrder()).toEqual([{ ...point(1), version: 1200 }]);
    expect(statSync(logOf(again.directory)).size).toBeLessThan(long / 100);
    expect(again.change({ put: [point(2)] })).toBe(1201);
  });

  it('keeps a collection when what should replace it is broken', () => {
    const catalog = open();
    const collection = catalog.create('c', { config: CONFIG });
    collection.change({ put: [point(1)] });
    const snapshots = join(storage, 'snapshots');
    const { name } = createSnapshot(snapshots, collection);
    const whole = readFileSync(join(snapshots, 'c', name));
    expect(() => recoverSnapshot(catalog, 'c', whole.subarray(0, whole.length - 20))).toThrow();
    expect(
      catalog
        .resolve('c')
        .inOrder()
        .map(({ id }) => id),
    ).toEqual([1]);
    expect(readdirSync(join(storage, 'collections'))).toEqual(['_c']);
  });

  it('keeps the configuration that a collection has when it is recovered', () => {
    const catalog = open();
    const { name } = createSnapshot(join(storage, 'snapshots'), catalog.create('c', { config: CONFIG }));
    const changed = { ...CONFIG, hnsw_config: { m: 99 } };
    catalog.create('d', { config: changed });
    recoverSnapshot(catalog, 'd', readFileSync(join(storage, 'snapshots', 'c', name)));
    expect(catalog.resolve('d').config.hnsw_config).toEqual({ m: 99 });
  });
});
