import { describe, expect, it } from 'vitest';
import { authorize } from '../../../src/emulator/auth.js';

const KEYS = { apiKeys: ['full', 'other'], readOnlyApiKeys: ['read'] };

describe('authorization', () => {
  it('asks for nothing where no key is configured', () => {
    expect(() => authorize({ apiKeys: [], readOnlyApiKeys: [] }, {}, 'manage')).not.toThrow();
  });

  it('lets every full key do everything', () => {
    for (const key of KEYS.apiKeys) expect(() => authorize(KEYS, { 'api-key': key }, 'manage')).not.toThrow();
  });

  it('tells a missing key, a wrong key and a weak key apart', () => {
    const status = (value: number) => expect.objectContaining({ status: value });
    expect(() => authorize(KEYS, {}, 'read')).toThrow(status(401));
    expect(() => authorize(KEYS, { 'api-key': 'ful' }, 'read')).toThrow(status(401));
    expect(() => authorize(KEYS, { 'api-key': 'read' }, 'manage')).toThrow(status(403));
    expect(() => authorize(KEYS, { authorization: 'Bearer read' }, 'read')).not.toThrow();
    expect(() => authorize(KEYS, {}, 'open')).not.toThrow();
  });
});
