import { describe, expect, it } from 'vitest';
import { checkedName, containerName, labPaths } from '../../../src/lab/names.js';

describe('the name of a lab host', () => {
  it.each(['default', 'a', 'web-2'])('can be %s', (name) => {
    expect(checkedName(name)).toBe(name);
  });

  it.each(['', '..', '-a', '2a', 'A', 'a/b', 'a b', 'a'.repeat(32)])('cannot be "%s"', (name) => {
    expect(() => checkedName(name)).toThrow(expect.objectContaining({ exitCode: 2 }));
  });

  it('leads to its files below the working directory', () => {
    expect(labPaths('/work', 'one')).toMatchObject({
      directory: '/work/.vdb/lab/one',
      config: '/work/.vdb/lab/one/vdb.yaml',
      record: '/work/.vdb/lab/one/lab.json',
    });
    expect(() => labPaths('/work', '../../etc')).toThrow('cannot be the name');
  });

  it('gives containers of two directories different names', () => {
    expect(containerName('/a', 'one')).not.toBe(containerName('/b', 'one'));
    expect(containerName('/a', 'one')).toBe(containerName('/a/', 'one'));
  });
});
