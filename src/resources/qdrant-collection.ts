import { type Change, defineResource, type FieldChange, type Resource } from '../engine/resource.js';
import { createBody, patchBody } from '../services/qdrant/collection-body.js';
import { diffCollection, type WantedCollection } from '../services/qdrant/collection-diff.js';
import type { CollectionInfo } from '../services/qdrant/collection-info.js';
import { type QdrantEndpoint, qdrantCommand, qdrantGet } from './qdrant-http.js';

export interface QdrantCollection extends QdrantEndpoint {
  name: string;
  wanted: WantedCollection;
}

/**
 * A collection with the wanted settings. Settings of its indexes change in place; what Qdrant fixes at the
 * creation of a collection is refused, because its only change is a copy.
 */
export function qdrantCollection({ name, wanted, ...endpoint }: QdrantCollection): Resource {
  const path = collectionPath(name);
  return defineResource<CollectionInfo>({
    id: `qdrant-collection:${endpoint.port}/${name}`,
    title: `collection ${name}`,
    probe: qdrantGet(endpoint, path),
    diff: (have) => (have === null ? creation(name, wanted) : collectionChange(name, wanted, have)),
    apply: (change, have) => [
      have === null
        ? qdrantCommand(endpoint, {
            title: change.summary,
            method: 'PUT',
            path: `${path}?timeout=60`,
            body: createBody(wanted),
          })
        : qdrantCommand(endpoint, {
            title: `update collection ${name}`,
            method: 'PATCH',
            path: `${path}?timeout=60`,
            body: patchBody(wanted, have),
          }),
    ],
  });
}

/** `/collections/{name}`, encoded. */
export function collectionPath(name: string): string {
  return `/collections/${encodeURIComponent(name)}`;
}

function creation(name: string, { size, distance }: WantedCollection): Change {
  return { action: 'create', summary: `create collection ${name}: ${size} dimensions, ${distance}` };
}

function collectionChange(name: string, wanted: WantedCollection, have: CollectionInfo): Change | null {
  const { fixed, updates } = diffCollection(wanted, have);
  const fields = [...fixed, ...updates];
  if (fields.length === 0) return null;
  const summary = fields.map((field) => `${field.field} ${field.have}, want ${field.want}`).join('; ');
  const change: Change = { action: 'update', summary, fields };
  return fixed.length === 0 ? change : { ...change, refused: rebuildNeeded(name, fixed) };
}

function rebuildNeeded(name: string, fixed: readonly FieldChange[]): { why: string; next: string } {
  return {
    why: `Qdrant fixes ${fixed.map(({ field }) => field).join(', ')} when a collection is created.`,
    next: `Add a collection under a new name with these settings, copy the points into it (scroll and upsert; embed them again when the size changes), move the aliases of ${name} to it, and then delete ${name}.`,
  };
}
