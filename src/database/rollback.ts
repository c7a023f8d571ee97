import { EXIT, VdbError } from '../errors.js';
import type { Host } from '../host/host.js';
import { psqlProbe } from '../resources/postgres-psql.js';
import type { Place, Revision } from '../services/citadel/revisions.js';

/** How far back: so many migrations, or to a revision that stays (`base`: none stays). */
export interface Target {
  steps?: number;
  to?: string;
}

/** A table, or a column as `table.column`, that goes, with the rows in it. */
export interface Loss {
  name: string;
  rows: number;
}

export interface RollbackPlan {
  from: string;
  /** The revision that stays; `base` for none. */
  to: string;
  /** What is taken back, the newest first. */
  revisions: readonly (Revision & { lost: readonly Loss[] })[];
}

/** The name of the state before the first migration, as Alembic has it. */
export const BASE = 'base';

/** Which migrations are taken back, the newest first. Throws with exit code 2 where that would be none, or more than there are. Pure. */
export function takenBack(
  { applied }: Extract<Place, { status: 'known' }>,
  { steps, to }: Target,
): { to: string; revisions: Revision[] } {
  const stays = to === undefined ? applied.length - (steps ?? 1) : staying(applied, to);
  if (applied.length === 0) throw nothingToTakeBack('no migration is applied');
  if (stays < 0) throw nothingToTakeBack(`only ${applied.length} migrations are applied`);
  if (stays === applied.length) throw nothingToTakeBack(`the schema is at ${to} already`);
  return { to: applied[stays - 1]?.id ?? BASE, revisions: applied.slice(stays).reverse() };
}

function staying(applied: readonly Revision[], to: string): number {
  if (to === BASE) return 0;
  const index = applied.findIndex(({ id }) => id === to);
  if (index === -1)
    throw nothingToTakeBack(
      `${to} is none of the applied migrations: ${applied.map(({ id }) => id).join(', ')}`,
    );
  return index + 1;
}

function nothingToTakeBack(why: string): VdbError {
  return new VdbError(`There is nothing to roll back: ${why}`, {
    code: 'db.nothing-to-roll-back',
    exitCode: EXIT.usage,
    next: 'vdb db status',
  });
}

/** The rows in what these revisions made; what is not there has none. Throws when PostgreSQL cannot count them. */
export async function lossesOf(
  host: Host,
  database: string,
  revisions: readonly Revision[],
): Promise<Map<string, number>> {
  const names = [...new Set(revisions.flatMap(({ makes }) => makes))];
  if (names.length === 0) return new Map();
  const { stdout, stderr, exitCode } = await host.read(
    psqlProbe(names.map(countOf).join('\n'), { database }),
    {
      timeoutMs: 300_000,
    },
  );
  const [state, ...lines] = stdout.trim().split('\n');
  const rows = lines.map(Number);
  if (exitCode === 0 && state === 'ready' && rows.length === names.length && rows.every(Number.isInteger))
    return new Map(names.map((name, index) => [name, rows[index] as number]));
  throw new VdbError(
    `The rows that would be lost could not be counted: ${stderr.trim() || state || 'no answer'}`,
    {
      code: 'db.uncounted',
      exitCode: EXIT.failed,
      host: host.target,
      next: 'vdb check postgres',
    },
  );
}

/** Names come from our own migrations, and are words. */
function countOf(name: string): string {
  const [table = '', column] = name.split('.');
  const counted = column === undefined ? '*' : `"${column}"`;
  return String.raw`SELECT to_regclass('public.${table}') IS NOT NULL AS there \gset
\if :there
SELECT count(${counted}) FROM public."${table}";
\else
SELECT 0;
\endif`;
}
