import type { SubTask, Task, TaskContext } from '../src/engine/task.js';
import { supportedOs } from '../src/host/preflight.js';
import { aptPackages } from '../src/resources/apt.js';
import { directory } from '../src/resources/directory.js';
import { file } from '../src/resources/file.js';
import { postgresDatabase } from '../src/resources/postgres-database.js';
import { postgresExtension } from '../src/resources/postgres-extension.js';
import { postgresHba, postgresHbaLoaded } from '../src/resources/postgres-hba.js';
import { postgresRole } from '../src/resources/postgres-role.js';
import { postgresRunningSettings } from '../src/resources/postgres-running.js';
import { postgresSettings } from '../src/resources/postgres-settings.js';
import { service } from '../src/resources/service.js';
import { tunePostgres } from '../src/services/postgres/tune.js';
import { template } from '../src/templates.js';

const server: SubTask = {
  id: '3.1.1',
  title: 'PostgreSQL installation',
  criterion: "The distribution's PostgreSQL with pgvector runs, tuned to its share of the machine",
  resources: (context) => {
    const { postgres: major } = supportedOs(context.facts);
    const values = settings(context);
    return [
      aptPackages({
        name: 'postgresql',
        packages: [
          `postgresql-${major}`,
          `postgresql-${major}-pgvector`,
          `postgresql-client-${major}`,
          'libpq-dev',
        ],
      }),
      postgresSettings({ major, values }),
      service({ unit: `postgresql@${major}-main.service` }),
      postgresRunningSettings({ major, values }),
    ];
  },
};

/** Qdrant needs most of the memory, so PostgreSQL is tuned to an eighth of the machine. */
function settings({ config, facts }: TaskContext): Record<string, string> {
  const { postgres } = config;
  const overrides = Object.entries(postgres.settings).map(([name, value]) => [name, String(value)]);
  return {
    ...tunePostgres({
      memoryBytes: facts.memory,
      cpus: facts.cpus,
      share: 1 / 8,
      maxConnections: postgres.max_connections,
      listenAddresses: postgres.host,
      port: postgres.port,
    }),
    ...Object.fromEntries(overrides),
  };
}

const access: SubTask = {
  id: '3.1.2',
  title: 'Role, database and access',
  criterion:
    'The role logs in with SCRAM from the allowed addresses only, and owns its database with pgvector',
  resources: ({ config: { postgres }, facts }) => {
    const { postgres: major } = supportedOs(facts);
    return [
      postgresHba({
        major,
        rules: postgres.allow.map((from) => ({ database: postgres.database, user: postgres.user, from })),
      }),
      postgresHbaLoaded(),
      postgresRole({ name: postgres.user, password: postgres.password }),
      postgresDatabase({ name: postgres.database, owner: postgres.user }),
      postgresExtension({ database: postgres.database, name: 'vector' }),
    ];
  },
};

const pool: SubTask = {
  id: '3.1.4',
  title: 'Connection pool settings',
  criterion:
    'The database layer finds its connection and pool settings; the password is readable by root alone',
  resources: ({ config: { paths, postgres } }) => [
    directory({ path: `${paths.citadel}/config` }),
    file({
      path: `${paths.citadel}/config/database.yaml`,
      content: template('citadel/database.yaml', { postgres, environment: `${paths.citadel}/.env` }),
    }),
    file({
      path: `${paths.citadel}/.env`,
      mode: '0600',
      secret: true,
      content: template('citadel/env', { postgres }),
    }),
  ],
};

/** Task 3.1: the metadata store. */
export const postgresql: Task = {
  id: '3.1',
  title: 'PostgreSQL integration',
  description: 'PostgreSQL with pgvector for metadata: role, database, access rules, tuning, pool settings.',
  dependsOn: ['0.2', '1.4'],
  subtasks: [server, access, pool],
};
