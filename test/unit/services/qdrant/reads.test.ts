import { describe, expect, test } from 'vitest';
import { GRPC_READS, REST_READ_METHODS, REST_READ_POSTS } from '../../../../src/services/qdrant/reads.js';

const COLLECTION = '/collections/documents';

function readsByPost(path: string): boolean {
  return new RegExp(REST_READ_POSTS).test(path);
}

function readsByGrpc(path: string): boolean {
  const calls = Object.entries(GRPC_READS).flatMap(([service, calls]) =>
    calls.map((call) => `/${service}/${call}`),
  );
  return calls.includes(path);
}

describe('REST', () => {
  test('reads by the methods that change nothing, and by no other', () => {
    expect(REST_READ_METHODS).toEqual(['GET', 'HEAD', 'OPTIONS']);
  });

  test.each([
    ...['', '/count', '/scroll', '/query', '/query/batch', '/query/groups', '/search', '/search/batch'],
    ...['/search/groups', '/search/matrix/pairs', '/search/matrix/offsets', '/recommend'],
    ...['/recommend/batch', '/recommend/groups', '/discover', '/discover/batch'],
  ])('POST points%s is a read', (path) => {
    expect(readsByPost(`${COLLECTION}/points${path}`)).toBe(true);
  });

  test('POST facet is a read, of whatever collection', () => {
    expect(readsByPost(`${COLLECTION}/facet`)).toBe(true);
    expect(readsByPost('/collections/a%2Fpoints%20b/facet')).toBe(true);
  });

  /** Every POST of Qdrant's description that is none of those above, and what only its source has. */
  test.each([
    ...['/collections/aliases', '/cluster/recover', '/snapshots', '/logger', '/audit/logs'],
    ...['cluster', 'snapshots', 'snapshots/upload', 'shards/delete', 'truncate_unapplied_wal', 'debug'].map(
      (path) => `${COLLECTION}/${path}`,
    ),
    ...['batch', 'delete', 'payload', 'payload/clear', 'payload/delete', 'vectors/delete'].map(
      (path) => `${COLLECTION}/points/${path}`,
    ),
    ...['snapshots', 'snapshots/upload', 'cleanup', 'snapshot/partial/recover'].map(
      (path) => `${COLLECTION}/shards/0/${path}`,
    ),
  ])('POST %s is a write', (path) => {
    expect(readsByPost(path)).toBe(false);
  });

  test.each([
    [`${COLLECTION}/points/`, 'a slash more'],
    [`/${COLLECTION}/points`, 'a slash more at its beginning'],
    ['/collections//points', 'no name'],
    ['/collections/a/b/points', 'a name in two parts'],
    [`/other${COLLECTION}/points`, 'something before'],
    [`${COLLECTION}/points/query/other`, 'something behind'],
    [`${COLLECTION}/POINTS`, 'other letters'],
    [`${COLLECTION}/points/d%65lete`, 'letters written otherwise'],
  ])('POST %s, with %s, is not certain to be a read', (path) => {
    expect(readsByPost(path)).toBe(false);
  });
});

describe('gRPC', () => {
  test.each([
    ...['Get', 'Scroll', 'Count', 'Facet', 'Query', 'QueryBatch', 'QueryGroups', 'Search', 'SearchBatch'],
    ...['SearchGroups', 'SearchMatrixPairs', 'SearchMatrixOffsets', 'Recommend', 'RecommendBatch'],
    ...['RecommendGroups', 'Discover', 'DiscoverBatch'],
  ])('Points/%s is a read', (call) => {
    expect(readsByGrpc(`/qdrant.Points/${call}`)).toBe(true);
  });

  test.each([
    ...[
      'Get',
      'List',
      'ListAliases',
      'ListCollectionAliases',
      'CollectionClusterInfo',
      'CollectionExists',
    ].map((call) => `qdrant.Collections/${call}`),
    ...['qdrant.Snapshots/List', 'qdrant.Qdrant/HealthCheck', 'grpc.health.v1.Health/Check'],
    'grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo',
  ])('%s is a read', (call) => {
    expect(readsByGrpc(`/${call}`)).toBe(true);
  });

  test.each([
    ...['Upsert', 'Delete', 'UpdateVectors', 'DeleteVectors', 'SetPayload', 'OverwritePayload'],
    ...['DeletePayload', 'ClearPayload', 'CreateFieldIndex', 'DeleteFieldIndex', 'CreateVectorName'],
    ...['DeleteVectorName', 'UpdateBatch', 'query', 'Query/'],
  ])('Points/%s is a write', (call) => {
    expect(readsByGrpc(`/qdrant.Points/${call}`)).toBe(false);
  });

  test.each([
    ...['Create', 'Update', 'Delete', 'UpdateAliases', 'UpdateCollectionClusterSetup'].map(
      (call) => `qdrant.Collections/${call}`,
    ),
    ...['CreateShardKey', 'DeleteShardKey'].map((call) => `qdrant.Collections/${call}`),
    ...['Create', 'Delete', 'CreateFull', 'DeleteFull'].map((call) => `qdrant.Snapshots/${call}`),
    ...['qdrant.PointsInternal/Get', 'qdrant.Other/Get'],
  ])('%s is a write', (call) => {
    expect(readsByGrpc(`/${call}`)).toBe(false);
  });
});
