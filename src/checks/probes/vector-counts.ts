import { known, type Observation, type ProbeKind, pending } from '../../host/probe.js';
import { type Script, sh } from '../../host/shell.js';

/** Where PostgreSQL is expected, and the database of the gateway. */
export interface VectorCountsQuestion {
  port: number;
  database: string;
}

/** How many vectors PostgreSQL knows of, by collection; `none` where the gateway's tables are not there. */
export type VectorCounts = 'none' | Readonly<Record<string, number>>;

/**
 * What the gateway's database layer writes down: collections(id, name), and vector_metadata with a row per
 * vector and its collection_id.
 */
const COUNTS = `
select to_regclass('collections') is not null and to_regclass('vector_metadata') is not null as there,
  (select count(*) = 3 from information_schema.columns where table_schema = current_schema()
    and (table_name, column_name) in (('collections', 'id'), ('collections', 'name'), ('vector_metadata', 'collection_id'))) as known
\\gset
\\if :there
\\if :known
select json_build_object('name', c.name, 'vectors', count(v.collection_id))
  from collections c left join vector_metadata v on v.collection_id = c.id group by c.name;
\\echo end
\\else
\\echo columns
\\endif
\\else
\\echo none
\\endif
`;

/** Counts as PostgreSQL's own superuser. Counting takes as long as the table is large. */
export const vectorCounts: ProbeKind<VectorCountsQuestion, VectorCounts> = {
  name: 'vector-counts',
  timeoutSeconds: 60,
  script: (questions) => sh`
    command -v psql >/dev/null && id -u postgres >/dev/null 2>&1 || { echo absent; exit 0; }
    cd /
    ${questions.map(question)}`,
  parse: (stdout, questions) => {
    if (stdout.trim() === 'absent') return questions.map(() => pending('PostgreSQL is not installed'));
    const answers = stdout.split(/^@@$/m).slice(1);
    return questions.map(({ database }, index) => countsOf(database, answers[index] ?? ''));
  },
};

function question({ port, database }: VectorCountsQuestion): Script {
  return sh`
    echo @@
    printf '%s' ${COUNTS} | runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -p ${port} -d ${database} 2>/dev/null || echo failed;`;
}

function countsOf(database: string, text: string): Observation<VectorCounts> {
  const lines = text.trim().split('\n');
  const end = lines.pop();
  if (end === 'none' && lines.length === 0) return known<VectorCounts>('none');
  if (end === 'columns')
    return { status: 'unknown', why: `the tables of ${database} have other columns than the gateway's` };
  if (end !== 'end') return { status: 'unknown', why: `the vectors of ${database} could not be counted` };
  const rows = lines.filter(Boolean).map((line) => JSON.parse(line) as { name: unknown; vectors: unknown });
  return known<VectorCounts>(Object.fromEntries(rows.map(rowOf)));
}

function rowOf({ name, vectors }: { name: unknown; vectors: unknown }): [string, number] {
  if (typeof name !== 'string' || typeof vectors !== 'number') throw new Error('no count');
  return [name, vectors];
}
