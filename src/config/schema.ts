import { z } from 'zod';
import { benchSchema } from './schema/bench.js';
import { type collectionSchema, collectionsSchema } from './schema/collections.js';
import { type hostSchema, hostsSchema } from './schema/hosts.js';
import {
  backupSchema,
  capacitySchema,
  checksSchema,
  deploymentSchema,
  monitoringSchema,
  networkingSchema,
  securitySchema,
} from './schema/operations.js';
import { pythonSchema } from './schema/python.js';
import { qdrantSchema } from './schema/qdrant.js';
import { gatewaySchema, modelsSchema, postgresSchema, redisSchema } from './schema/services.js';
import { osSchema, pathsSchema, storageSchema } from './schema/system.js';

/** The configuration file, section by section. Every key has a description; unknown keys are errors. */
export const configSchema = z
  .strictObject({
    version: z.literal(1).describe('Version of this file format.'),
    hosts: hostsSchema,
    paths: pathsSchema.prefault({}),
    os: osSchema.prefault({}),
    storage: storageSchema.prefault({}),
    python: pythonSchema.prefault({}),
    qdrant: qdrantSchema,
    collections: collectionsSchema,
    postgres: postgresSchema,
    redis: redisSchema,
    gateway: gatewaySchema,
    models: modelsSchema,
    networking: networkingSchema.prefault({}),
    security: securitySchema.prefault({}),
    backup: backupSchema.prefault({}),
    monitoring: monitoringSchema.prefault({}),
    deployment: deploymentSchema.prefault({}),
    capacity: capacitySchema.prefault({}),
    checks: checksSchema.prefault({}),
    bench: benchSchema.prefault({}),
  })
  .describe('Configuration of vdb.');

/** A valid configuration with every default filled in. */
export type Config = z.output<typeof configSchema>;

/** One entry of `hosts`. */
export type HostConfig = z.output<typeof hostSchema>;

/** One entry of `collections`. */
export type CollectionConfig = z.output<typeof collectionSchema>;

/** One of the two places where a version of Qdrant can run. */
export type SlotName = keyof Config['qdrant']['slots'];
