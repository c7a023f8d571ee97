import { homedir } from 'node:os';
import { describe, expect, it } from 'vitest';
import {
  chooseRepositories,
  operatorDirectory,
  pullDirectory,
  type Repository,
} from '../../../../src/backup/repositories/place.js';
import type { VdbError } from '../../../../src/errors.js';

const repository = (name: string, type: Repository['type'] = 'operator'): Repository => ({
  ...{ name, type, path: `/srv/${name}`, environment: {} },
});
const configOf = (...repositories: Repository[]) => ({ backup: { repositories } }) as never;
const at = (to?: string) => ({ to, cwd: '/work' });

describe('pullDirectory', () => {
  it.each([
    ['--to', configOf(repository('a')), at('sets'), '/work/sets'],
    ['--to, below the home directory', configOf(), at('~/sets'), `${homedir()}/sets`],
    ['the one repository here', configOf(repository('n', 'directory'), repository('a')), at(), '/srv/a/main'],
    ['vdb-backups', configOf(repository('n', 'restic')), at(), '/work/vdb-backups/main'],
  ])('is %s', (_, config, options, expected) => {
    expect(pullDirectory(config, 'main', options)).toBe(expected);
  });

  it('asks which, where several repositories are here', () => {
    expect(() => pullDirectory(configOf(repository('a'), repository('b')), 'main', at())).toThrow(
      'Which directory?',
    );
  });
});

const COPY = 'vdb backup copy --to';

/** What an error says is to be done. */
function nextOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    return (error as VdbError).details.next;
  }
  throw new Error('nothing was refused');
}

describe('chooseRepositories', () => {
  const config = configOf(repository('a'), repository('b'));

  it('gives all, or those that are named, in the order of the configuration', () => {
    expect(chooseRepositories(config, [], COPY).map(({ name }) => name)).toEqual(['a', 'b']);
    expect(chooseRepositories(config, ['b', 'a'], COPY).map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it.each([
    ['an unknown name', config, ['c'], 'There is no repository "c"'],
    ['no repository at all', configOf(), [], 'No repository is configured'],
  ])('refuses %s', (_, from, names, message) => {
    expect(() => chooseRepositories(from, names, COPY)).toThrow(message);
  });
});

it('says with a whole command what to do next', () => {
  const two = configOf(repository('a'), repository('b'));
  expect(nextOf(() => chooseRepositories(two, ['c'], COPY))).toBe('vdb backup copy --to a');
  expect(nextOf(() => chooseRepositories(configOf(), [], COPY))).toBe(
    'Add one to backup.repositories in the configuration.',
  );
  expect(nextOf(() => pullDirectory(two, 'main', at()))).toBe('vdb backup copy --to a');
});

it('keeps the copies of several hosts apart', () => {
  expect(operatorDirectory(repository('a'), 'one')).not.toBe(operatorDirectory(repository('a'), 'two'));
});
