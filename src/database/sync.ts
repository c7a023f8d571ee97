import { COLLECTIONS_OF_RESTORES } from '../backup/restore/collection-names.js';
import type { Config } from '../config/schema.js';
import type { Host } from '../host/host.js';
import { askCitadel, runCitadel } from './run.js';

/** Points and rows that are not as they should be; what waits in the outbox is not among them. */
export interface Differences {
  pointsWithoutRow: number;
  rowsWithoutPoint: number;
  /** The payload in Qdrant is not that of PostgreSQL. */
  payloadsDiffer: number;
  /** They have their point, and nothing says so: the write was refused, or lost. */
  unconfirmed: number;
}

/** Where a collection is; `aside`: in Qdrant alone, and kept there by a restore. */
export type SyncState = (typeof STATES)[number];

const STATES = ['both', 'only_in_qdrant', 'only_in_postgres', 'aside'] as const;

/** A collection as each side has it. */
export interface SyncedCollection {
  name: string;
  state: SyncState;
  /** Exact number of points; null where Qdrant has no such collection. */
  points: number | null;
  /** Rows of its vectors; null where PostgreSQL does not list it. */
  vectors: number | null;
  /** Points that are on their way to Qdrant. */
  waiting: number;
  found: Differences;
  repaired: Differences;
  /** Why it could not be repaired in full. */
  kept: string | null;
}

export interface SyncReport {
  mode: 'plan' | 'repair';
  collections: readonly SyncedCollection[];
  /** Writes that Qdrant got before the repair. */
  applied: number;
  /** Writes that Qdrant refused. */
  rejected: number;
  /** Both sides agree: when compared, or after the repair. */
  inStep: boolean;
}

/** Comparing reads every id of both sides. */
const SYNC_SECONDS = 4 * 3600;

/** What a restore keeps is not to be listed: it goes with `vdb restore discard`. */
const ASIDE = ['--aside', COLLECTIONS_OF_RESTORES];

/** Compares Qdrant with PostgreSQL, exactly, both ways. Changes nothing. */
export async function compareSides(host: Host, config: Config): Promise<SyncReport> {
  const request = {
    failure: 'Qdrant and PostgreSQL could not be compared',
    args: ['sync', '--plan', ...ASIDE],
  };
  return reportOf(await askCitadel(host, config, { ...request, timeoutSeconds: SYNC_SECONDS }));
}

/** Repairs what differs: Qdrant owns the vectors, PostgreSQL the metadata. */
export async function repairSides(host: Host, config: Config): Promise<SyncReport> {
  const request = { failure: 'What differs could not be repaired', args: ['sync', '--repair', ...ASIDE] };
  const title = `make ${config.postgres.database} and Qdrant agree`;
  return reportOf(await runCitadel(host, config, { ...request, timeoutSeconds: SYNC_SECONDS }, { title }));
}

/** How many points and rows differ, or differed. */
export function sumOf(differences: Differences): number {
  return Object.values(differences).reduce((sum: number, each: number) => sum + each, 0);
}

/** Whether something has to be done about a collection, or had to be. */
export function isInStep({ state, found, kept }: SyncedCollection): boolean {
  return state === 'aside' || (state === 'both' && kept === null && sumOf(found) === 0);
}

type Answer = Readonly<Record<string, unknown>>;

/** Reads what the layer printed. Throws where that is no report. */
export function reportOf(answer: Answer): SyncReport {
  const { collections, mode, in_step: inStep, outbox } = answer;
  if (!Array.isArray(collections) || typeof inStep !== 'boolean' || (mode !== 'plan' && mode !== 'repair'))
    throw unreadable('it is no report');
  return {
    ...{ mode, inStep, collections: collections.map(collectionOf) },
    applied: numberOf(answer, 'applied'),
    rejected: numberOf((outbox ?? {}) as Answer, 'rejected'),
  };
}

function collectionOf(each: Answer): SyncedCollection {
  const { kept } = each;
  const state = STATES.find((known) => known === each.state);
  if (state === undefined) throw unreadable(`a collection in the state ${JSON.stringify(each.state)}`);
  const orNull = (key: string): number | null => (each[key] === null ? null : numberOf(each, key));
  return {
    ...{ name: String(each.name), state, points: orNull('points'), vectors: orNull('vectors') },
    ...{ waiting: numberOf(each, 'waiting'), kept: typeof kept === 'string' ? kept : null },
    found: differencesOf(each.found),
    repaired: differencesOf(each.repaired),
  };
}

function differencesOf(value: unknown): Differences {
  const each = (value ?? {}) as Answer;
  return {
    pointsWithoutRow: numberOf(each, 'points_without_row'),
    rowsWithoutPoint: numberOf(each, 'rows_without_point'),
    payloadsDiffer: numberOf(each, 'payloads_differ'),
    unconfirmed: numberOf(each, 'unconfirmed'),
  };
}

function numberOf(answer: Answer, key: string): number {
  const value = answer[key];
  if (typeof value === 'number') return value;
  throw unreadable(`${key} is no number`);
}

function unreadable(why: string): Error {
  return new Error(`unreadable report of a synchronisation: ${why}`);
}
