import ssh2 from 'ssh2';
import { describe, expect, it } from 'vitest';
import { generateKeys, knownHostsLine } from '../../../src/lab/keys.js';

describe('generated keys', () => {
  it('can always be read and used, whatever bytes they begin with', () => {
    for (let i = 0; i < 500; i++) {
      const { private: own, public: shared } = generateKeys('test');
      const key = ssh2.utils.parseKey(own);
      if (key instanceof Error) throw key;
      expect(key.getPublicSSH().toString('base64')).toBe(shared.split(' ')[1]);
    }
  });

  it('carry their comment on one line', () => {
    expect(generateKeys('vdb-lab-one').public).toMatch(/^ssh-ed25519 [A-Za-z0-9+/]{68} vdb-lab-one$/);
  });

  it('are known for a port', () => {
    expect(knownHostsLine('127.0.0.1', 40022, 'ssh-ed25519 AAAA root@one')).toBe(
      '[127.0.0.1]:40022 ssh-ed25519 AAAA\n',
    );
  });
});
