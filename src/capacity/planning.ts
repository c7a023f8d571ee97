import { randomUUID } from 'node:crypto';
import { collectionSchema } from '../config/schema/collections.js';
import { type CollectionConfig, type Config, configSchema } from '../config/schema.js';

/** What is wanted otherwise than it is configured; or, with `size`, all that is known of one collection. */
export interface CollectionWish {
  size?: number;
  quantization?: 'none' | 'scalar' | 'binary' | 'product';
  compression?: string;
  /** Edges of a node in the HNSW graph. */
  m?: number;
  /** What stays on the disk; the rest is in memory. */
  onDisk?: readonly DiskPart[];
}

export const DISK_PARTS = ['vectors', 'graph', 'payload'] as const;
export type DiskPart = (typeof DISK_PARTS)[number];

/** Name of a collection that is only thought of. */
export const PLANNED = 'planned';

/** A server as the defaults have it, for planning where there is no configuration. Its secrets are nobody's. */
export function defaultConfig(): Config {
  return configSchema.parse({
    version: 1,
    hosts: [{ name: PLANNED, address: '127.0.0.1' }],
    qdrant: { api_key: randomUUID(), read_only_api_key: randomUUID() },
    postgres: { password: randomUUID() },
    redis: { password: randomUUID() },
    gateway: { api_key: randomUUID() },
    collections: {},
  });
}

/** The collections that are planned for: one that is thought of, or the configured ones, each with what is wished. Throws a `ZodError`. */
export function collectionsWith(
  configured: Readonly<Record<string, CollectionConfig>>,
  wish: CollectionWish,
): Record<string, CollectionConfig> {
  const base =
    wish.size === undefined ? configured : { [PLANNED]: collectionSchema.parse({ size: wish.size }) };
  return Object.fromEntries(
    Object.entries(base).map(([name, collection]) => [
      name,
      collectionSchema.parse(wished(collection, wish)),
    ]),
  );
}

function wished(
  collection: CollectionConfig,
  { quantization, compression, m, onDisk }: CollectionWish,
): unknown {
  return {
    ...collection,
    ...(quantization === undefined ? {} : { quantization: quantizationOf(quantization, compression) }),
    hnsw: {
      ...collection.hnsw,
      ...(m === undefined ? {} : { m }),
      ...(onDisk === undefined ? {} : { on_disk: onDisk.includes('graph') }),
    },
    ...(onDisk === undefined
      ? {}
      : { on_disk: onDisk.includes('vectors'), on_disk_payload: onDisk.includes('payload') }),
  };
}

function quantizationOf(type: NonNullable<CollectionWish['quantization']>, compression: string | undefined) {
  if (type === 'none') return null;
  return { type, ...(compression === undefined ? {} : { compression }) };
}
