import type { Config } from '../config/schema.js';
import type { Host } from '../host/host.js';
import { askCitadel, runCitadel } from './run.js';

/** A collection as each side has it. */
export interface SyncedCollection {
  name: string;
  /** Exact number of points; null where Qdrant has no such collection. */
  qdrant: number | null;
  /** Rows of its vectors; null where PostgreSQL does not list it. */
  postgres: number | null;
  /** Points without a row, and rows without a point, that no waiting write explains. */
  missingRows: number;
  missingPoints: number;
  /** Writes on their way to Qdrant. */
  waiting: number;
  /** What a repair does, or did; null where both sides agree. */
  action: string | null;
}

export interface SyncReport {
  collections: readonly SyncedCollection[];
  /** Rows, points and entries that a repair changed. */
  repaired: number;
  /** Both sides agree: when compared, or after the repair. */
  clean: boolean;
}

/** Comparing reads every id of both sides. */
const SYNC_SECONDS = 4 * 3600;

/** Compares Qdrant with PostgreSQL, exactly, both ways. Changes nothing. */
export async function compareSides(host: Host, config: Config): Promise<SyncReport> {
  const request = { failure: 'Qdrant and PostgreSQL could not be compared', args: ['sync', '--plan'] };
  return reportOf(await askCitadel(host, config, { ...request, timeoutSeconds: SYNC_SECONDS }));
}

/** Repairs what differs: Qdrant owns the vectors, PostgreSQL the metadata. */
export async function repairSides(host: Host, config: Config): Promise<SyncReport> {
  const request = { failure: 'What differs could not be repaired', args: ['sync', '--repair'] };
  const title = `make ${config.postgres.database} and Qdrant agree`;
  return reportOf(await runCitadel(host, config, { ...request, timeoutSeconds: SYNC_SECONDS }, { title }));
}

/** Reads what the layer printed. Throws where that is no report. */
export function reportOf(answer: Record<string, unknown>): SyncReport {
  const { collections, repaired, clean } = answer;
  if (!Array.isArray(collections) || typeof repaired !== 'number' || typeof clean !== 'boolean')
    throw new Error('unreadable report of a synchronisation');
  return { collections: collections.map(collectionOf), repaired, clean };
}

function collectionOf(each: Record<string, unknown>): SyncedCollection {
  const number = (key: string): number => {
    if (typeof each[key] === 'number') return each[key];
    throw new Error(`unreadable report of a synchronisation: ${key} is no number`);
  };
  const orNull = (key: string): number | null => (each[key] === null ? null : number(key));
  return {
    ...{ name: String(each.name), qdrant: orNull('qdrant'), postgres: orNull('postgres') },
    ...{
      missingRows: number('missing_rows'),
      missingPoints: number('missing_points'),
      waiting: number('waiting'),
    },
    action: typeof each.action === 'string' ? each.action : null,
  };
}
