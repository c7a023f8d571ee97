import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../src/checks/catalogue/index.js';
import { assertConfigured } from '../../../src/checks/configured.js';

const WAIVER = { id: 'host.nofile', owner: 'anna', reason: 'a reboot is planned', expires: '2030-01-31' };
const NONE = { waivers: [], thresholds: {}, confirmations: [] };

describe('assertConfigured', () => {
  it('takes waivers for what is in the catalogue', () => {
    expect(() =>
      assertConfigured(CATALOGUE, { ...NONE, waivers: [WAIVER, { ...WAIVER, id: 'drift' }] }, 'vdb.yaml'),
    ).not.toThrow();
  });

  it('refuses one for a check that there is not, and guesses which was meant', () => {
    expect(() =>
      assertConfigured(CATALOGUE, { ...NONE, waivers: [{ ...WAIVER, id: 'redis.pong' }] }, 'vdb.yaml'),
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
    const thresholds = { 'storage.free': '30', 'storage.inodes': 100, 'collections.queue': 5000 };
    expect(() => assertConfigured(CATALOGUE, { ...NONE, thresholds }, 'vdb.yaml')).not.toThrow();
  });

  it.each([
    [{ 'storage.fre': 30 }, 'Did you mean storage.free?'],
    [{ 'redis.ping': 30 }, undefined],
  ])('refuses the threshold %j, which has no effect', (thresholds, next) => {
    const details = expect.objectContaining({ code: 'check.threshold-unknown', ...(next && { next }) });
    expect(() => assertConfigured(CATALOGUE, { ...NONE, thresholds }, 'vdb.yaml')).toThrow(
      expect.objectContaining({ details }),
    );
  });

  it.each([
    [
      { 'storage.free': 'much' },
      'vdb.yaml: checks.thresholds.storage.free must be a number from 0 to 100, not "much"',
    ],
    [
      { 'storage.free': '' },
      'vdb.yaml: checks.thresholds.storage.free must be a number from 0 to 100, not ""',
    ],
    [
      { 'storage.free': -1 },
      'vdb.yaml: checks.thresholds.storage.free must be a number from 0 to 100, not "-1"',
    ],
    [
      { 'storage.free': ' ' },
      'vdb.yaml: checks.thresholds.storage.free must be a number from 0 to 100, not " "',
    ],
    [
      { 'storage.free': 101 },
      'vdb.yaml: checks.thresholds.storage.free must be a number from 0 to 100, not "101"',
    ],
    [
      { 'redis.memory': '100.5' },
      'vdb.yaml: checks.thresholds.redis.memory must be a number from 0 to 100, not "100.5"',
    ],
    [
      { 'collections.queue': -1 },
      'vdb.yaml: checks.thresholds.collections.queue must be a number from 0 on, not "-1"',
    ],
  ])('refuses the threshold %j, which is out of its range', (thresholds, message) => {
    expect(() => assertConfigured(CATALOGUE, { ...NONE, thresholds }, 'vdb.yaml')).toThrow(
      expect.objectContaining({
        message,
        details: expect.objectContaining({ code: 'check.threshold-range', exitCode: 2 }),
      }),
    );
  });

  it('knows every share by its unit, and takes its default for it', () => {
    for (const { id, threshold } of CATALOGUE) {
      if (threshold === undefined) continue;
      expect(threshold.unit.includes('%'), id).toBe(threshold.unit.startsWith('%'));
      const thresholds = { [id]: threshold.default };
      expect(() => assertConfigured(CATALOGUE, { ...NONE, thresholds }, 'vdb.yaml')).not.toThrow();
    }
  });
});
