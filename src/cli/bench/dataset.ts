import { resolve } from 'node:path';
import type { Dataset } from '../../bench/data/dataset.js';
import { fileDataset, openRows } from '../../bench/data/open.js';
import { syntheticDataset } from '../../bench/data/synthetic.js';
import type { Profile } from '../../bench/profile.js';

/** Searches are made with so many vectors of a file that are not written. */
const HELD_OUT = 1000;
/** Of a small file no more than this share is held out. */
const MOST_HELD_OUT = 0.2;

/** What is written and searched. `asked`: whether the number of points was given. Throws `bench.data`. */
export function datasetOf(
  { dataset, collection }: Profile,
  { cwd, asked }: { cwd: string; asked: boolean },
): Dataset {
  const { file, queries, points, payload_bytes: payloadBytes } = dataset;
  if (collection !== undefined)
    return queriesAlone(queries === undefined ? undefined : resolve(cwd, queries));
  if (file === undefined) return syntheticDataset({ ...dataset, payloadBytes });
  const path = resolve(cwd, file);
  return fileDataset(path, {
    ...(queries === undefined ? {} : { queries: resolve(cwd, queries) }),
    ...(asked ? { most: points } : {}),
    heldOut: queries === undefined ? heldOutOf(path) : 0,
  });
}

function heldOutOf(file: string): number {
  const rows = openRows(file);
  const count = Math.min(HELD_OUT, Math.ceil(rows.count * MOST_HELD_OUT));
  rows.close();
  return count;
}

/** Nothing is written; a file gives what is searched with. */
function queriesAlone(file: string | undefined): Dataset {
  const rows = file === undefined ? undefined : openRows(file);
  const none = (): never => {
    throw new Error('nothing is written to a collection of the user');
  };
  return {
    ...{ name: 'queries', count: 0, dimension: rows?.dimension ?? 0, queries: rows?.count ?? 0 },
    ...{ vector: none, payload: none },
    query: (index) => rows?.row(index) ?? none(),
    close: () => rows?.close(),
  };
}
