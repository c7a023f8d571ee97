import { z } from 'zod';
import { absolutePath, count, port, seconds, secret, size } from './values.js';

export const QDRANT_VERSION = '1.18.3';
export const RELEASE_URL =
  'https://github.com/qdrant/qdrant/releases/download/v{version}/qdrant-{target}.tar.gz';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256: 64 hexadecimal digits in lower case');

const artifact = z
  .discriminatedUnion('from', [
    z.strictObject({
      from: z.literal('release').describe('The official release, downloaded.'),
      url: z
        .string()
        .regex(/^https?:\/\/\S+$/, 'must be an http or https address')
        .default(RELEASE_URL)
        .describe('Where it is; {version} and {target} (x86_64-unknown-linux-gnu …) are filled in.'),
      sha256: z
        .union([z.literal('unpinned'), sha256])
        .default('unpinned')
        .describe(
          'SHA-256 of the archive. Qdrant publishes none: record it at the first download; unpinned skips the comparison.',
        ),
    }),
    z.strictObject({
      from: z.literal('file').describe('A binary or release archive on the machine vdb runs on.'),
      path: z.string().min(1).describe('Its path, relative to the configuration file.'),
      sha256: sha256.optional().describe('Its SHA-256.'),
    }),
    z.strictObject({
      from: z
        .literal('emulator')
        .describe("vdb's stand-in for Qdrant, for trying things out; never for production."),
      path: z
        .string()
        .min(1)
        .optional()
        .describe('Its bundle on the machine vdb runs on; by default the one that comes with vdb.'),
    }),
  ])
  .prefault({ from: 'release' })
  .describe('Where the Qdrant binary comes from.');

const slot = (http: number, colour: string) =>
  z
    .strictObject({
      http: port().default(http).describe('REST port.'),
      grpc: port()
        .default(http + 1)
        .describe('gRPC port.'),
      p2p: port()
        .default(http + 2)
        .describe('Cluster port.'),
      storage: absolutePath()
        .optional()
        .describe(`Data directory of the slot; by default paths.storage/${colour}.`),
    })
    .prefault({})
    .describe(`Ports and data of the ${colour} slot.`);

export const qdrantSchema = z
  .strictObject({
    version: z
      .string()
      .regex(/^\d+\.\d+\.\d+$/, 'must be a version such as 1.18.3')
      .default(QDRANT_VERSION)
      .describe('Version to run, exactly.'),
    artifact,
    active_slot: z
      .enum(['blue', 'green'])
      .default('blue')
      .describe('Slot of a first installation; afterwards the state on the host decides.'),
    slots: z
      .strictObject({ blue: slot(6333, 'blue'), green: slot(6343, 'green') })
      .prefault({})
      .describe('The two places where a version can run.'),
    bind: z
      .union([z.ipv4(), z.ipv6()], 'must be an IP address')
      .default('127.0.0.1')
      .describe('Address Qdrant listens on; the edge is in front of it.'),
    api_key: secret(16).describe('Key with every right.'),
    read_only_api_key: secret(16).describe('Key that can only read; used for metrics.'),
    log_level: z.enum(['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR']).default('INFO').describe('Log level.'),
    cpu: z.number().positive().default(16).describe('CPUs planned for Qdrant.'),
    memory: size().default('32GiB').describe('Memory planned for Qdrant.'),
    storage: size().default('1TiB').describe('Disk space planned for Qdrant.'),
    nofile: z
      .int()
      .min(10_000)
      .default(65_536)
      .describe('Open files of the service; Qdrant needs at least 10000.'),
    max_request_size_mb: count().default(32).describe('Largest request body in MB.'),
    keep_alive_seconds: seconds()
      .default(75)
      .describe("How long idle connections stay open; longer than the clients' own."),
    cluster: z
      .strictObject({
        enabled: z
          .boolean()
          .default(true)
          .describe('A one-node cluster is what makes a lossless blue/green possible.'),
      })
      .prefault({})
      .describe('Cluster mode.'),
    on_disk_payload: z.boolean().default(true).describe('Whether payloads stay on disk by default.'),
    wal_capacity_mb: count().default(32).describe('Size of one segment of the write-ahead log in MB.'),
    optimizer_threads: z
      .int()
      .min(0)
      .default(0)
      .describe('Threads that optimize segments; 0 lets Qdrant decide.'),
    telemetry: z.boolean().default(false).describe('Whether Qdrant may report usage to its makers.'),
    strict_mode: z
      .boolean()
      .default(false)
      .describe('Whether collections refuse requests beyond sane limits.'),
  })
  .describe('The vector database.');
