import { assertEnabled } from '../../database/errors.js';
import type { Handler } from '../context.js';
import { convergeTasks } from '../run.js';
import { withSession } from '../session.js';
import { showPlan } from './provision.js';

/**
 * `vdb db migrate`: puts the database layer of this release on the host and brings the schema to its newest migration, by
 * the engine that provisions: what is so already is left alone, and what was done is looked at again.
 */
export const migrate: Handler<{ plan?: boolean }> = async (context) => {
  const { migration } = await import('../../../tasks/3.1-postgresql.js');
  return withSession(
    context,
    (session) =>
      context.options.plan
        ? showPlan({ ...context, options: {} }, session, [migration], undefined)
        : convergeTasks(context, session, [migration]),
    ({ config }) => assertEnabled(config.postgres),
  );
};
