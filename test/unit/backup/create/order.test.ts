import { describe, expect, it } from 'vitest';
import { inOrder } from '../../../../src/backup/create/collections.js';
import { fileNameOf, snapshotPart } from '../../../../src/backup/create/files.js';
import { plannedParts } from '../../../../src/backup/create/parts.js';
import { testConfig } from '../../../support/config.js';

const COLLECTIONS = {
  b: { size: 4, backup_priority: 'low' },
  a: { size: 4, backup_priority: 'low' },
  z: { size: 4, backup_priority: 'high' },
};

describe('collections', () => {
  it('are taken by priority and then by name; one that is not configured has the middle priority', () => {
    const config = testConfig({ collections: COLLECTIONS });
    expect(inOrder(['b', 'a', 'stray', 'z'], config)).toEqual(['z', 'stray', 'a', 'b']);
    const restored = 'z--20261124T020000Z';
    expect(inOrder(['b', 'a', 'stray', restored], config)).toEqual([restored, 'stray', 'a', 'b']);
  });

  it('of the canary check are left out', () => {
    expect(inOrder(['vdb_canary_00ff', 'a'], testConfig())).toEqual(['a']);
  });
});

describe('the parts of a set', () => {
  const sizes = { collections: new Map([['a', 10]]), database: 20 };
  const kinds = (sections: Record<string, unknown>) =>
    plannedParts(testConfig(sections), ['a'], sizes).map(({ kind, estimate }) => [kind, estimate]);

  it('are collections, their settings, the database, roles and the configuration', () => {
    expect(kinds({})).toEqual([
      ['collection', 10],
      ['definitions', 0],
      ['postgres', 20],
      ['postgres-globals', 0],
      ['configuration', 0],
    ]);
  });

  it('have the database whatever address it listens on, and none where there is none', () => {
    const without = [
      ['collection', 10],
      ['definitions', 0],
      ['configuration', 0],
    ];
    expect(kinds({ postgres: { password: 'v8Lr2Wn5Yc1Xq', host: '10.0.0.7' } })).toEqual(
      kinds({ postgres: { password: 'v8Lr2Wn5Yc1Xq' } }),
    );
    expect(kinds({ postgres: { enabled: false } })).toEqual(without);
  });

  it('have the cache where that is wanted and there is one', () => {
    expect(kinds({ backup: { redis: true } })).toContainEqual(['redis', 0]);
    expect(kinds({ backup: { redis: true }, redis: { enabled: false } })).not.toContainEqual(['redis', 0]);
  });
});

describe('the file of a collection', () => {
  it('has its name', () => {
    expect(snapshotPart('my docs')).toBe('collections/my docs.snapshot');
  });

  it('has a shorter one, and still one of its own, where the name is as long as a file may be named', () => {
    const [one, two] = [`${'é'.repeat(120)}1`, `${'é'.repeat(120)}2`];
    expect(Buffer.byteLength(fileNameOf(one))).toBeLessThanOrEqual(200);
    expect(fileNameOf(one)).toMatch(/^é+-[0-9a-f]{16}$/);
    expect(fileNameOf(one)).not.toBe(fileNameOf(two));
  });
});
