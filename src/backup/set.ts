import { join } from 'node:path';
import type { Config } from '../config/schema.js';
import { readRestoreName } from './restore/collection-names.js';

/** The name of a set, which is also the name of its directory: `20261124T020000Z`. */
export const SET_ID = /^\d{8}T\d{6}Z$/;

/** The same as a pattern of the shell and of `find`. */
export const SET_ID_GLOB = `${'[0-9]'.repeat(8)}T${'[0-9]'.repeat(6)}Z`;

/** A set is named by the second at which it was begun, in UTC, so that names sort by time. */
export function setIdOf(created: Date): string {
  return created.toISOString().replaceAll(/[-:]|\.\d+/g, '');
}

/** The directory of a set on the host. */
export function setDirectory({ paths }: Pick<Config, 'paths'>, id: string): string {
  return join(paths.backups, id);
}

/** Order in which collections are taken and restored. */
export const PRIORITIES = ['high', 'medium', 'low'] as const;
export type Priority = (typeof PRIORITIES)[number];

/**
 * A collection that the configuration does not name has the middle priority. One that a restore has made has that of
 * the collection whose name it serves under.
 */
export function priorityOf({ collections }: Pick<Config, 'collections'>, collection: string): Priority {
  const name = readRestoreName(collection)?.name ?? collection;
  return collections[name]?.backup_priority ?? 'medium';
}
