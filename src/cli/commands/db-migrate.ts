import { assertEnabled } from '../../database/errors.js';
import { lookAtDatabase } from '../../database/look.js';
import { revisionsTo } from '../../database/migrate.js';
import { assertServingCanLiveWith } from '../../deploy/gateway/schema.js';
import type { Handler } from '../context.js';
import { convergeTasks } from '../run.js';
import { withSession } from '../session.js';
import { showPlan } from './provision.js';

/**
 * `vdb db migrate`: puts the database layer of this release on the host and brings the schema to its newest migration, or
 * to one before, by the engine that provisions: what is so already is left alone, and what was done is looked at again.
 */
export const migrate: Handler<{ plan?: boolean; to?: string }> = async (context) => {
  const { plan, to } = context.options;
  const { migrationTo } = await import('../../../tasks/3.1-postgresql.js');
  return withSession(
    context,
    async (session) => {
      const { host, config } = session;
      const { place } = await lookAtDatabase(host, config);
      const coming = place.status === 'known' ? revisionsTo(place, to) : [];
      await assertServingCanLiveWith(host, config, coming);
      const tasks = [migrationTo(to)];
      return plan
        ? showPlan({ ...context, options: {} }, session, tasks, undefined)
        : convergeTasks(context, session, tasks);
    },
    ({ config }) => assertEnabled(config.postgres),
  );
};
