import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../src/checks/catalogue/index.js';
import { atLeast, selectChecks } from '../../../src/checks/select.js';
import { EXIT } from '../../../src/errors.js';
import { contextOf } from './support.js';

function ids(...words: string[]): string[] {
  return selectChecks(CATALOGUE, { words }).map(({ id }) => id);
}

describe('selectChecks', () => {
  it('takes everything that only looks for readiness, which is also the default', () => {
    const looking = CATALOGUE.filter(({ optIn }) => optIn !== true);
    expect(ids()).toEqual(looking.map(({ id }) => id));
    expect(ids()).not.toContain('canary');
    expect(ids('readiness')).toEqual(ids());
  });

  it('takes the canary, which writes, only by its name', () => {
    expect(ids('canary')).toEqual(['canary']);
    expect(ids('health', 'qdrant', 'collections', 'drift')).not.toContain('canary');
  });

  it('takes the services for health', () => {
    const groups = new Set(selectChecks(CATALOGUE, { words: ['health'] }).map(({ group }) => group));
    expect([...groups]).toEqual(['qdrant', 'postgres', 'redis', 'gateway']);
  });

  it('takes groups and ids, each check once, in the order of the catalogue', () => {
    const redis = CATALOGUE.filter(({ group }) => group === 'redis').map(({ id }) => id);
    expect(ids('redis', 'host.os', 'redis.ping')).toEqual(['host.os', ...redis]);
  });

  it('refuses a word that names nothing, and guesses what was meant', () => {
    expect(() => ids('redis.pong')).toThrow(
      expect.objectContaining({
        details: expect.objectContaining({ exitCode: EXIT.usage, next: 'Did you mean redis.ping?' }),
      }),
    );
  });
});

describe('atLeast', () => {
  it('keeps what is severe enough, and refuses to run nothing', () => {
    const checks = selectChecks(CATALOGUE, { words: ['drift', 'redis.ping'] });
    expect(atLeast(checks, 'critical', contextOf()).map(({ id }) => id)).toEqual(['redis.ping']);
    const drift = selectChecks(CATALOGUE, { words: ['drift'] });
    expect(() => atLeast(drift, 'critical', contextOf())).toThrow('No check is left');
  });
});
