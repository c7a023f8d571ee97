import { known, type Observation, type ProbeKind } from '../host/probe.js';
import { sh } from '../host/shell.js';
import { CURL } from '../services/qdrant/on-host.js';
import { identifier, literal, parsePsql, psqlProbe } from './postgres-psql.js';

/** One database with its layer; everything about it is asked at once, whoever asks. */
export interface LayerQuestion {
  database: string;
  directory: string;
  venv: string;
  qdrant: { port: number; keyFile: string };
}

export interface LayerState {
  /** Why the environment cannot run the layer; null when it can. */
  lacking: string | null;
  /** What the last test of the layer was of; empty when there was none. */
  tested: string;
  /** Qdrant answers to its key. */
  qdrant: boolean;
  /** The database is there. */
  database: boolean;
  /** What `alembic_version` holds; empty when nothing was migrated yet. */
  revisions: readonly string[];
  /** The tables of the database, and their columns as `table.column`. */
  holds: readonly string[];
  /** Names in the table of collections; null where there is no such table. */
  collections: readonly string[] | null;
}

/** What the last test was of lies here, below the layer's directory. */
export const TESTED = '.vdb-tested';

/** What the layer imports, by its name below `site-packages`. */
const MODULES = [
  ...['alembic', 'asyncpg', 'greenlet', 'psycopg', 'pydantic_settings', 'qdrant_client', 'sqlalchemy'],
  'yaml',
];

/** Looks at files, at Qdrant and at PostgreSQL; no Python is started. */
export const layerKind: ProbeKind<LayerQuestion, LayerState> = {
  name: 'database-layer',
  timeoutSeconds: 30,
  script: (questions) => sh`
    modules() {
    [ -x "$1/bin/python" ] || { echo absent; return; }
    lacking=there
    for module in ${MODULES}; do
    compgen -G "$1/lib/python*/site-packages/$module" >/dev/null || lacking="$lacking $module"
    done
    echo "$lacking"
    }
    ${questions.map(
      ({ database, directory, venv, qdrant }) => sh`
        echo @layer
        modules ${venv}
        head -n 1 ${`${directory}/${TESTED}`} 2>/dev/null | grep . || echo -
        if [ -r ${qdrant.keyFile} ]; then
        ${CURL} --max-time 10 -o /dev/null -w '%{http_code}\n' -H ${`@${qdrant.keyFile}`} ${`http://127.0.0.1:${qdrant.port}/collections`} 2>/dev/null || true
        else
        echo 000
        fi
        ( ${psqlProbe(layerSql(database))} );`,
    )}`,
  parse: (stdout, questions) => {
    const answers = stdout.split(/^@layer\n/m).slice(1);
    return questions.map((question, index) => stateOf(question, answers[index] ?? ''));
  },
};

/** psql's own conditionals, because the database and its tables may not be there yet. */
function layerSql(database: string): string {
  return String.raw`SELECT EXISTS (SELECT FROM pg_database WHERE datname = ${literal(database)}) AS there \gset
\if :there
\connect ${identifier(database)}
SELECT to_regclass('public.alembic_version') IS NOT NULL AS migrated, to_regclass('public.collections') IS NOT NULL AS listed \gset
\if :migrated
SELECT coalesce(json_agg(version_num ORDER BY version_num), '[]') FROM public.alembic_version;
\else
\echo []
\endif
SELECT coalesce(json_agg(name ORDER BY name), '[]') FROM (
SELECT DISTINCT unnest(ARRAY[table_name::text, table_name || '.' || column_name]) FROM information_schema.columns WHERE table_schema = 'public'
) AS held(name);
\if :listed
SELECT coalesce(json_agg(name ORDER BY name), '[]') FROM public.collections;
\else
\echo null
\endif
\else
\echo none
\endif`;
}

function stateOf(question: LayerQuestion, answer: string): Observation<LayerState> {
  const [modules = '', tested = '', code = '', ...rest] = answer.split('\n');
  if (modules === '' || tested === '' || !/^\d{3}$/.test(code)) throw new Error('no answer');
  const [observation] = parsePsql(rest.join('\n'), [question], (text) => {
    const [revisions = '', holds = '', collections = ''] = text.trim().split('\n');
    const there = revisions !== 'none';
    return [
      known<LayerState>({
        lacking: lackingOf(modules, question.venv),
        tested: tested === '-' ? '' : tested,
        qdrant: code === '200',
        database: there,
        revisions: there ? (JSON.parse(revisions) as string[]) : [],
        holds: there ? (JSON.parse(holds) as string[]) : [],
        collections: there ? (JSON.parse(collections) as string[] | null) : null,
      }),
    ];
  });
  return observation ?? { status: 'unknown', why: 'PostgreSQL was not asked' };
}

function lackingOf(modules: string, venv: string): string | null {
  if (modules === 'absent') return `there is no ${venv} to run it (task 0.4)`;
  const [, ...lacking] = modules.trim().split(' ');
  return lacking.length === 0 ? null : `${venv} has no ${lacking.join(', ')} (task 0.4)`;
}
