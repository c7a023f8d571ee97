import { ask } from '../../../host/probe.js';
import { type Check, type CheckContext, defineCheck } from '../../check.js';
import { postgresState } from '../../probes/postgres.js';
import { expect, fail, pass, unknown, whenKnown, whenThere } from '../../verdict.js';
import { hba } from './hba.js';
import { postgresHealthChecks } from './health.js';
import { atHead } from './migrations.js';

const shared = {
  group: 'postgres',
  skip: ({ config }: CheckContext) => (config.postgres.enabled ? undefined : 'postgres.enabled is false'),
  probe: ({ config: { postgres } }: CheckContext) => {
    const { host, port, database } = postgres;
    return ask(postgresState, { host, port, database });
  },
  fix: '3.1',
} as const;

const accepts = defineCheck({
  ...shared,
  id: 'postgres.accepts',
  severity: 'critical',
  title: 'The database accepts connections',
  looksAt: 'a connection at the configured address, and the database as the superuser sees it',
  why: 'Without the metadata store the gateway can neither search nor authenticate.',
  judge: ([state], { config: { postgres } }) => {
    const where = `${postgres.host}:${postgres.port}`;
    const expected = `${postgres.database} on ${where}, writable`;
    return whenKnown(state, (value) => {
      if (value === null) return fail('PostgreSQL is not installed', expected);
      if (!value.accepts) return fail(`no connection at ${where}`, expected);
      if (value.server === null) return unknown('it accepts, but its superuser cannot log in');
      if (!value.server.database) return fail(`there is no database ${postgres.database}`, expected);
      // A standby, or a restore that is under way: nothing that provisioning should touch.
      return value.server.inRecovery
        ? { ...fail('in recovery', expected), fix: undefined }
        : pass(value.server.version);
    });
  },
  remedy: 'Read the log of the server, then start it again.',
  inspect: () => "journalctl -u 'postgresql@*' -n 50 --no-pager",
});

const pgvector = defineCheck({
  ...shared,
  id: 'postgres.pgvector',
  severity: 'error',
  title: 'The database has pgvector',
  looksAt: 'the extensions of the database',
  why: 'Tables with vector columns cannot be created or restored without it.',
  judge: ([state], { config: { postgres } }) =>
    whenThere(state, 'PostgreSQL is not installed', ({ server }) => {
      if (server === null || !server.database) return unknown(`${postgres.database} cannot be asked`);
      return expect(
        server.vector !== null,
        server.vector ?? 'not there',
        `extension vector in ${postgres.database}`,
      );
    }),
  remedy: 'Create the extension in the database.',
});

export const postgresChecks: readonly Check[] = [accepts, pgvector, ...postgresHealthChecks, hba, atHead];
