import type { SubTask, Task } from '../src/engine/task.js';
import { aptPackages } from '../src/resources/apt.js';
import { virtualenv } from '../src/resources/virtualenv.js';

/**
 * The document's ten steps; `pip freeze`, import test and `pip check` are the verification of the last ones.
 * `aioredis` became `redis` (its `redis.asyncio`), because it cannot be imported on Python 3.11 and later.
 */
const interpreter: SubTask = {
  id: '0.4.1',
  title: 'Python installation',
  criterion: 'Python 3.12 or later, with venv and headers, from the distribution',
  resources: () => [
    aptPackages({ name: 'python', packages: ['python3', 'python3-venv', 'python3-dev'] }),
    aptPackages({ name: 'build-tools', packages: ['build-essential', 'libpq-dev'] }),
  ],
};

const environment: SubTask = {
  id: '0.4.2',
  title: 'Virtual environment and packages',
  criterion: 'Every pinned package is installed and imports, pip check passes, the freeze file is true',
  resources: ({ config: { paths, python } }) =>
    virtualenv({
      path: `${paths.root}/venv`,
      python: 'python3',
      groups: python.packages,
      freezeTo: `${paths.root}/requirements.txt`,
      required: python.required,
      timeoutSeconds: python.timeout_seconds,
      extraIndexUrls: python.extra_index_urls,
      ...(python.index_url === undefined ? {} : { indexUrl: python.index_url }),
      ...(python.ca_bundle === undefined ? {} : { caBundle: python.ca_bundle }),
      ...(python.wheel_dir === undefined ? {} : { wheelDir: python.wheel_dir }),
    }),
};

/** Task 0.4: the Python environment of gateway, clients and tools. */
export const pythonEnvironment: Task = {
  id: '0.4',
  title: 'Python environment',
  description:
    'Python from the distribution and one virtual environment with pinned packages, tested by import.',
  dependsOn: ['0.3'],
  subtasks: [interpreter, environment],
  runs: ({ config: { paths } }) => `Python: ${paths.root}/venv`,
};
