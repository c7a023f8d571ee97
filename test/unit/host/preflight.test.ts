import { describe, expect, it } from 'vitest';
import type { Facts } from '../../../src/host/facts.js';
import { preflight, SUPPORTED_OS, supportedOs } from '../../../src/host/preflight.js';
import { fakeContext } from '../../support/fake-task.js';

function factsWith(facts: Partial<Facts>): Facts {
  return fakeContext({}, facts).facts;
}

describe('preflight', () => {
  it.each(SUPPORTED_OS)('accepts $id $version on both architectures', (os) => {
    const release = { id: os.id, version: os.version, codename: os.codename, name: 'any' };
    for (const arch of ['x86_64', 'aarch64']) expect(preflight(factsWith({ os: release, arch }))).toEqual(os);
  });

  it.each([
    ['another release of a known distribution', 'debian', '12'],
    ['another distribution', 'fedora', '13'],
  ])('refuses %s, and names those that are supported', (_, id, version) => {
    const facts = factsWith({ os: { id, version, codename: '', name: 'Something Else 9' } });
    const refusal = expect.objectContaining({
      message: expect.stringContaining('Something Else 9'),
      details: expect.objectContaining({
        code: 'preflight.os',
        exitCode: 1,
        meaning: expect.stringMatching(/debian 13 or ubuntu 24\.04.*Nothing was changed/),
      }),
    });
    expect(() => preflight(facts)).toThrow(refusal);
    expect(() => supportedOs(facts)).toThrow(refusal);
  });

  it('refuses a machine for which there is no Qdrant', () => {
    expect(() => preflight(factsWith({ arch: 'riscv64' }))).toThrow(
      expect.objectContaining({
        message: expect.stringContaining('riscv64'),
        details: expect.objectContaining({
          code: 'preflight.arch',
          meaning: expect.stringContaining('x86_64 and aarch64'),
        }),
      }),
    );
  });
});
