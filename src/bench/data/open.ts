import { basename, extname } from 'node:path';
import type { Dataset, Rows } from './dataset.js';
import { fvecsRows } from './fvecs.js';
import { jsonlRows } from './jsonl.js';
import { npyRows } from './npy.js';
import { dataError } from './random-access.js';

const READERS: Readonly<Record<string, (file: string) => Rows>> = {
  '.npy': npyRows,
  '.fvecs': fvecsRows,
  '.jsonl': jsonlRows,
  '.ndjson': jsonlRows,
};

/** The rows of a file, read as its name ends. Throws `bench.data`. */
export function openRows(file: string): Rows {
  const open = READERS[extname(file).toLowerCase()];
  if (open === undefined) throw dataError(file, 'is of no known kind');
  return open(file);
}

/**
 * A data set of files. Without a file of queries the last `heldOut` rows are searched with and not written. No more than `most`
 * rows are written. Throws `bench.data`.
 */
export function fileDataset(
  file: string,
  { queries, heldOut, most }: { queries?: string; heldOut: number; most?: number },
): Dataset {
  const rows = openRows(file);
  try {
    const asked = queries === undefined ? undefined : openRows(queries);
    if (asked !== undefined && asked.dimension !== rows.dimension)
      throw dataError(queries!, `has ${asked.dimension} dimensions, ${file} has ${rows.dimension}`);
    const kept = asked === undefined ? heldOut : 0;
    const there = rows.count - kept;
    if (there < 1)
      throw dataError(file, `has ${rows.count} vectors, of which ${kept} are needed for searches`);
    return {
      name: basename(file),
      count: Math.min(there, most ?? there),
      dimension: rows.dimension,
      queries: asked?.count ?? kept,
      vector: rows.row,
      payload: (index) => rows.payload?.(index),
      query: (index) => (asked === undefined ? rows.row(there + index) : asked.row(index)),
      close() {
        rows.close();
        asked?.close();
      },
    };
  } catch (error) {
    rows.close();
    throw error;
  }
}
