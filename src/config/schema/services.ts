import { z } from 'zod';
import { imageSchema } from './gateway-image.js';
import { cidr, count, httpUrl, identifier, port, seconds, secret, size, sqlName, urlPath } from './values.js';

export const postgresSchema = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Whether there is a metadata store.'),
    host: z.string().min(1).default('127.0.0.1').describe('Address it is reached at from the host.'),
    port: port().default(5432).describe('Port.'),
    database: sqlName().default('vector_metadata').describe('Database.'),
    user: sqlName().default('vector_user').describe('Role that owns the database.'),
    password: secret(12).default('').describe('Password of the role; required while the service is enabled.'),
    pool: z
      .strictObject({
        size: count().default(20).describe('Connections kept open.'),
        max_overflow: z.int().min(0).default(30).describe('Connections on top of those under load.'),
        timeout_seconds: seconds().default(30).describe('How long a caller waits for a connection.'),
      })
      .prefault({})
      .describe('The connection pool of one replica of the gateway, shared out over its workers.'),
    allow: z
      .array(cidr())
      .default(['127.0.0.1/32', '::1/128'])
      .describe('Networks that may log in, with SCRAM.'),
    settings: z
      .record(
        z.string().regex(/^[a-z][a-z0-9_.]*$/, 'must be the name of a PostgreSQL setting'),
        z.union([z.string(), z.number(), z.boolean()]),
      )
      .default({})
      .describe('Settings of postgresql.conf that override the tuning.'),
    statement_timeout_seconds: seconds()
      .default(30)
      .describe('How long a statement of the gateway may take.'),
    max_connections: z.int().min(10).default(250).describe('Most connections at once.'),
  })
  .prefault({})
  .describe('PostgreSQL, the metadata store of task 3.1.');

export const redisSchema = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Whether there is a cache.'),
    port: port().default(6379).describe('Port.'),
    password: secret(12).default('').describe('Password; required while the service is enabled.'),
    maxmemory: z
      .string()
      .regex(/^[1-9]\d*(kb|mb|gb)$/, 'must be a size such as 256mb')
      .default('256mb')
      .describe('Most memory for data.'),
    maxmemory_policy: z
      .enum([
        'noeviction',
        'allkeys-lru',
        'allkeys-lfu',
        'allkeys-random',
        'volatile-lru',
        'volatile-lfu',
        'volatile-random',
        'volatile-ttl',
      ])
      .default('allkeys-lru')
      .describe('What is evicted when the memory is full.'),
    appendonly: z.boolean().default(true).describe('Whether every write is logged to disk.'),
    save: z
      .array(z.string().regex(/^\d+ \d+$/, 'must be seconds and changes, such as 3600 1'))
      .default(['3600 1', '300 100', '60 10000'])
      .describe('Snapshots: after so many seconds when so many keys changed.'),
  })
  .prefault({})
  .describe('Redis, the cache.');

const rate = (value: string, purpose: string) =>
  z
    .string()
    .regex(/^[1-9]\d*\/(second|minute|hour|day)$/, 'must be a rate such as 30/minute')
    .default(value)
    .describe(purpose);

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hex');

const local = () => z.string().min(1).describe('Its path, relative to the configuration file.');

const app = z
  .string()
  .regex(/^[A-Za-z_][\w.]*:[A-Za-z_]\w*$/, 'must be a module and a name in it, such as gateway.asgi:app')
  .default('gateway.asgi:app')
  .describe('The ASGI application: module and name.');

const artifact = z
  .discriminatedUnion('from', [
    z.strictObject({ from: z.literal('reference').describe('The gateway that comes with vdb.') }),
    z.strictObject({
      from: z
        .literal('directory')
        .describe(
          'A tree on the machine vdb runs on: the application, and a requirements.txt with the hash of everything it needs, gunicorn and its worker class too.',
        ),
      path: local(),
      app,
    }),
    z.strictObject({
      from: z.literal('tarball').describe('The same as an archive, .tar or .tar.gz.'),
      path: local(),
      sha256: sha256.optional().describe('Its SHA-256.'),
      app,
    }),
    z.strictObject({
      from: z.literal('wheel').describe('A wheel on the machine vdb runs on.'),
      path: local(),
      sha256: sha256.optional().describe('Its SHA-256.'),
      requirements: z
        .string()
        .min(1)
        .describe('Its requirements.txt, with the hash of everything it needs, on the same machine.'),
      app,
    }),
    imageSchema(sha256),
  ])
  .prefault({ from: 'reference' })
  .describe('What is installed as the gateway.');

const health = z
  .strictObject({
    path: urlPath().default('/readyz').describe('Path that is asked.'),
    status: z.int().min(100).max(599).default(200).describe('Status of an instance that serves.'),
  })
  .prefault({})
  .describe('How an instance says that it serves; it counts as started only then.');

const variable = z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'must be the name of a variable such as DOCS_ENABLED');

const line = z
  .string()
  .refine((text) => !/\p{Cc}/u.test(text), 'must be one line without control characters');

export const gatewaySchema = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Whether the FastAPI gateway is installed.'),
    artifact,
    health,
    bind: z
      .enum(['127.0.0.1', '0.0.0.0', '::'])
      .default('127.0.0.1')
      .describe('Address it listens on: loopback, where the edge is in front of it, or all.'),
    port: port()
      .default(8001)
      .describe(
        'Port of the first replica of the blue slot, the next ones follow; clients use networking.edge.gateway_port.',
      ),
    grpc_port: port()
      .nullable()
      .default(8101)
      .describe('gRPC port of the first replica of the blue slot, the next ones follow; null: no gRPC.'),
    active_slot: z
      .enum(['blue', 'green'])
      .default('blue')
      .describe('Slot of a first installation; afterwards the state on the host decides.'),
    slot_offset: z
      .int()
      .min(1)
      .max(1000)
      .default(10)
      .describe('Added to port and grpc_port in the green slot.'),
    api_key: secret(16)
      .default('')
      .describe('Key that clients send; required while the gateway and security.api_key_auth are on.'),
    workers: z
      .union([z.literal('auto'), count()], 'must be auto or a number of at least 1')
      .default('auto')
      .describe(
        'Worker processes of a replica. auto: two for each CPU that gateway.cpu plans and the host has, shared out over the replicas; on the documented server 16 in all.',
      ),
    max_connections: count().default(20_000).describe('Most connections at once.'),
    log_level: z
      .enum(['debug', 'info', 'warning', 'error', 'critical'])
      .default('info')
      .describe('Log level.'),
    cpu: z.number().positive().default(8).describe('CPUs planned for the gateway.'),
    memory: size().default('16GiB').describe('Memory planned for the gateway.'),
    replicas: z.int().min(1).max(64).default(2).describe('Instances behind the edge.'),
    graceful_timeout_seconds: seconds()
      .default(30)
      .describe('How long a worker may finish requests when it is stopped.'),
    keep_alive_seconds: seconds().default(75).describe('How long idle connections stay open.'),
    limits: z
      .strictObject({
        max_title_length: count().default(500).describe('Characters of a title.'),
        max_chunks_per_document: count().default(1000).describe('Chunks of a document.'),
        max_text_length: count().default(10_000).describe('Characters of a chunk.'),
        max_query_length: count().default(1000).describe('Characters of a query.'),
        max_results_k: count().default(100).describe('Results of a search.'),
        max_batch_points: count().default(1000).describe('Points of one upsert.'),
        max_body_size: size().default('16MiB').describe('Body of a request.'),
      })
      .prefault({})
      .describe('What a request may ask for.'),
    rate_limit: z
      .strictObject({
        enabled: z.boolean().default(true).describe('Whether requests are limited per client.'),
        default: rate('300/minute', 'Requests of any kind.'),
        search: rate('30/minute', 'Searches.'),
        write: rate('60/minute', 'Requests that change data.'),
        fail_open: z
          .boolean()
          .default(true)
          .describe('Whether requests pass while Redis cannot count them; else they are refused with 503.'),
      })
      .prefault({})
      .describe('Rate limits per client, counted in Redis.'),
    cache: z
      .strictObject({
        enabled: z.boolean().default(true).describe('Whether search results are kept in Redis.'),
        ttl_seconds: seconds().default(60).describe('How long a search result is kept.'),
      })
      .prefault({})
      .describe('The cache of search results, where Redis is on.'),
    versioning: z
      .strictObject({
        enabled: z.boolean().default(true).describe('Whether paths carry the version.'),
        prefix: z
          .string()
          .regex(/^[a-z0-9]+$/, 'must hold only lower-case letters and digits')
          .default('v1')
          .describe('The version in the path.'),
      })
      .prefault({})
      .describe('API versioning; health stays without a version too.'),
    cors_origins: z
      .array(z.union([z.literal('*'), httpUrl()]))
      .default([])
      .describe('Web origins that may call the gateway.'),
    embedding: z
      .strictObject({
        api_key: secret(8).optional().describe('Key of the embedding service; without it it is not used.'),
        model: z.string().min(1).default('embed-english-v3.0').describe('Its model.'),
        dimension: count().default(1024).describe('Length of its vectors.'),
      })
      .prefault({})
      .describe('The embedding service that is used by key (Cohere), beside `models`.'),
    test_embedder: z
      .boolean()
      .default(false)
      .describe('Vectors are made up from the text, the same for the same: for trying things out only.'),
    environment: z
      .record(variable, z.union([line, z.number(), z.boolean()]))
      .default({})
      .describe(
        'Further settings of the gateway, by their variables: DOCS_ENABLED, QDRANT_TIMEOUT_SECONDS … What a key of this file sets is refused.',
      ),
    secrets: z
      .record(variable, secret())
      .default({})
      .describe('The same for values that are secret, such as COHERE_URL with a password in it.'),
  })
  .prefault({})
  .describe('The FastAPI gateway.');

export const modelsSchema = z
  .record(
    identifier(),
    z.strictObject({
      url: httpUrl().describe(
        'Address of its embedding service: a POST of {"model": …, "input": [text]} is answered by {"embeddings": [[…]]}.',
      ),
      timeout_seconds: z.number().positive().default(2).describe('How long an answer may take.'),
      collection: z.string().min(1).describe('Collection that holds its embeddings.'),
    }),
  )
  .default({})
  .describe('External models, by name. None runs on this server.');
