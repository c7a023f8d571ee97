import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../src/checks/catalogue/index.js';
import { assertConfigured } from '../../../src/checks/configured.js';

const WAIVER = { id: 'host.nofile', owner: 'anna', reason: 'a reboot is planned', expires: '2030-01-31' };
const NONE = { waivers: [], thresholds: {}, confirmations: [] };

describe('assertConfigured', () => {
  it('takes waivers for what is in the catalogue', () => {
    expect(() =>
      assertConfigured(CATALOGUE, { ...NONE, waivers: [WAIVER, { ...WAIVER, id: 'drift' }] }),
    ).not.toThrow();
  });

  it('refuses one for a check that there is not, and guesses which was meant', () => {
    expect(() =>
      assertConfigured(CATALOGUE, { ...NONE, waivers: [{ ...WAIVER, id: 'redis.pong' }] }),
    ).toThrow(
      expect.objectContaining({
        details: expect.objectContaining({
          code: 'check.waiver-unknown',
          exitCode: 2,
          next: 'Did you mean redis.ping?',
        }),
      }),
    );
  });

  it('takes thresholds of checks that have one, as numbers or as text', () => {
    const thresholds = { 'storage.free': '30' };
    expect(() => assertConfigured(CATALOGUE, { ...NONE, thresholds })).not.toThrow();
  });

  it.each([
    [{ 'storage.fre': 30 }, 'Did you mean storage.free?'],
    [{ 'redis.ping': 30 }, undefined],
    [{ 'storage.free': 'much' }, undefined],
    [{ 'storage.free': '' }, undefined],
    [{ 'storage.free': -1 }, undefined],
    [{ 'storage.free': ' ' }, undefined],
  ])('refuses the threshold %j, which has no effect', (thresholds, next) => {
    const details = expect.objectContaining({ code: 'check.threshold-unknown', ...(next && { next }) });
    expect(() => assertConfigured(CATALOGUE, { ...NONE, thresholds })).toThrow(
      expect.objectContaining({ details }),
    );
  });
});
