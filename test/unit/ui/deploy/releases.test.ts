import { describe, expect, test } from 'vitest';
import type { Release } from '../../../../src/deploy/releases.js';
import { releaseData, releasesText } from '../../../../src/ui/deploy/releases.js';

const AT = Date.UTC(2030, 0, 1, 12);

const active: Release = {
  ...{ service: 'gateway', name: 'gateway-1.1.0-new', state: 'active', at: AT, by: 'me@here' },
  ...{ source: 'tarball', sha256: 'abcdef0123456789' },
};
const installed: Release = { service: 'qdrant', name: '1.18.3', state: 'kept', at: AT - 86_400_000 };
const failed: Release = { ...active, name: 'gateway-1.2.0-bad', state: 'failed' };

describe('releases', () => {
  test('are a table: what, in which state, when, by whom, from what', () => {
    expect(releasesText([active, installed], false, 200).split('\n')).toEqual([
      'SERVICE  RELEASE            STATE   WHEN                  BY             SHA-256       FROM',
      'gateway  gateway-1.1.0-new  active  2030-01-01 12:00:00Z  me@here        abcdef012345  tarball',
      'qdrant   1.18.3             kept    2029-12-31 12:00:00Z  vdb provision  -             -',
    ]);
  });

  test('keep to the width of a terminal', () => {
    for (const line of releasesText([active, installed], false, 60).split('\n'))
      expect(line.length).toBeLessThanOrEqual(60);
  });

  test('have colours where they serve or have failed, and none where colours are not wanted', () => {
    const esc = String.fromCharCode(27);
    const lines = releasesText([active, failed, installed], true, 200).split('\n');
    expect(lines.map((line) => line.includes(`${esc}[3`))).toEqual([false, true, true, false]);
    expect(releasesText([active, failed], false, 200)).not.toContain(esc);
  });

  test('are said to be none before there is one', () => {
    expect(releasesText([], false, 80)).toContain('vdb provision installs the first');
  });

  test('have their time in ISO 8601 for machines', () => {
    expect(releaseData(active)).toEqual({ ...active, at: '2030-01-01T12:00:00.000Z' });
  });
});
