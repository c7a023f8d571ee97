import { badFormat, invalid, unsupported } from '../api-error.js';
import type { StorageDefaults } from '../config.js';
import { type CollectionConfig, DISTANCES, type Payload, type VectorParams } from '../model.js';
import { isObject } from '../payload-path.js';
import { objectOf, wholeNumber } from './values.js';

const NO_VECTORS = 'data did not match any variant of untagged enum VectorsConfig';

/** The configuration of a new collection: what is asked for over the server's defaults. */
export function parseCollection(body: Payload, defaults: StorageDefaults): CollectionConfig {
  if (isObject(body.sparse_vectors) && Object.keys(body.sparse_vectors).length > 0)
    throw unsupported('sparse vectors');
  return {
    params: {
      vectors: parseVectorsConfig(body.vectors),
      shard_number: wholeNumber(body, 'shard_number', 1) ?? 1,
      replication_factor: wholeNumber(body, 'replication_factor', 1) ?? 1,
      write_consistency_factor: wholeNumber(body, 'write_consistency_factor', 1) ?? 1,
      on_disk_payload:
        typeof body.on_disk_payload === 'boolean' ? body.on_disk_payload : defaults.onDiskPayload,
    },
    hnsw_config: overlaid(defaults.hnsw, body.hnsw_config),
    optimizer_config: overlaid(defaults.optimizers, body.optimizers_config),
    wal_config: overlaid(defaults.wal, body.wal_config),
    quantization_config: body.quantization_config ?? null,
    ...(body.strict_mode_config === undefined ? {} : { strict_mode_config: body.strict_mode_config }),
    ...(body.metadata === undefined ? {} : { metadata: body.metadata }),
  };
}

/** A configuration with the changes of a PATCH. What a collection cannot change later is refused. */
export function patchCollection(config: CollectionConfig, body: Payload): CollectionConfig {
  const next = structuredClone(config);
  next.hnsw_config = overlaid(config.hnsw_config, body.hnsw_config);
  next.optimizer_config = overlaid(config.optimizer_config, body.optimizers_config);
  Object.assign(next.params, overlaid({}, body.params));
  if (body.quantization_config !== undefined && body.quantization_config !== null) {
    next.quantization_config = body.quantization_config === 'Disabled' ? null : body.quantization_config;
  }
  if (body.strict_mode_config !== undefined) next.strict_mode_config = body.strict_mode_config;
  if (body.metadata !== undefined) next.metadata = overlaid(objectOrEmpty(config.metadata), body.metadata);
  patchVectors(next, body.vectors);
  return next;
}

function patchVectors(config: CollectionConfig, changes: unknown): void {
  if (changes === undefined || changes === null) return;
  const { vectors } = config.params;
  for (const [name, change] of Object.entries(objectOf(changes))) {
    const target = name === '' ? (vectors as VectorParams) : (vectors as Record<string, VectorParams>)[name];
    if (target === undefined) throw badFormat(`vectors: there is no vector ${name}`);
    const { size, distance } = target;
    Object.assign(target, objectOf(change), { size, distance });
  }
}

/** Values over defaults; keys that are null leave the default. */
function overlaid(base: Payload, changes: unknown): Payload {
  if (changes === undefined || changes === null) return base;
  const given = Object.entries(objectOf(changes)).filter(([, value]) => value !== null);
  return { ...base, ...Object.fromEntries(given) };
}

function objectOrEmpty(value: unknown): Payload {
  return isObject(value) ? value : {};
}

function parseVectorsConfig(value: unknown): CollectionConfig['params']['vectors'] {
  if (value === undefined || value === null) return {};
  const vectors = objectOf(value);
  if ('size' in vectors || 'distance' in vectors) return parseVectorParams(vectors);
  return Object.fromEntries(
    Object.entries(vectors).map(([name, params]) => [name, parseVectorParams(params)]),
  );
}

function parseVectorParams(value: unknown): VectorParams {
  if (!isObject(value)) throw badFormat(NO_VECTORS);
  const { size, distance, ...rest } = value;
  if (rest.multivector_config !== undefined && rest.multivector_config !== null)
    throw unsupported('multivectors');
  const known = DISTANCES.find((name) => name === distance);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 1 || known === undefined) {
    throw badFormat(NO_VECTORS);
  }
  if (size > 65_536)
    throw invalid('JSON body', `vectors.size: value ${size} invalid, must be from 1 to 65536`);
  const options = Object.entries(rest).filter(([, option]) => option !== null);
  return { size, distance: known, ...Object.fromEntries(options) };
}

/** A collection's name from a URL. */
export function collectionName(name: string): string {
  const where = 'collection_name: collection name';
  const bad = [...'<>:"/\\|?*\0\u001f'].find((character) => name.includes(character));
  if (bad !== undefined)
    throw invalid('path parameters', `${where} cannot contain ${JSON.stringify(bad)} char`);
  if (name === '.' || name === '..') throw invalid('path parameters', `${where} cannot be "${name}"`);
  if (name.length < 1 || name.length > 255) {
    throw invalid(
      'path parameters',
      `collection_name: value ${JSON.stringify(name)} invalid, must be from 1 to 255 characters`,
    );
  }
  return name;
}
