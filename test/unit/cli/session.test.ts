import { describe, expect, it } from 'vitest';
import { selectionOf } from '../../../src/cli/commands/provision.js';
import { exitCodeOf } from '../../../src/cli/outcome.js';
import { chooseHost } from '../../../src/cli/session.js';
import { outcomeOf } from '../../../src/engine/events.js';
import { testConfig } from '../../support/config.js';

describe('chooseHost', () => {
  const two = testConfig({
    hosts: [
      { name: 'db1', address: '127.0.0.1' },
      { name: 'db2', address: '127.0.0.1' },
    ],
  });

  it('takes the only host without being asked', () => {
    expect(chooseHost(testConfig(), undefined).name).toBe('db');
  });

  it('takes the host that is named', () => {
    expect(chooseHost(two, 'db2').name).toBe('db2');
  });

  it.each([
    ['which of several is meant', undefined],
    ['a name that is not there', 'db3'],
  ])('does not guess %s', (_, name) => {
    expect(() => chooseHost(two, name)).toThrow(
      expect.objectContaining({
        exitCode: 2,
        details: expect.objectContaining({ next: 'Add --host db1 to the command.' }),
      }),
    );
  });
});

describe('selectionOf', () => {
  it('reads lists with commas and blanks', () => {
    expect(selectionOf({ only: '0.4, 3.1', skip: '3.2', from: '1.1' })).toEqual({
      ...{ only: ['0.4', '3.1'], skip: ['3.2'], from: '1.1' },
    });
  });
});

describe('exitCodeOf', () => {
  const done = outcomeOf([], false, 0);

  it.each([
    ['0 when all is done', done, 0],
    ['0 when something was skipped', { ...done, skipped: 1 }, 0],
    ['1 when a step failed', { ...done, failed: 1 }, 1],
    ['1 when a change was refused', { ...done, refused: 1 }, 1],
    ['4 when the connection was lost', { ...done, failed: 1, lost: true }, 4],
    ['130 when interrupted, whatever failed', { ...done, failed: 1, interrupted: true }, 130],
  ])('is %s', (_, outcome, expected) => {
    expect(exitCodeOf(outcome)).toBe(expected);
  });
});
