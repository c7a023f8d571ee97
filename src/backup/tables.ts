import { z } from 'zod';
import type { BackupTable } from './manifest.js';

/** Rows of each end of a table that go into its sample. */
const ROWS = 8;

/**
 * Statements for psql that print one JSON object a line for each table of a database: its name, its rows, counted,
 * and the sha256 of its first and last rows by primary key. Who wants all of one instant opens a transaction before.
 * Tables of extensions are left out, as a dump leaves them out. Values are written in a way that no setting of the
 * server changes, and keys are ordered byte by byte, so that two servers say the same of the same rows.
 */
export const TABLES_SQL = String.raw`
SET datestyle = 'ISO, YMD'; SET timezone = 'UTC'; SET intervalstyle = 'iso_8601'; SET bytea_output = 'hex';
SET extra_float_digits = 1; SET lc_monetary = 'C'; SET search_path = pg_catalog; SET row_security = off;
SELECT format(
  'SELECT json_build_object(''table'', %L, ''rows'', (SELECT count(*) FROM ONLY %s)%s)',
  n.nspname || '.' || c.relname,
  format('%I.%I', n.nspname, c.relname),
  CASE WHEN k.keys IS NULL THEN '' ELSE format(
    ', ''sample'', (SELECT encode(sha256(convert_to(coalesce(string_agg(line, E''\n'' ORDER BY line COLLATE "C"), ''''), ''UTF8'')), ''hex'') FROM (
      (SELECT t::text AS line FROM ONLY %1$s t ORDER BY %2$s LIMIT ${ROWS})
      UNION ALL
      (SELECT t::text FROM ONLY %1$s t ORDER BY %3$s LIMIT ${ROWS})) AS ends)',
    format('%I.%I', n.nspname, c.relname), k.keys, k.back)
  END)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN LATERAL (
  SELECT string_agg(format('t.%I::text COLLATE "C"', a.attname), ', ' ORDER BY p.place) AS keys,
    string_agg(format('t.%I::text COLLATE "C" DESC', a.attname), ', ' ORDER BY p.place) AS back
  FROM pg_index i
  CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS p(attnum, place)
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.attnum
  WHERE i.indrelid = c.oid AND i.indisprimary) k ON true
WHERE c.relkind = 'r' AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
  AND NOT EXISTS (SELECT FROM pg_depend d
    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1 \gexec
`;

const line = z.object({ table: z.string(), rows: z.int().min(0), sample: z.string().optional() });

/** Reads what {@link TABLES_SQL} printed; lines that are no JSON are left out. Throws for JSON of another form. Pure. */
export function readTables(stdout: string): Record<string, BackupTable> {
  const lines = stdout.split('\n').filter((text) => text.startsWith('{'));
  const tables = lines.map((text) => line.parse(JSON.parse(text)));
  return Object.fromEntries(
    tables.map(({ table, rows, sample }) => [table, { rows, ...(sample === undefined ? {} : { sample }) }]),
  );
}
