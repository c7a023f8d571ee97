import { describe, expect, it } from 'vitest';
import { findRoute } from '../../../src/emulator/router.js';
import { ROUTES } from '../../../src/emulator/routes/index.js';

describe('routes', () => {
  it.each([
    ['GET', '/collections/a%20b', '/collections/{collection_name}', { collection_name: 'a b' }],
    ['POST', '/collections/aliases', '/collections/aliases', {}],
    [
      'GET',
      '/collections/c/points/5',
      '/collections/{collection_name}/points/{id}',
      { collection_name: 'c', id: '5' },
    ],
    [
      'POST',
      '/collections/c/points/scroll',
      '/collections/{collection_name}/points/scroll',
      { collection_name: 'c' },
    ],
  ])('lead %s %s to %s', (method, path, pattern, params) => {
    const found = findRoute(ROUTES, method, path);
    expect(found?.route.pattern).toBe(pattern);
    expect(found?.params).toEqual(params);
  });

  it('lead nowhere with another method or path', () => {
    expect(findRoute(ROUTES, 'POST', '/collections')).toBeUndefined();
    expect(findRoute(ROUTES, 'GET', '/health')).toBeUndefined();
  });

  it('let a key that only reads change nothing', () => {
    const reading = [
      'retrieve',
      'scroll',
      'count',
      'search',
      'query',
      'recommend',
      'discover',
      'facet',
      'matrix',
    ];
    const unguarded = ROUTES.filter(({ method, access, pattern }) => {
      const reads = pattern.endsWith('/points') || reading.some((word) => pattern.includes(`/${word}`));
      return access !== 'manage' && method !== 'GET' && !(method === 'POST' && reads);
    });
    expect(unguarded).toEqual([]);
  });
});
