import { checks, command, criterion, type DocumentSpec, subtasks } from './document.js';

/** Task 0.4: what its document says beyond its sub-tasks. */
export const pythonEnvironmentDocument: Omit<DocumentSpec, 'id' | 'title'> = {
  criteria: [
    criterion(
      'Python 3.12 environment fully functional with all required packages',
      ...checks('python.environment', 'python.packages', 'python.conflicts'),
    ),
    criterion('All vector database and API packages installed', ...checks('python.packages')),
    criterion('All required modules import without errors', ...checks('python.imports')),
    criterion(
      'Isolated environment configured and activated',
      ...checks('python.environment'),
      ...subtasks('0.4.3'),
    ),
    criterion('Requirements file created for reproducibility', ...subtasks('0.4.9')),
    command('python --version shows 3.12', ...checks('python.environment')),
    command('pip list shows qdrant-client, fastapi and the others', ...checks('python.packages')),
    command('import of each documented module', ...checks('python.imports')),
    command('1000 random vectors of 384 float32, timed', ...checks('python.vectors')),
    command('pip check', ...checks('python.conflicts')),
  ],
  corrections: [
    'aioredis cannot be imported on Python 3.11 and later (duplicate base class TimeoutError): redis.asyncio of the package redis is imported instead.',
    'The deadsnakes PPA has no Python 3.12 for Ubuntu 24.04, the distribution has: its own Python is taken, 3.12 or later counts.',
    'ulimit -v of 64 GB breaks the memory maps of vector storage: no limit on virtual memory is set.',
    'pip install --upgrade without versions is another environment every day: every package is pinned, pip list is compared with the pins.',
  ],
};
