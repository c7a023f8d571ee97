import { ask, type Observation } from '../../../host/probe.js';
import { importName, onlyMissing, unmet } from '../../../resources/virtualenv-packages.js';
import { firstNames } from '../../../text.js';
import { type Check, type CheckContext, defineCheck, type Verdict } from '../../check.js';
import {
  type PoolTrial,
  type PythonEnvironment,
  poolTrial,
  pythonEnvironment,
} from '../../probes/python-environment.js';
import { expect, fail, pass, skip, unknown, warn, whenKnown, whenThere } from '../../verdict.js';
import { documentedModules, pinnedPackages } from './documented-modules.js';

/** As the document generates them. */
const VECTORS = { rows: 1000, columns: 384 };
const MOST_NAMES = 6;
const MAY_BE_MISSING = 'python.required is false';

const venvOf = ({ config }: CheckContext): string => `${config.paths.root}/venv`;

/** They cost seconds, so they run when they are named; all but the pool are one question of one process. */
const shared = {
  group: 'python',
  optIn: true,
  probe: (context: CheckContext) =>
    ask(pythonEnvironment, {
      venv: venvOf(context),
      modules: documentedModules(context.config).wanted,
      ...VECTORS,
    }),
} as const;

type Working = Exclude<PythonEnvironment, { broken: string }>;

/** Judges what the interpreter says; without one nothing of it is known. */
function whenItRuns(
  observation: Observation<PythonEnvironment> | undefined,
  judge: (have: Working) => Verdict,
): Verdict {
  return whenThere(observation, 'there is no virtual environment', (have) =>
    'broken' in have ? unknown(`its interpreter does not run: ${have.broken}`) : judge(have),
  );
}

const environment = defineCheck<PythonEnvironment>({
  ...shared,
  id: 'python.environment',
  severity: 'error',
  title: 'The virtual environment has Python 3.12 or later',
  looksAt: 'the interpreter of the virtual environment, run there',
  why: 'Gateway, clients and tools run in it; an interpreter of the system would mix their packages with its own.',
  judge: ([seen], context) => {
    const expected = `Python 3.12 or later in ${venvOf(context)}, apart from the system's`;
    return whenKnown(seen, (have) => {
      if (have === null) return fail('there is no virtual environment', expected);
      if ('broken' in have) return fail(`its interpreter does not run: ${have.broken}`, expected);
      return judgeEnvironment(have, expected);
    });
  },
  remedy: 'Run task 0.4: it makes the environment anew with the Python of the distribution.',
  inspect: (context) => `ls -l ${venvOf(context)}/bin/; cat ${venvOf(context)}/pyvenv.cfg`,
  fix: '0.4',
});

function judgeEnvironment({ python, isolated, builtWith, prefix }: Working, expected: string): Verdict {
  const [major = 0, minor = 0] = python.split('.').map(Number);
  if (!isolated) return fail(`${prefix} is no virtual environment`, expected);
  if (major < 3 || (major === 3 && minor < 12)) return fail(`Python ${python}`, expected);
  const made = builtWith === `${major}.${minor}`;
  return expect(made, `Python ${python}${made ? '' : `, made with ${builtWith || 'none'}`}`, expected);
}

const packages = defineCheck<PythonEnvironment>({
  ...shared,
  id: 'python.packages',
  severity: 'error',
  title: 'Every pinned package is installed in its version',
  looksAt: 'the installed packages, as importlib.metadata lists them',
  why: 'What was not tested together fails in production, with errors that name something else.',
  judge: ([seen], { config }) =>
    whenItRuns(seen, (have) => {
      const wanted = pinnedPackages(config);
      const differing = unmet(wanted, { ...have, missingExtras: [] });
      if (differing.length === 0) return pass(`${wanted.length} packages`);
      const lines = differing.map(({ field, have: is, want }) => `${field}: ${is}, want ${want}`);
      const said = `${differing.length} of ${wanted.length} packages differ`;
      const expected = 'every package of python.packages in its version';
      if (!config.python.required && onlyMissing(differing))
        return { ...warn(`${said}: not installed; ${MAY_BE_MISSING}`, expected, lines), fix: '0.4' };
      return { ...fail(said, expected, lines), fix: '0.4' };
    }),
  remedy:
    'Run task 0.4, which installs the pinned versions; it needs the package index or the wheel directory.',
  inspect: (context) => `${venvOf(context)}/bin/python -m pip list`,
});

const conflicts = defineCheck<PythonEnvironment>({
  ...shared,
  id: 'python.conflicts',
  severity: 'error',
  title: 'The installed packages agree with each other',
  looksAt: 'what pip check says',
  why: 'A package whose requirements are not met can be imported and still fail when it is used.',
  judge: ([seen]) =>
    whenItRuns(seen, (have) => {
      if ('error' in have.conflicts) return unknown(have.conflicts.error);
      const { lines } = have.conflicts;
      if (lines.length === 0) return pass(`${Object.keys(have.packages).length} packages agree`);
      return fail(`${lines.length} of their requirements are not met`, 'no broken requirements', lines);
    }),
  remedy:
    'Install what is named with pip in the environment; where pinned versions contradict each other, correct python.packages and run task 0.4.',
  inspect: (context) => `${venvOf(context)}/bin/python -m pip check`,
});

const imports = defineCheck<PythonEnvironment>({
  ...shared,
  id: 'python.imports',
  severity: 'error',
  title: 'The documented modules can be imported',
  looksAt: 'each module, imported in a process of its own',
  why: 'A package can be listed as installed and be damaged, or lack a library of the system.',
  skip: ({ config }) =>
    documentedModules(config).wanted.length === 0
      ? 'python.packages has none of the documented packages'
      : undefined,
  judge: ([seen], { config }) => whenItRuns(seen, (have) => judgeImports(have, config)),
  remedy:
    'Where its package is missing, run task 0.4. Where it is there but damaged, remove it (bin/python -m pip uninstall NAME), then run task 0.4.',
  inspect: (context) => `${venvOf(context)}/bin/python -c 'import MODULE'`,
});

function judgeImports({ imports, packages }: Working, config: CheckContext['config']): Verdict {
  const { wanted, unconfigured } = documentedModules(config);
  const failed = imports.flatMap((each) => ('error' in each ? [each] : []));
  const slowest = imports.flatMap((each) => ('ms' in each ? [each] : [])).sort((a, b) => b.ms - a.ms)[0];
  if (imports.length !== wanted.length) return unknown('not every module was tried');
  if (failed.length === 0 && slowest !== undefined) {
    const beside = unconfigured.length === 0 ? '' : `; not configured: ${unconfigured.join(', ')}`;
    return pass(
      `${imports.length} modules, at most ${slowest.ms.toFixed(0)} ms (${slowest.module})${beside}`,
    );
  }
  const installed = new Set(Object.keys(packages).map(importName));
  const isMissing = (module: string): boolean => !installed.has(module.split('.')[0] ?? module);
  const said = `${failed.length} of ${imports.length} fail: ${firstNames(
    failed.map(({ module }) => module),
    MOST_NAMES,
  )}`;
  const lines = failed.map(({ module, error }) => `${module}: ${error}`);
  const missing = failed.filter(({ module }) => isMissing(module));
  const fix = missing.length > 0 ? { fix: '0.4' } : {};
  const finding = !config.python.required && missing.length === failed.length ? warn : fail;
  const accepted = finding === warn ? `; not installed, ${MAY_BE_MISSING}` : '';
  return { ...finding(`${said}${accepted}`, 'every module imports', lines), ...fix };
}

const vectors = defineCheck<PythonEnvironment>({
  ...shared,
  id: 'python.vectors',
  severity: 'error',
  title: `${VECTORS.rows} vectors of ${VECTORS.columns} numbers are generated in time`,
  looksAt: 'numpy, which makes random numbers of 32 bits in a fresh process',
  why: 'Batches are prepared with numpy; a slow build of it, or a machine that is short of CPU, shows here first.',
  threshold: { default: 100, unit: 'ms' },
  skip: ({ config }) =>
    documentedModules(config).wanted.includes('numpy') ? undefined : 'numpy is not in python.packages',
  judge: ([seen], { config }, limit) =>
    whenItRuns(seen, ({ vectors: made, packages: have }) => {
      const expected = `${VECTORS.rows} x ${VECTORS.columns} float32 in at most ${limit} ms`;
      if ('error' in made) {
        if (have.numpy !== undefined) return fail(`numpy: ${made.error}`, expected);
        if (!config.python.required) return skip(`numpy is not installed, ${MAY_BE_MISSING}`);
        return { ...fail(made.error, expected), fix: '0.4' };
      }
      const shape = `${made.shape.join(' x ')} ${made.type}`;
      const right = shape === `${VECTORS.rows} x ${VECTORS.columns} float32`;
      return expect(right && made.ms <= limit, `${shape} in ${made.ms.toFixed(1)} ms`, expected);
    }),
  remedy:
    'See what else uses the CPUs (vdb check host); where numpy fails to load, remove it with pip and run task 0.4.',
  inspect: () => 'uptime; ps -eo pcpu,comm --sort=-pcpu | head',
});

const pool = defineCheck<PoolTrial>({
  id: 'python.pool',
  group: 'python',
  optIn: true,
  severity: 'error',
  title: 'The connection pool opens all its connections',
  looksAt: "as many read-only connections as the pool keeps, opened with the database layer's own settings",
  why: 'A wrong password, a low connection limit or a missing driver shows when the gateway starts, or under load.',
  threshold: { default: 5000, unit: 'ms for all connections' },
  skip: ({ config }) => {
    if (!config.postgres.enabled) return 'postgres.enabled is false';
    const { wanted } = documentedModules(config);
    const lacking = ['sqlalchemy', 'psycopg'].filter((module) => !wanted.includes(module));
    return lacking.length === 0 ? undefined : `${lacking.join(' and ')} not in python.packages`;
  },
  probe: (context) =>
    ask(poolTrial, {
      venv: venvOf(context),
      environment: `${context.config.paths.citadel}/.env`,
      size: context.config.postgres.pool.size,
    }),
  judge: ([seen], { config: { postgres } }, limit) => {
    const { size } = postgres.pool;
    const expected = `${size} connections in at most ${limit} ms`;
    return whenThere(seen, 'there is no virtual environment', (trial) => {
      if ('missing' in trial) return unknown(trial.missing);
      const said = `${trial.opened} of ${size} connections`;
      if ('error' in trial) return fail(`${said}, then: ${trial.error}`, expected);
      if (trial.configured !== size) return fail(`the settings keep ${trial.configured}`, expected);
      const right = trial.opened === size && trial.ms <= limit;
      return expect(right, `${said} in ${trial.ms.toFixed(0)} ms`, expected);
    });
  },
  remedy:
    'Run task 3.1, which writes the settings and the role; compare postgres.max_connections with what is used.',
  inspect: () =>
    "runuser -u postgres -- psql -c 'select usename, state, count(*) from pg_stat_activity group by 1, 2'",
  fix: '3.1',
});

export const pythonChecks: readonly Check[] = [environment, packages, conflicts, imports, vectors, pool];
