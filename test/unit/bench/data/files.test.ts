import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dataset } from '../../../../src/bench/data/dataset.js';
import { parseHeader } from '../../../../src/bench/data/npy.js';
import { fileDataset, openRows } from '../../../../src/bench/data/open.js';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'vdb-bench-data-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

function file(name: string, content: string | Buffer): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

/** As numpy.save writes it (version 1.0 of the format; 2.0 has a longer length). */
function npy(rows: readonly number[][], { type = '<f4', fortran = false, version = 1 } = {}): Buffer {
  const shape = `(${rows.length}, ${rows[0]?.length ?? 0})`;
  const dictionary = `{'descr': '${type}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${shape}, }`;
  const header = `${dictionary.padEnd(117)}\n`;
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(header.length);
  else length.writeUInt32LE(header.length);
  const numbers = rows.flat();
  const data = type === '<f8' ? Float64Array.from(numbers) : Float32Array.from(numbers);
  return Buffer.concat([
    Buffer.from(`\x93NUMPY${String.fromCharCode(version)}\0`, 'latin1'),
    length,
    Buffer.from(header),
    Buffer.from(data.buffer),
  ]);
}

function fvecs(rows: readonly number[][]): Buffer {
  return Buffer.concat(
    rows.map((row) => {
      const length = Buffer.alloc(4);
      length.writeInt32LE(row.length);
      return Buffer.concat([length, Buffer.from(Float32Array.from(row).buffer)]);
    }),
  );
}

const ROWS = [
  [1, 2, 3],
  [4, 5, 6.5],
  [7, 8, 9],
  [-1, 0, 0.25],
];

function rowsOf(path: string): number[][] {
  const rows = openRows(path);
  const all = Array.from({ length: rows.count }, (_, index) => [...rows.row(index)]);
  rows.close();
  return all;
}

describe('files of vectors', () => {
  it.each([
    ['NumPy, float32', 'a.npy', npy(ROWS)],
    ['NumPy, float64', 'b.npy', npy(ROWS, { type: '<f8' })],
    ['NumPy, version 2', 'c.npy', npy(ROWS, { version: 2 })],
    ['fvecs', 'd.fvecs', fvecs(ROWS)],
    ['JSON Lines', 'e.jsonl', ROWS.map((vector) => JSON.stringify({ vector })).join('\n')],
    [
      'JSON Lines of bare arrays',
      'f.ndjson',
      `${ROWS.map((vector) => JSON.stringify(vector)).join('\n')}\n\n`,
    ],
  ])('%s', (_, name, content) => {
    expect(rowsOf(file(name, content))).toEqual(ROWS);
  });

  it('keeps the payload of a line', () => {
    const rows = openRows(file('g.jsonl', '{"vector":[1],"payload":{"tag":"x"}}\n{"vector":[2]}'));
    expect([rows.payload?.(0), rows.payload?.(1)]).toEqual([{ tag: 'x' }, undefined]);
  });

  it.each([
    ['another kind of file', 'x.csv', '1,2', /is of no known kind/],
    ['a text named .npy', 'x.npy', 'not NumPy at all', /is no file of NumPy/],
    ['numbers that are no floats', 'y.npy', npy(ROWS, { type: '<i8' }), /numbers of type <i8/],
    ['columns', 'z.npy', npy(ROWS, { fortran: true }), /column after column/],
    ['a NumPy file that was cut', 'w.npy', npy(ROWS).subarray(0, -4), /shorter than its header says/],
    ['fvecs that were cut', 'x.fvecs', fvecs(ROWS).subarray(0, -4), /no file of float vectors/],
    ['a line without a vector', 'x.jsonl', '{"vector":[1]}\n{"text":"x"}', /no vector in line 2/],
    ['a line that is no JSON', 'y.jsonl', '{"vector":', /no vector in line 1/],
    ['vectors of two lengths', 'z.jsonl', '[1]\n[1,2]', /other lengths than 1/],
    ['no line at all', 'w.jsonl', '\n', /holds no vector/],
  ])('refuses %s, and says why', (_, name, content, why) => {
    expect(() => openRows(file(name, content))).toThrow(why);
  });

  it('says that a file is not there', () => {
    expect(() => openRows(join(directory, 'missing.npy'))).toThrow(/cannot be read: ENOENT/);
    expect(() => openRows(join(directory, 'missing.jsonl'))).toThrow(/cannot be read: ENOENT/);
  });

  it('reads the header of NumPy', () => {
    expect(parseHeader("{'descr': '<f4', 'fortran_order': False, 'shape': (10, 3), }")).toEqual({
      type: '<f4',
      fortran: false,
      shape: [10, 3],
    });
  });
});

describe('a data set of files', () => {
  const queriesOf = ({ queries, query }: Dataset): number[][] =>
    Array.from({ length: queries }, (_, index) => [...query(index)]);

  it('holds the last rows out, to search with what was not written', () => {
    const data = fileDataset(file('held.npy', npy(ROWS)), { heldOut: 1 });
    expect([data.count, data.dimension, data.name]).toEqual([3, 3, 'held.npy']);
    expect(queriesOf(data)).toEqual([ROWS[3]]);
    data.close();
  });

  it('searches with another file, and writes all or as many as are asked for', () => {
    const queries = file('queries.fvecs', fvecs([[9, 9, 9]]));
    const data = fileDataset(file('base.npy', npy(ROWS)), { heldOut: 1, queries, most: 2 });
    expect(data.count).toBe(2);
    expect(queriesOf(data)).toEqual([[9, 9, 9]]);
    data.close();
  });

  it('refuses queries of another dimension, and a file that is too small to hold some out', () => {
    const queries = file('other.fvecs', fvecs([[1]]));
    const base = file('small.npy', npy(ROWS));
    expect(() => fileDataset(base, { heldOut: 1, queries })).toThrow(/has 1 dimensions, .* has 3/);
    expect(() => fileDataset(base, { heldOut: 200 })).toThrow(/has 4 vectors, of which 200 are needed/);
  });
});
