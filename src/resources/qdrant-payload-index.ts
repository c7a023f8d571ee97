import { type Change, defineResource, type Resource } from '../engine/resource.js';
import type { CollectionInfo } from '../services/qdrant/collection-info.js';
import { collectionPath } from './qdrant-collection.js';
import { type QdrantEndpoint, qdrantCommand, qdrantGet } from './qdrant-http.js';

export interface QdrantPayloadIndex extends QdrantEndpoint {
  collection: string;
  field: string;
  /** Qdrant's name for the type: `keyword`, `integer` … */
  type: string;
}

const HOUR = 3600;

/**
 * An index on a payload field. Indexes that the configuration does not name are left alone: they cost memory,
 * but a query may need them.
 */
export function qdrantPayloadIndex({ collection, field, type, ...endpoint }: QdrantPayloadIndex): Resource {
  const path = `${collectionPath(collection)}/index`;
  return defineResource<CollectionInfo>({
    id: `qdrant-payload-index:${endpoint.port}/${collection}/${field}`,
    title: `payload index ${collection}.${field}`,
    probe: qdrantGet(endpoint, collectionPath(collection)),
    diff: (have) => indexChange(have?.payload_schema[field]?.data_type, type),
    apply: (change) => {
      const create = qdrantCommand(
        endpoint,
        {
          title: `index ${collection}.${field} as ${type}`,
          method: 'PUT',
          path: `${path}?wait=true`,
          body: { field_name: field, field_schema: type },
        },
        HOUR,
      );
      const remove = qdrantCommand(endpoint, {
        title: `drop the index on ${collection}.${field}`,
        method: 'DELETE',
        path: `${path}/${encodeURIComponent(field)}?wait=true`,
      });
      return change.action === 'create' ? [create] : [remove, create];
    },
  });
}

function indexChange(have: string | undefined, want: string): Change | null {
  if (have === undefined) return { action: 'create', summary: `${want} index` };
  if (have === want) return null;
  return {
    action: 'update',
    summary: `index of type ${have}, want ${want}`,
    fields: [{ field: 'type', have, want }],
  };
}
