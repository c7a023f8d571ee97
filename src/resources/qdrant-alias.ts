import { type Change, defineResource, type Resource } from '../engine/resource.js';
import { type QdrantEndpoint, qdrantCommand, qdrantGet } from './qdrant-http.js';

export interface QdrantAlias extends QdrantEndpoint {
  alias: string;
  collection: string;
}

interface AliasList {
  aliases: { alias_name: string; collection_name: string }[];
}

/**
 * An alias of a collection. It moves in one request, so that no query finds it missing: Qdrant replaces an alias that is
 * there, and one that is deleted first would stay deleted where the rest of the request fails (seen with 1.18.3). Where
 * the collection's name is an alias itself, as after a restore, both point to the same collection.
 */
export function qdrantAlias({ alias, collection, ...endpoint }: QdrantAlias): Resource {
  return defineResource<AliasList>({
    id: `qdrant-alias:${endpoint.port}/${alias}`,
    title: `alias ${alias}`,
    probe: qdrantGet(endpoint, '/aliases'),
    diff: (have) => aliasChange(collectionOf(have, alias), collectionOf(have, collection) ?? collection),
    apply: (_, have) => {
      const target = collectionOf(have, collection) ?? collection;
      return [
        qdrantCommand(endpoint, {
          title: `point alias ${alias} to ${target}`,
          method: 'POST',
          path: '/collections/aliases?timeout=60',
          body: { actions: [{ create_alias: { alias_name: alias, collection_name: target } }] },
        }),
      ];
    },
  });
}

function collectionOf(have: AliasList | null, alias: string): string | undefined {
  return have?.aliases.find(({ alias_name }) => alias_name === alias)?.collection_name;
}

function aliasChange(have: string | undefined, want: string): Change | null {
  if (have === want) return null;
  if (have === undefined) return { action: 'create', summary: `alias of ${want}` };
  return {
    action: 'update',
    summary: `alias of ${have}, want ${want}`,
    fields: [{ field: 'collection', have, want }],
  };
}
