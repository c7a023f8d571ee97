import { type Change, defineResource, type Resource } from '../engine/resource.js';
import { type QdrantEndpoint, qdrantCommand, qdrantGet } from './qdrant-http.js';

export interface QdrantAlias extends QdrantEndpoint {
  alias: string;
  collection: string;
}

interface AliasList {
  aliases: { alias_name: string; collection_name: string }[];
}

/** An alias of a collection. It moves in one request, so that no query finds it missing. */
export function qdrantAlias({ alias, collection, ...endpoint }: QdrantAlias): Resource {
  return defineResource<AliasList>({
    id: `qdrant-alias:${endpoint.port}/${alias}`,
    title: `alias ${alias}`,
    probe: qdrantGet(endpoint, '/aliases'),
    diff: (have) => aliasChange(collectionOf(have, alias), collection),
    apply: (change) => {
      const create = { create_alias: { alias_name: alias, collection_name: collection } };
      const remove = { delete_alias: { alias_name: alias } };
      return [
        qdrantCommand(endpoint, {
          title: `point alias ${alias} to ${collection}`,
          method: 'POST',
          path: '/collections/aliases?timeout=60',
          body: { actions: change.action === 'create' ? [create] : [remove, create] },
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
