import { askLayer } from '../../../resources/database-layer.js';
import type { LayerState } from '../../../resources/database-layer-probe.js';
import { brokenSchema } from '../../../resources/database-schema.js';
import { layerRevisions } from '../../../services/citadel/layer.js';
import { citadelOf } from '../../../services/citadel/place.js';
import { headOf, missingFrom, placeOf, type Revision } from '../../../services/citadel/revisions.js';
import { type CheckContext, defineCheck, type Verdict } from '../../check.js';
import { fail, pass, skip, whenThere } from '../../verdict.js';
import { asked } from './health.js';

/** The schema is the one that the code expects. */
export const atHead = defineCheck<LayerState>({
  ...asked,
  id: 'postgres.migrations',
  severity: 'error',
  title: 'The schema is whole, and at the newest migration',
  looksAt:
    'the revision of the database, the newest migration of this release, and the tables that migrations make',
  why: 'Code that meets an older or a newer schema fails at the first table or column that is not there.',
  probe: ({ config }) => askLayer({ citadel: citadelOf(config), database: config.postgres.database }),
  judge: ([found], context) =>
    whenThere(found, 'PostgreSQL was not asked', (state) => judgeRevisions(state, layerRevisions(), context)),
  remedy:
    'Take a backup, then: vdb db migrate. A revision that this release does not have needs the release of vdb that made it; tables that are gone, a backup.',
  fix: '3.1',
  inspect: ({ config: { postgres } }) =>
    `runuser -u postgres -- psql -p ${postgres.port} -d ${postgres.database} -c 'SELECT * FROM alembic_version' -c '\\dt'`,
});

function judgeRevisions(
  { database, revisions, holds, lacking }: LayerState,
  chain: readonly Revision[],
  { config: { postgres, python } }: CheckContext,
): Verdict {
  const head = headOf(chain) ?? 'none';
  const expected = `at ${head}`;
  if (!database) return fail(`there is no database ${postgres.database}`, expected);
  const place = placeOf(revisions, chain);
  if (place.status === 'unknown') {
    const newer = `at ${place.revisions.join(', ')}, which this release does not have`;
    return { ...fail(newer, expected), fix: undefined };
  }
  const missing = missingFrom(place, holds);
  if (missing.length > 0) {
    const { why, next } = brokenSchema(missing);
    return { ...fail(why, 'every table that migrations make', [next]), fix: undefined };
  }
  const { current, pending } = place;
  if (pending.length === 0) return pass(head);
  if (lacking !== null && !python.required) return skip(`not migrated: ${lacking}; python.required is false`);
  const seen = current === null ? 'never migrated' : `at ${current}`;
  const details = pending.map(({ id, title }) => `${id}: ${title}`);
  return { ...fail(seen, expected, details), ...(lacking === null ? {} : { fix: '0.4,3.1' }) };
}
