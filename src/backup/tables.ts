import { z } from 'zod';
import { EXIT, VdbError } from '../errors.js';
import type { BackupTable } from './manifest.js';

/** First and last rows by primary key that a sample holds, each. */
const SAMPLED_ROWS = 8;

/** What the text of a row depends on, apart from the row. */
const SETTINGS = `SET search_path = '';
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, YMD';
SET IntervalStyle = 'postgres';
SET extra_float_digits = 1;
SET bytea_output = 'hex';
SET xmlbinary = 'base64';`;

/**
 * For psql in the database in question: prints one line of JSON for each table that `pg_dump` dumps with its rows, as
 * {@link readTables} takes it. Tables of extensions and foreign ones are not among them. A backup runs it in the
 * transaction of its dump, a restore in the new database; the answers are equal when the rows are. Keys are compared
 * by bytes, because the order of a locale changes with the C library.
 */
export const TABLES_SQL = `${SETTINGS}
WITH tables AS (
  SELECT c.oid, n.nspname || '.' || c.relname AS name, format('%I.%I', n.nspname, c.relname) AS quoted
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
    AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
      AND d.objid = c.oid AND d.deptype = 'e')
), keys AS (
  SELECT i.indrelid AS oid,
    string_agg(format('%I%s', a.attname, CASE WHEN a.attcollation = 0 THEN '' ELSE ' COLLATE "C"' END), ', ' ORDER BY k.at) AS up,
    string_agg(format('%I%s DESC', a.attname, CASE WHEN a.attcollation = 0 THEN '' ELSE ' COLLATE "C"' END), ', ' ORDER BY k.at) AS down
  FROM pg_catalog.pg_index i
    CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (attnum, at)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
  WHERE i.indisprimary AND k.at <= i.indnkeyatts GROUP BY i.indrelid
)
SELECT format('SELECT json_build_object(''table'', %L, ''rows'', (SELECT count(*) FROM %s), ''sample'', %s)', name, quoted,
  CASE WHEN up IS NULL THEN 'NULL' ELSE format($sample$(
    SELECT encode(sha256(string_agg(hash, '' ORDER BY hash)), 'hex') FROM (
      SELECT sha256(convert_to(whole, getdatabaseencoding())) AS hash FROM (
        (SELECT (t.*)::text AS whole FROM %1$s t ORDER BY %2$s LIMIT ${SAMPLED_ROWS})
        UNION ALL
        (SELECT (t.*)::text FROM %1$s t ORDER BY %3$s LIMIT ${SAMPLED_ROWS})) rows) hashes)$sample$,
    quoted, up, down) END)
FROM tables LEFT JOIN keys USING (oid) ORDER BY name
\\gexec
`;

const line = z.object({
  table: z.string().min(1),
  rows: z.int().min(0),
  sample: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
});

/** Reads what {@link TABLES_SQL} printed: tables by `schema.name`. Throws `backup.tables-unreadable`. Pure. */
export function readTables(answer: string): Record<string, BackupTable> {
  const lines = answer.split('\n').filter((each) => each.trim() !== '');
  return Object.fromEntries(lines.map(tableOf));
}

function tableOf(text: string): [string, BackupTable] {
  const read = line.safeParse(jsonOf(text));
  if (!read.success) {
    throw new VdbError(`PostgreSQL's tables could not be read: ${text.slice(0, 120)}`, {
      code: 'backup.tables-unreadable',
      exitCode: EXIT.failed,
      meaning: 'Each line should be the name, the rows and the sample of one table.',
    });
  }
  const { table, rows, sample } = read.data;
  return [table, { rows, ...(sample === null ? {} : { sample }) }];
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** How the tables of a restored database differ from those of the set, one line each; none when they are equal. Pure. */
export function differingTables(
  want: Readonly<Record<string, BackupTable>>,
  have: Readonly<Record<string, BackupTable>>,
): string[] {
  const names = [...new Set([...Object.keys(want), ...Object.keys(have)])].sort();
  return names.flatMap((name) => differingTable(name, want[name], have[name]));
}

function differingTable(
  name: string,
  want: BackupTable | undefined,
  have: BackupTable | undefined,
): string[] {
  if (want === undefined) return [`table ${name} is not in the manifest`];
  if (have === undefined) return [`table ${name} is missing`];
  if (want.rows !== have.rows) return [`table ${name} has ${have.rows} rows, in the set ${want.rows}`];
  return want.sample === have.sample ? [] : [`table ${name}: the sampled rows differ`];
}
