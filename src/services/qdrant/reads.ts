/**
 * Which requests to Qdrant change nothing, by its description of 1.17 to 1.19. All others count as writes: a new kind of
 * request that is a read is held back for a moment with them, and none that writes is taken for a read.
 */

/** Methods of REST that change nothing, whatever they ask for. */
export const REST_READ_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** Below a collection: questions that are too long for a URL, and so are asked by POST. */
const QUESTIONS = [
  'facet',
  'points',
  'points/count',
  'points/scroll',
  ...['query', 'query/batch', 'query/groups'].map((path) => `points/${path}`),
  ...['search', 'search/batch', 'search/groups'].map((path) => `points/${path}`),
  ...['search/matrix/pairs', 'search/matrix/offsets'].map((path) => `points/${path}`),
  ...['recommend', 'recommend/batch', 'recommend/groups'].map((path) => `points/${path}`),
  ...['discover', 'discover/batch'].map((path) => `points/${path}`),
];

/** Paths of REST that change nothing with POST: a regular expression that PCRE and JavaScript read alike. */
export const REST_READ_POSTS = `^/collections/[^/]+/(?:${QUESTIONS.join('|')})$`;

/** Calls of gRPC that change nothing, by service. */
export const GRPC_READS: Readonly<Record<string, readonly string[]>> = {
  'qdrant.Points': [
    ...['Get', 'Scroll', 'Count', 'Facet'],
    ...['Query', 'QueryBatch', 'QueryGroups'],
    ...['Search', 'SearchBatch', 'SearchGroups', 'SearchMatrixPairs', 'SearchMatrixOffsets'],
    ...['Recommend', 'RecommendBatch', 'RecommendGroups'],
    ...['Discover', 'DiscoverBatch'],
  ],
  'qdrant.Collections': [
    ...['Get', 'List', 'ListAliases', 'ListCollectionAliases', 'ListShardKeys'],
    ...['CollectionClusterInfo', 'CollectionExists'],
  ],
  'qdrant.Snapshots': ['List', 'ListFull'],
  'qdrant.StorageRead': [
    ...['ListFiles', 'FileExists', 'FileLength', 'ReadBytes', 'ReadBytesStream', 'ReadWhole'],
    ...['ReadBatch', 'ReadMulti'],
  ],
  'qdrant.Qdrant': ['HealthCheck'],
  'grpc.health.v1.Health': ['Check', 'Watch'],
  'grpc.reflection.v1.ServerReflection': ['ServerReflectionInfo'],
  'grpc.reflection.v1alpha.ServerReflection': ['ServerReflectionInfo'],
};
