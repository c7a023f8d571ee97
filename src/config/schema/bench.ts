import { z } from 'zod';
import { count } from './values.js';

/** The ways to the data that can be measured. */
export const BENCH_PATHS = ['qdrant', 'edge', 'gateway', 'clients'] as const;

const number = () => z.number().positive();

/** A limit that is judged, or null for one that is not. */
const gate = (standard: number) => number().nullable().default(standard);

const dataset = z
  .strictObject({
    points: count()
      .default(20_000)
      .describe('Vectors that are made up; of a file, at most so many are written.'),
    dimension: z.int().min(1).max(65_536).default(128).describe('Length of vectors that are made up.'),
    clusters: count().default(64).describe('Centres that they lie around.'),
    seed: z.int().min(0).default(1).describe('The same seed gives the same vectors.'),
    payload_bytes: z.int().min(0).default(64).describe('Bytes of text in the payload of each.'),
    distance: z
      .enum(['Cosine', 'Dot', 'Euclid', 'Manhattan'])
      .default('Cosine')
      .describe('Distance function of the collection.'),
    file: z
      .string()
      .min(1)
      .optional()
      .describe('Vectors of yours instead, on the machine vdb runs on: .npy, .fvecs or .jsonl.'),
    queries: z
      .string()
      .min(1)
      .optional()
      .describe('File of vectors to search with; by default some of the file are held out for that.'),
  })
  .prefault({})
  .describe('What is written and searched.');

const share = (standard: number) => z.number().min(0).default(standard);

const mix = z
  .strictObject({
    search: share(100).describe('The k nearest.'),
    filter: share(0).describe('The k nearest of those that a filter lets through.'),
    batch: share(0).describe('Several searches in one request.'),
    retrieve: share(0).describe('Points by their ids.'),
    upsert: share(0).describe("Writes a point; only in the benchmark's own collection."),
  })
  .prefault({})
  .describe('Shares of the requests, in any unit.');

const gates = z
  .strictObject({
    p99_ms: gate(10).describe('99 of 100 answers come within this time, at the load in the middle.'),
    operations_per_second: gate(10_000).describe('So much is done a second at least, at the knee.'),
    error_percent: gate(0.1).describe('Of requests that failed, in any step.'),
    recall: z
      .number()
      .min(0)
      .max(1)
      .nullable()
      .default(0.95)
      .describe('Share of the true neighbours that a search finds.'),
    baseline_percent: gate(10).describe('How much worse than a baseline a number may be.'),
  })
  .prefault({})
  .describe('Limits; exit code 3 where one is missed, null for none.');

export const benchSchema = z
  .strictObject({
    paths: z
      .array(z.enum(BENCH_PATHS))
      .min(1)
      .default(['qdrant'])
      .describe(
        'qdrant: itself; edge: through HAProxy; gateway: a replica, as many clients; clients: edge and gateway, as one client.',
      ),
    dataset,
    mix,
    k: count().default(10).describe('Neighbours of a search.'),
    ef: count()
      .optional()
      .describe('Candidates that a search looks at (hnsw_ef); by default Qdrant decides.'),
    batch: count().default(10).describe('Searches of a batch.'),
    filter_percent: number().max(100).default(10).describe('Share of the points that a filter lets through.'),
    warmup_seconds: number().default(3).describe('Load before anything is measured.'),
    ramp_seconds: number().default(3).describe('Length of each step that looks for the knee.'),
    max_concurrency: count().default(128).describe('Requests under way at most.'),
    load_percent: z
      .array(number().max(200))
      .min(1)
      .default([50, 70, 90])
      .describe('Loads that are then offered at fixed times, of what the knee does.'),
    step_seconds: number().default(10).describe('Length of each of those at least.'),
    samples: count()
      .default(10_000)
      .describe('Requests of each of those, where that takes no longer than max_step_seconds.'),
    max_step_seconds: number().default(60).describe('Length of each of those at most.'),
    timeout_seconds: number().default(10).describe('Without an answer for so long a request has failed.'),
    recall_queries: z
      .int()
      .min(0)
      .default(200)
      .describe('Searches whose answers are compared with exact ones; 0 for none.'),
    write_batch: count().default(256).describe('Points of one request while the data is written.'),
    write_concurrency: count().default(4).describe('Such requests under way.'),
    gates,
  })
  .describe('What vdb bench does where its options say nothing else.');
