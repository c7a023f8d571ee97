import { homedir } from 'node:os';
import { describe, expect, it } from 'vitest';
import {
  chooseRepositories,
  operatorDirectory,
  pullDirectory,
  type Repository,
} from '../../../../src/backup/repositories/place.js';

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

describe('chooseRepositories', () => {
  const config = configOf(repository('a'), repository('b'));

  it('gives all, or those that are named, in the order of the configuration', () => {
    expect(chooseRepositories(config, []).map(({ name }) => name)).toEqual(['a', 'b']);
    expect(chooseRepositories(config, ['b', 'a']).map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it.each([
    ['an unknown name', config, ['c'], 'There is no repository "c"'],
    ['no repository at all', configOf(), [], 'No repository is configured'],
  ])('refuses %s', (_, from, names, message) => {
    expect(() => chooseRepositories(from, names)).toThrow(message);
  });
});

it('keeps the copies of several hosts apart', () => {
  expect(operatorDirectory(repository('a'), 'one')).not.toBe(operatorDirectory(repository('a'), 'two'));
});
