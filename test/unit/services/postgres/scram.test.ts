import { describe, expect, it } from 'vitest';
import { scramMatches, scramVerifier } from '../../../../src/services/postgres/scram.js';

/** The example of RFC 7677: user `user`, password `pencil`. */
const SALT = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');

describe('scramVerifier', () => {
  it('derives the keys of the example in RFC 7677', () => {
    expect(scramVerifier('pencil', SALT)).toBe(
      'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
    );
  });

  it('takes another salt each time', () => {
    expect(scramVerifier('pencil')).not.toBe(scramVerifier('pencil'));
  });
});

describe('scramMatches', () => {
  it.each([
    ['the password', 'pencil', scramVerifier('pencil'), true],
    ['another password', 'pen', scramVerifier('pencil'), false],
    ['another number of iterations', 'pencil', scramVerifier('pencil', SALT, 100), true],
    ['a password in another Unicode form', 'caf\u0065\u0301', scramVerifier('caf\u00e9'), true],
    ['an MD5 hash', 'pencil', 'md5e3a1c1', false],
    ['nothing', 'pencil', '', false],
  ])('compares with %s', (_, password, verifier, expected) => {
    expect(scramMatches(password, verifier)).toBe(expected);
  });
});
