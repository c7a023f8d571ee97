import { collectionSchema } from '../../src/config/schema/collections.js';
import type { WantedCollection } from '../../src/services/qdrant/collection-diff.js';

/** A collection as the configuration gives it: `overrides` and the schema's defaults. */
export function wantedCollection(overrides: Record<string, unknown> = {}): WantedCollection {
  return collectionSchema.parse({ size: 4, ...overrides });
}
