import { z } from 'zod';
import { count } from './values.js';

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;
const NAME_RULE = 'must start with a letter or digit and hold only letters, digits, _ and -';

const hnsw = z
  .strictObject({
    m: z.int().min(0).default(16).describe('Edges per node; more is more exact and larger.'),
    ef_construct: z.int().min(4).default(100).describe('Neighbours looked at while building.'),
    on_disk: z.boolean().default(false).describe('Whether the graph stays on disk.'),
    full_scan_threshold: z
      .int()
      .min(10)
      .optional()
      .describe('Size in KB below which a scan is used instead of the graph.'),
  })
  .prefault({})
  .describe('The HNSW index.');

const quantization = z
  .strictObject({
    type: z
      .enum(['scalar', 'binary', 'product'])
      .default('scalar')
      .describe('scalar: int8; binary: one bit; product: by compression.'),
    always_ram: z.boolean().default(true).describe('Whether quantized vectors stay in memory.'),
    quantile: z
      .number()
      .min(0.5)
      .max(1)
      .optional()
      .describe('scalar: share of values kept when the range is cut.'),
    compression: z.enum(['x4', 'x8', 'x16', 'x32', 'x64']).optional().describe('product: compression ratio.'),
  })
  .nullable()
  .prefault({})
  .describe('Compressed copies of the vectors for the search; null for none.');

const indexType = z.enum(['keyword', 'integer', 'float', 'bool', 'geo', 'datetime', 'text', 'uuid']);

export const collectionSchema = z
  .strictObject({
    size: z.int().min(1).max(65_536).describe('Dimensions of the vectors.'),
    distance: z
      .enum(['Cosine', 'Dot', 'Euclid', 'Manhattan'])
      .default('Cosine')
      .describe('Distance function.'),
    hnsw,
    quantization,
    on_disk: z.boolean().default(true).describe('Whether the original vectors stay on disk.'),
    shards: count().default(1).describe('Number of shards.'),
    replicas: count().default(1).describe('Copies of each shard, at most one per host.'),
    write_consistency: count().default(1).describe('Copies that must confirm a write.'),
    on_disk_payload: z.boolean().default(true).describe('Whether payloads stay on disk.'),
    backup_priority: z
      .enum(['high', 'medium', 'low'])
      .default('medium')
      .describe('Order in backups and restores.'),
    payload_indexes: z
      .record(z.string().min(1), indexType)
      .default({})
      .describe('Indexed payload fields and their types.'),
    aliases: z
      .array(z.string().regex(NAME, NAME_RULE))
      .default([])
      .describe('Further names of the collection.'),
  })
  .describe('One collection.');

export const collectionsSchema = z
  .record(z.string().regex(NAME, NAME_RULE), collectionSchema)
  .default({})
  .describe('The collections, by name.');
