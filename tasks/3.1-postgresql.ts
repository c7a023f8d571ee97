import { revisionsTo } from '../src/database/migrate.js';
import type { Resource } from '../src/engine/resource.js';
import type { Rollback, SubTask, Task, TaskContext } from '../src/engine/task.js';
import { supportedOs } from '../src/host/preflight.js';
import { aptPackages } from '../src/resources/apt.js';
import { databaseCollections } from '../src/resources/database-collections.js';
import type { DatabaseLayer } from '../src/resources/database-layer.js';
import { TESTED } from '../src/resources/database-layer-probe.js';
import { databaseSchema } from '../src/resources/database-schema.js';
import { databaseSelftest } from '../src/resources/database-selftest.js';
import { directory } from '../src/resources/directory.js';
import { file } from '../src/resources/file.js';
import { fileTree } from '../src/resources/file-tree.js';
import { MANIFEST } from '../src/resources/file-tree-probe.js';
import { postgresChecksums } from '../src/resources/postgres-checksums.js';
import { postgresDatabase } from '../src/resources/postgres-database.js';
import { postgresExtension } from '../src/resources/postgres-extension.js';
import { postgresHba, postgresHbaLoaded } from '../src/resources/postgres-hba.js';
import { postgresReady } from '../src/resources/postgres-ready.js';
import { postgresRole } from '../src/resources/postgres-role.js';
import { postgresRemoved } from '../src/resources/postgres-rollback.js';
import { filesRemoved } from '../src/resources/postgres-rollback-files.js';
import { postgresStopped } from '../src/resources/postgres-rollback-stop.js';
import { postgresRunningSettings } from '../src/resources/postgres-running.js';
import { postgresSettings } from '../src/resources/postgres-settings.js';
import { service } from '../src/resources/service.js';
import { layerDigest, layerRevisions, layerTree } from '../src/services/citadel/layer.js';
import { citadelOf } from '../src/services/citadel/place.js';
import { headOf } from '../src/services/citadel/revisions.js';
import { MONITORING_USER } from '../src/services/monitoring/place.js';
import { tunePostgres } from '../src/services/postgres/tune.js';
import { template } from '../src/templates.js';

const server: SubTask = {
  id: '3.1.1',
  title: 'PostgreSQL installation',
  criterion:
    "The distribution's PostgreSQL with pgvector runs, tuned, and lets in its role with SCRAM from the allowed addresses only",
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
      service({ unit: 'postgresql.service' }),
      service({ unit: `postgresql@${major}-main.service`, startTimeoutSeconds: 600 }),
      postgresReady({ major }),
      postgresChecksums({ major, database: context.config.postgres.database }),
      postgresRunningSettings({ major, values }),
      ...access(context.config, major),
    ];
  },
};

function access({ postgres, monitoring }: TaskContext['config'], major: number): Resource[] {
  const rules = postgres.allow.map((from) => ({ database: postgres.database, user: postgres.user, from }));
  const watching = { database: 'postgres', user: MONITORING_USER, from: 'local' };
  return [
    postgresHba({ major, rules: monitoring.enabled ? [...rules, watching] : rules }),
    postgresHbaLoaded(),
    postgresRole({ name: postgres.user, password: postgres.password }),
  ];
}

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

const schema: SubTask = {
  id: '3.1.2',
  title: 'Database schema',
  criterion: 'The role owns its database, with pgvector; the migrations of 3.1.5 make its tables',
  resources: ({ config: { postgres } }) => [
    postgresDatabase({ name: postgres.database, owner: postgres.user }),
    postgresExtension({ database: postgres.database, name: 'vector' }),
  ],
};

const models: SubTask = {
  id: '3.1.3',
  title: 'SQLAlchemy models',
  criterion: 'The models, schemas, client and migrations of this release lie on the host; 3.1.7 tests them',
  resources: ({ config: { paths } }) => [
    fileTree({
      root: paths.citadel,
      title: `database layer in ${paths.citadel}`,
      files: layerTree(),
    }),
  ],
};

const pool: SubTask = {
  id: '3.1.4',
  title: 'Connection pool',
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

/** From here on Python runs, where PostgreSQL itself needs none: what 0.4 and 1.4 bring is waited for, not required. */
const migrations: SubTask = {
  id: '3.1.5',
  title: 'Migration system',
  criterion: 'The schema is at the newest migration of this release',
  after: ['0.4'],
  resources: ({ config }) => [databaseSchema({ ...layerOf(config), revisions: layerRevisions() })],
};

const synchronisation: SubTask = {
  id: '3.1.6',
  title: 'Data synchronisation',
  criterion: 'PostgreSQL lists the collections of Qdrant; vdb db sync compares what is in them',
  after: ['0.4', '1.4'],
  resources: ({ config }) => [
    databaseCollections({
      ...layerOf(config),
      names: Object.keys(config.collections),
      qdrantUnit: `service:qdrant@${config.qdrant.active_slot}.service`,
    }),
  ],
};

const integration: SubTask = {
  id: '3.1.7',
  title: 'Integration testing',
  criterion: 'The models equal the tables, and a record of each kind was written and read through them',
  after: ['0.4'],
  resources: ({ config }) => [databaseSelftest({ ...layerOf(config), digest: layerDigest() })],
};

function layerOf(config: TaskContext['config']): DatabaseLayer {
  return { citadel: citadelOf(config), database: config.postgres.database };
}

/**
 * The document's rollback in another order: nothing goes before its backup was read back, and PostgreSQL is
 * stopped last because it has to be asked until then. Packages, settings and access rules stay.
 */
const rollback: Rollback = {
  warning: (context) => {
    const { gateway, paths, postgres } = context.config;
    const backup = rollbackDirectory(context);
    return [
      `This removes the database ${postgres.database} with everything in it, the role ${postgres.user}, and the files of the`,
      `database layer in ${paths.citadel}. It stops PostgreSQL and keeps it from starting with the host.`,
      `Packages, settings and access rules stay.`,
      ...(gateway.enabled ? ['The gateway fails without its database.'] : []),
      `First a dump, the role and a copy of the files go to ${backup};`,
      `what cannot be backed up is not removed. To have it back:`,
      `  vdb provision --only 3.1`,
      `  and on the host, as root: runuser -u postgres -- pg_restore --clean --if-exists --single-transaction -d ${postgres.database} < ${backup}/database.dump`,
    ].join('\n');
  },
  resources: (context) => {
    const { paths, postgres } = context.config;
    const { postgres: major } = supportedOs(context.facts);
    const backup = rollbackDirectory(context);
    return [
      postgresRemoved({ major, database: postgres.database, user: postgres.user, backup }),
      filesRemoved({ title: 'files of the database layer', paths: layerFiles(paths.citadel), backup }),
      postgresStopped({ major, database: postgres.database }),
    ];
  },
};

/** What the task has written: the configuration, and each file and directory of the layer with its marks. */
function layerFiles(citadel: string): string[] {
  const tree = layerTree().map(({ path }) => path.split('/')[0] as string);
  const files = ['config/database.yaml', '.env', ...new Set(tree), MANIFEST, TESTED];
  return files.map((name) => `${citadel}/${name}`);
}

/** One directory a run, named by the host's clock: an earlier backup is never written over. */
function rollbackDirectory({ config, facts }: TaskContext): string {
  const stamp = new Date(facts.clock * 1000).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return `${config.paths.backups}/rollback-3.1-${stamp}`;
}

function whereEnabled(subtask: SubTask): SubTask {
  return {
    ...subtask,
    resources: (context) => (context.config.postgres.enabled ? subtask.resources(context) : []),
  };
}

/** The files of the layer, and its settings. */
export const layer: readonly SubTask[] = [models, pool];

/**
 * What `vdb db migrate` does of the task: the layer of this release with its settings, the schema, the test, which only the
 * newest schema can pass. Without an environment that runs it, it fails. `to` is the last migration that is applied.
 */
export function migrationTo(to: string | undefined): Task {
  const revisions = layerRevisions();
  const isNewest = to === undefined || to === headOf(revisions);
  return {
    id: '3.1',
    title: 'Migration of the database',
    description: 'The database layer of this release, and the schema that it expects.',
    dependsOn: [],
    subtasks: [
      ...layer,
      {
        ...migrations,
        resources: ({ config }) => [
          databaseSchema({
            ...{ ...layerOf(config), revisions, required: true },
            part: (place) => revisionsTo(place, to),
          }),
        ],
      },
      ...(isNewest ? [integration] : []),
    ],
  };
}

/** Task 3.1: the metadata store. */
export const postgresql: Task = {
  id: '3.1',
  title: 'PostgreSQL integration',
  description:
    'PostgreSQL with pgvector for metadata: role, database, access rules, tuning, and the layer that migrates and uses it.',
  dependsOn: ['0.2', '0.3'],
  subtasks: [server, schema, models, pool, migrations, synchronisation, integration].map(whereEnabled),
  runs: ({ config: { postgres }, facts }) =>
    postgres.enabled
      ? `PostgreSQL ${supportedOs(facts).postgres}: ${postgres.host}:${postgres.port}, database ${postgres.database}`
      : 'PostgreSQL: not configured',
  rollback,
};
