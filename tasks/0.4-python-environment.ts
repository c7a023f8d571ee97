import type { Resource } from '../src/engine/resource.js';
import type { SubTask, Task, TaskContext } from '../src/engine/task.js';
import { aptPackages } from '../src/resources/apt.js';
import { file } from '../src/resources/file.js';
import { type Virtualenv, virtualenv } from '../src/resources/virtualenv.js';
import { template } from '../src/templates.js';

const interpreter: SubTask = {
  id: '0.4.1',
  title: 'Python installation',
  criterion: 'Python 3.12 or later, with venv and headers, from the distribution',
  resources: () => [
    aptPackages({ name: 'python', packages: ['python3', 'python3-venv', 'python3-dev'] }),
    aptPackages({ name: 'build-tools', packages: ['build-essential', 'libpq-dev'] }),
  ],
};

const activation: SubTask = {
  id: '0.4.3',
  title: 'Environment activation',
  criterion: 'Login shells have the environment in VIRTUAL_ENV and its programs first in PATH',
  resources: ({ config }) => [
    file({
      path: '/etc/profile.d/vdb-python.sh',
      content: template('python/profile.sh', { venv: venvOf(config) }),
    }),
  ],
};

/** A sub-task whose resources are those of the virtual environment that `pick` names. */
function part(id: string, title: string, criterion: string, pick: (parts: Virtualenv) => Resource): SubTask {
  return { id, title, criterion, resources: (context) => [pick(environmentOf(context))] };
}

/** A sub-task for one group of the configured packages; none of them is nothing to do. */
function packages(id: string, title: string, name: keyof PackageGroups, what: string): SubTask {
  return {
    ...{ id, title, criterion: `${what}: every pinned package is installed in its version` },
    resources: (context) => {
      const resource = environmentOf(context).groups[name];
      return context.config.python.packages[name].length === 0 || resource === undefined ? [] : [resource];
    },
  };
}

type PackageGroups = TaskContext['config']['python']['packages'];

/** The absolute interpreter: the environment must not be made by itself where it is the first in PATH. */
function environmentOf({ config }: TaskContext): Virtualenv {
  const { paths, python } = config;
  return virtualenv({
    path: venvOf(config),
    python: '/usr/bin/python3',
    groups: python.packages,
    freezeTo: `${paths.root}/requirements.txt`,
    required: python.required,
    timeoutSeconds: python.timeout_seconds,
    extraIndexUrls: python.extra_index_urls,
    ...(python.index_url === undefined ? {} : { indexUrl: python.index_url }),
    ...(python.ca_bundle === undefined ? {} : { caBundle: python.ca_bundle }),
    ...(python.wheel_dir === undefined ? {} : { wheelDir: python.wheel_dir }),
  });
}

function venvOf({ paths }: TaskContext['config']): string {
  return `${paths.root}/venv`;
}

/**
 * Task 0.4: the Python environment of gateway, clients and tools. `aioredis` became `redis` (its
 * `redis.asyncio`), because it cannot be imported on Python 3.11 and later.
 */
export const pythonEnvironment: Task = {
  id: '0.4',
  title: 'Python environment',
  description:
    'Python from the distribution and one virtual environment with pinned packages, tested by import.',
  dependsOn: ['0.3'],
  subtasks: [
    interpreter,
    part(
      '0.4.2',
      'Virtual environment',
      'The environment exists with the Python of the distribution',
      (parts) => parts.environment,
    ),
    activation,
    part(
      '0.4.4',
      'Pip upgrade',
      'pip, setuptools and wheel are there, as new as the index had them at the last installation',
      (parts) => parts.tools,
    ),
    packages('0.4.5', 'Core dependencies', 'core', 'Database client, web framework, cache client'),
    packages('0.4.6', 'API dependencies', 'api', 'GraphQL, gRPC, validation, metadata store'),
    packages('0.4.7', 'Monitoring dependencies', 'monitoring', 'Metrics, structured logs, HTTP client'),
    packages('0.4.8', 'Development tools', 'development', 'Tests, load generation, formatting'),
    part(
      '0.4.9',
      'Requirements freeze',
      'requirements.txt lists exactly what is installed',
      (parts) => parts.frozen,
    ),
    part(
      '0.4.10',
      'Environment testing',
      'pip check passes and every package can be imported',
      (parts) => parts.importable,
    ),
  ],
  runs: ({ config }) => `Python: ${venvOf(config)}`,
};
