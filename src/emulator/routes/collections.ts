import { badFormat, badRequest } from '../api-error.js';
import { type PayloadIndex, vectorParams } from '../model.js';
import { collectionName, parseCollection, patchCollection } from '../parse/collection.js';
import { objectOf, required } from '../parse/values.js';
import { isObject, valuesAt } from '../payload-path.js';
import { type Call, param, type Route, route, type World } from '../router.js';
import type { Collection } from '../store/collection.js';
import { acknowledged } from './points.js';

const INDEX_TYPES = ['keyword', 'integer', 'float', 'geo', 'text', 'bool', 'datetime', 'uuid'];

export const collectionRoutes: Route[] = [
  route('GET', '/collections', 'read', (_call, { catalog }) => ({
    collections: catalog.all().map(({ name }) => ({ name })),
  })),
  route('GET', '/collections/{collection_name}', 'read', (call, { catalog }) =>
    describe(catalog.resolve(param(call, 'collection_name'))),
  ),
  route('GET', '/collections/{collection_name}/exists', 'read', exists),
  route('PUT', '/collections/{collection_name}', 'manage', create),
  route('PATCH', '/collections/{collection_name}', 'manage', patch),
  route('DELETE', '/collections/{collection_name}', 'manage', remove),
  route('PUT', '/collections/{collection_name}/index', 'manage', createIndex),
  route('DELETE', '/collections/{collection_name}/index/{field_name}', 'manage', deleteIndex),
];

function exists(call: Call, { catalog }: World) {
  const name = param(call, 'collection_name');
  const target = catalog.aliases().find((each) => each.alias_name === name)?.collection_name ?? name;
  return { exists: catalog.find(target) !== undefined };
}

async function create(call: Call, { catalog, settings }: World): Promise<true> {
  const name = collectionName(param(call, 'collection_name'));
  const config = parseCollection(objectOf(await call.json()), settings.defaults);
  catalog.create(name, { config });
  return true;
}

function remove(call: Call, { catalog, issues }: World): boolean {
  const name = param(call, 'collection_name');
  issues.removed(name);
  return catalog.remove(name);
}

async function patch(call: Call, { catalog }: World): Promise<true> {
  const body = objectOf(await call.json());
  const collection = catalog.resolve(param(call, 'collection_name'));
  collection.update({ config: patchCollection(collection.config, body) });
  return true;
}

/** There is no index of vectors, and so never anything to optimize. */
function describe(collection: Collection) {
  return {
    status: 'green',
    optimizer_status: 'ok',
    indexed_vectors_count: 0,
    points_count: collection.size,
    segments_count: Object.keys(vectorParams(collection.config)).length === 0 ? 0 : 1,
    config: collection.config,
    payload_schema: payloadSchema(collection),
    update_queue: { length: 0 },
  };
}

function payloadSchema(collection: Collection): Record<string, PayloadIndex & { points: number }> {
  const counted = Object.entries(collection.indexes).map(([field, index]) => {
    const points = collection
      .inOrder()
      .filter(({ payload }) => valuesAt(payload, field).some((value) => value !== null));
    return [field, { ...index, points: points.length }];
  });
  return Object.fromEntries(counted);
}

async function createIndex(call: Call, { catalog, issues }: World) {
  const body = objectOf(await call.json());
  const field = String(required(body, 'field_name'));
  const index = parseIndex(body.field_schema);
  const collection = catalog.resolve(param(call, 'collection_name'));
  issues.indexed(collection.name, field);
  return acknowledged(call, collection.update({ indexes: { ...collection.indexes, [field]: index } }));
}

/** An index is remembered and reported; filters find the same without one. */
function parseIndex(schema: unknown): PayloadIndex {
  if (schema === undefined || schema === null) {
    throw badRequest("Can't auto-detect field type, please specify `field_schema` in the request");
  }
  const type = isObject(schema) ? schema.type : schema;
  if (typeof type !== 'string' || !INDEX_TYPES.includes(type)) {
    throw badFormat('data did not match any variant of untagged enum PayloadFieldSchema');
  }
  return { data_type: type, ...(isObject(schema) ? { params: schema } : {}) };
}

function deleteIndex(call: Call, { catalog }: World) {
  const collection = catalog.resolve(param(call, 'collection_name'));
  const { [param(call, 'field_name')]: _gone, ...indexes } = collection.indexes;
  return acknowledged(call, collection.update({ indexes }));
}
