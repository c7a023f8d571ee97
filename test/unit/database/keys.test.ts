import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { layerFailed } from '../../../src/database/errors.js';
import { isOwnKey, keysOf, scopesOf } from '../../../src/database/keys.js';
import { keyData, keysText } from '../../../src/ui/database/keys.js';

const NOW = new Date('2026-06-01T12:00:00Z');
const KEY = {
  ...{ id: 7, name: 'reports', scopes: ['read'], created_at: '2026-01-02T03:04:05Z' },
  ...{ expires_at: null, revoked_at: null, last_used_at: null },
};
const listed = (...more: object[]) => keysOf({ keys: more.map((each) => ({ ...KEY, ...each })) });

describe('keys', () => {
  test('are listed with what they may do and whether they are in force', () => {
    const keys = listed(
      {},
      { id: 8, expires_at: '2026-05-31T23:59:59Z' },
      { id: 9, revoked_at: '2026-02-01T00:00:00Z' },
    );
    expect(keysText(keys, { now: NOW, color: false, width: 100 }).split('\n')).toEqual([
      'ID  NAME     SCOPES  MADE        EXPIRES     LAST USED  STATE',
      '7   reports  read    2026-01-02  -           -          in force',
      '8   reports  read    2026-01-02  2026-05-31  -          expired',
      '9   reports  read    2026-01-02  -           -          revoked',
    ]);
    expect(keyData(keys[0] as (typeof keys)[0], NOW)).toEqual({ ...KEY, id: '7', state: 'in force' });
  });

  test.each([{}, { keys: [{ ...KEY, scopes: null }] }])('are not made up: %j', (answer) => {
    expect(() => keysOf(answer)).toThrow('unreadable list of keys');
  });

  test('are known for the configured one by their fingerprint, as long as they are in force', () => {
    const fingerprint = createHash('sha256').update('Qw5nBv8xRt2mLp7s').digest('hex').slice(0, 16);
    const [own, other, gone] = listed(
      { fingerprint },
      {},
      { fingerprint, revoked_at: '2026-02-01T00:00:00Z' },
    ).map((key) => isOwnKey(key, 'Qw5nBv8xRt2mLp7s'));
    expect([own, other, gone]).toEqual([true, false, false]);
  });

  test('that are refused are looked up among the others', () => {
    const stdout = JSON.stringify({ error: { code: 'key_refused', message: 'there is a key app already' } });
    const failed = layerFailed('The key app was not issued', 'db', {
      ...{ stdout, stderr: '', exitCode: 1, durationMs: 0 },
    });
    expect(failed.details.next).toBe('vdb db keys list');
  });

  test('have scopes that there are', () => {
    expect(scopesOf('read, write')).toEqual(['read', 'write']);
    expect(() => scopesOf('')).toThrow('at least one scope');
    expect(() => scopesOf('read,owner')).toThrow('no scope "owner"');
  });
});
