import { describe, expect, it } from 'vitest';
import { readManifest } from '../../../src/backup/manifest.js';

const ID = '20261124T020000Z';
const PART = { path: 'collections/docs.snapshot', kind: 'collection', bytes: 10, sha256: 'a'.repeat(64) };
const MANIFEST = {
  schema: 'vdb.backup/1',
  id: ID,
  created: '2026-11-24T02:00:00.123Z',
  finished: '2026-11-24T02:05:00Z',
  parts: [{ ...PART, collection: 'docs', points: 7 }],
};

function read(changes: object, id = ID) {
  return readManifest(JSON.stringify({ ...MANIFEST, ...changes }), id);
}

describe('a manifest', () => {
  it('is read with what it may have, and without what nobody knows', () => {
    expect(read({ aliases: {} })).toEqual(MANIFEST);
  });

  it('of another schema says which it is, who made it, and which is read', () => {
    const changes = { schema: 'vdb.backup/2', versions: { vdb: '3.1.0' } };
    expect(() => read(changes)).toThrow(
      'it is of schema vdb.backup/2, made by vdb 3.1.0, and this vdb reads vdb.backup/1 alone: use that vdb',
    );
    expect(() => read({ ...changes, versions: 7 })).toThrow('made by another vdb');
  });

  it.each([
    ['another schema', { schema: 'vdb.backup/2' }],
    ['no parts', { parts: [] }],
    ['a part outside of the set', { parts: [{ ...PART, path: '../other' }] }],
    ['a part by an absolute path', { parts: [{ ...PART, path: '/etc/passwd' }] }],
    ['itself as a part', { parts: [{ ...PART, path: 'manifest.json' }] }],
    ['a part twice', { parts: [PART, PART] }],
    ['a hash that is none', { parts: [{ ...PART, sha256: 'A'.repeat(64) }] }],
    ['a negative size', { parts: [{ ...PART, bytes: -1 }] }],
    ['an end before its begin', { finished: '2026-11-24T01:00:00Z' }],
    ['an instant that its name does not say', { created: '2026-11-24T01:00:00Z' }],
    ['no instant', { created: 'yesterday' }],
    ['another name', { id: '20261124T030000Z' }],
  ])('is refused with %s', (_, changes) => {
    expect(() => read(changes)).toThrow(`The manifest of backup set ${ID} cannot be read`);
  });

  it.each(['', '{', 'null', '[]'])('is refused as %j', (text) => {
    expect(() => readManifest(text, ID)).toThrow(`The manifest of backup set ${ID} cannot be read`);
  });

  it('is refused in the directory of another set', () => {
    expect(() => read({}, '20261124T030000Z')).toThrow(`it is the manifest of ${ID}`);
  });
});
