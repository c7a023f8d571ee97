import type { SubTask, Task } from '../src/engine/task.js';
import { qdrantAlias } from '../src/resources/qdrant-alias.js';
import { qdrantCollection } from '../src/resources/qdrant-collection.js';
import { qdrantPayloadIndex } from '../src/resources/qdrant-payload-index.js';
import { adminHeader, slotOf } from '../src/services/qdrant/place.js';

const collectionsOf: SubTask = {
  id: '1.4.1',
  title: 'Collections',
  criterion: 'Every configured collection exists with its size, distance, index and quantization',
  resources: (context) =>
    Object.entries(context.config.collections).map(([name, wanted]) =>
      qdrantCollection({
        name,
        wanted: { ...wanted, strictMode: context.config.qdrant.strict_mode },
        port: slotOf(context.config).http,
        keyFile: adminHeader(context.config),
      }),
    ),
};

const indexes: SubTask = {
  id: '1.4.2',
  title: 'Payload indexes',
  criterion: 'Every configured payload field is indexed with its type',
  resources: ({ config }) =>
    Object.entries(config.collections).flatMap(([collection, { payload_indexes }]) =>
      Object.entries(payload_indexes).map(([field, type]) =>
        qdrantPayloadIndex({
          collection,
          field,
          type,
          port: slotOf(config).http,
          keyFile: adminHeader(config),
        }),
      ),
    ),
};

const aliases: SubTask = {
  id: '1.4.3',
  title: 'Aliases',
  criterion: 'Every configured alias points to its collection',
  resources: ({ config }) =>
    Object.entries(config.collections).flatMap(([collection, wanted]) =>
      wanted.aliases.map((alias) =>
        qdrantAlias({ alias, collection, port: slotOf(config).http, keyFile: adminHeader(config) }),
      ),
    ),
};

/** Task 1.4: the collections as desired state. What would need a rebuild is refused with the way to do it. */
export const collections: Task = {
  id: '1.4',
  title: 'Vector collections',
  description: 'The configured collections with index, quantization, payload indexes and aliases.',
  dependsOn: ['1.1'],
  subtasks: [collectionsOf, indexes, aliases],
  runs: ({ config }) => `Collections: ${Object.keys(config.collections).join(', ') || 'none'}`,
};
