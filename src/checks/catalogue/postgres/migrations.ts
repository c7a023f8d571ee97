import { ask } from '../../../host/probe.js';
import { defineCheck, type Verdict } from '../../check.js';
import { type Migrations, migrations } from '../../probes/migrations.js';
import { fail, pass, skip, unknown, whenKnown } from '../../verdict.js';
import { asked } from './health.js';

/** The schema is the one that the code expects. */
export const atHead = defineCheck<Migrations>({
  ...asked,
  id: 'postgres.migrations',
  severity: 'error',
  title: 'The schema is at the newest migration',
  looksAt: "alembic's current revision and its heads, from alembic.ini of the database layer",
  why: 'Code that meets an older or a newer schema fails at the first table or column that is not there.',
  probe: ({ config: { paths } }) => ask(migrations, { directory: paths.citadel, venv: `${paths.root}/venv` }),
  judge: ([found]) =>
    whenKnown(found, (value) =>
      value === null ? skip("migrations come with the gateway's database layer") : judgeRevisions(value),
    ),
  remedy:
    'Take a backup, then upgrade the schema: alembic upgrade head in the directory of the database layer.',
  inspect: ({ config: { paths } }) =>
    `cd ${paths.citadel} && ${paths.root}/venv/bin/alembic history --indicate-current`,
});

function judgeRevisions({ current, heads }: Migrations): Verdict {
  if (heads.length === 0) return unknown('there are no migrations to compare with');
  const same = [...current].sort().join(', ') === [...heads].sort().join(', ');
  if (same) return pass(current.join(', '));
  return fail(current.length === 0 ? 'never migrated' : `at ${current.join(', ')}`, `at ${heads.join(', ')}`);
}
