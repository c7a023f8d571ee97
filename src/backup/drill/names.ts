import { join } from 'node:path';
import type { Config } from '../../config/schema.js';

/** There is one drill at a time, under the lock of the host, so what a killed one left is found by these names. */
export const QDRANT_UNIT = 'vdb-drill-qdrant.service';

/** Cleans up after a drill whose operator is gone. */
export const GUARD_UNIT = 'vdb-drill-guard.service';

const DIRECTORY = '.drill-';

/** Scratch databases, as a regular expression of PostgreSQL. */
export const DATABASE_PATTERN = String.raw`^vdb_drill_\d{8}t\d{6}z$`;

/** The directory of the scratch Qdrant, on the data volume. */
export function drillDirectory({ paths }: Pick<Config, 'paths'>, id: string): string {
  return join(paths.storage, `${DIRECTORY}${id}`);
}

/** The directories of all drills, as a pattern for `find -name`. */
export const DIRECTORY_GLOB = `${DIRECTORY}*`;

/** The scratch database that a dump of the set `id` is restored into. */
export function drillDatabase(id: string): string {
  return `vdb_drill_${id.toLowerCase()}`;
}
