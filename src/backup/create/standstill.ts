import { EXIT, VdbError } from '../../errors.js';
import { known } from '../../host/probe.js';
import { parsePsql, psqlProbe } from '../../resources/postgres-psql.js';
import { askQdrant, resultOf } from '../qdrant-requests.js';
import { OPERATIONS, type Operations, readOperations, stoodStill } from './operations.js';
import { hasDatabase } from './preflight.js';
import type { Run } from './run.js';

/** What tells, beside another one of later, whether something was written in between. */
export interface Mark {
  collections: ReadonlyMap<string, Operations | null>;
  /** As Qdrant lists them; null where it does not. */
  aliases: string | null;
  /** Of PostgreSQL: the oldest transaction that has not ended, and the next to come. Null where there is none, or no answer. */
  transactions: { oldest: string; next: string } | null;
}

/** Looks how far writes to Qdrant and to PostgreSQL have come. */
export async function markNow({ host, qdrant, config }: Run): Promise<Mark> {
  const aliases = { method: 'GET', path: '/aliases' } as const;
  const [[telemetry, listed], transactions] = await Promise.all([
    askQdrant(host, qdrant, [OPERATIONS, aliases]),
    hasDatabase(config) ? transactionsNow({ host, config }) : null,
  ]);
  const list = listed && resultOf<{ aliases: Record<string, string>[] }>(listed, 'list its aliases');
  return {
    collections: telemetry === undefined ? new Map() : readOperations(telemetry),
    aliases: list
      ? list.aliases
          .map((alias) => JSON.stringify(alias))
          .sort()
          .join('\n')
      : null,
    transactions,
  };
}

/** Only a transaction that writes gets a number, so that the next one is another where something was written. */
const TRANSACTIONS =
  "select pg_snapshot_xmin(now) || '|' || pg_snapshot_xmax(now) from pg_current_snapshot() as now;";

async function transactionsNow({
  host,
  config,
}: Pick<Run, 'host' | 'config'>): Promise<Mark['transactions']> {
  const { stdout } = await host.read(psqlProbe(TRANSACTIONS, { port: config.postgres.port }));
  const [answer] = parsePsql(stdout, [null], (text) => [known(text.trim())]);
  const [, oldest, next] =
    /^(\d+)\|(\d+)$/.exec(answer?.status === 'known' ? (answer.value ?? '') : '') ?? [];
  return oldest === undefined || next === undefined ? null : { oldest, next };
}

/** What of a set was written to between two marks, or may have been; `withDatabase` says whether one is part of it. Pure. */
export function writtenBetween(
  before: Mark,
  after: Mark,
  { collections, withDatabase }: { collections: readonly string[]; withDatabase: boolean },
): string[] {
  const [from, to] = [before.transactions, after.transactions];
  const isStill = from !== null && to !== null && from.oldest === from.next && from.next === to.next;
  return [
    ...collections
      .filter(
        (name) => !stoodStill(before.collections.get(name) ?? null, after.collections.get(name) ?? null),
      )
      .map((name) => `collection ${name}`),
    ...(before.aliases !== null && before.aliases === after.aliases ? [] : ['aliases']),
    ...(withDatabase && !isStill ? ['PostgreSQL'] : []),
  ];
}

/** Where a set was to have one instant for all its parts. */
export function notConsistent(target: string, written: readonly string[]): VdbError {
  return new VdbError(`Something was written while the set was taken: ${written.join(', ')}`, {
    code: 'backup.not-consistent',
    exitCode: EXIT.failed,
    host: target,
    meaning:
      'Its parts would not have one instant, so it was removed. This server has no edge yet that could hold writes back.',
    next: 'Stop what writes and take the set again, or leave out --consistent (backup.consistent).',
  });
}
