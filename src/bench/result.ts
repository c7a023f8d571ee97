import type { Ingested } from './ingest.js';
import type { PathName, Profile, signatureOf } from './profile.js';
import type { RecallResult } from './recall-run.js';

/** What a load of one concurrency or rate came to. Times in milliseconds. */
export interface Measured {
  samples: number;
  ok: number;
  errors: Record<string, number>;
  /** Share of the requests that failed or were never sent, in percent. */
  error_percent: number;
  dropped: number;
  /** Good answers a second. */
  achieved: number;
  /** What those did a second: a batch of ten is ten. */
  operations: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
  mean: number;
  /** The share of its time in which the busiest thread of the generator was at work, in percent. */
  generator_percent: number;
}

/** So many requests always under way. */
export type RampResult = Measured & { concurrency: number };

/** Requests at fixed times. */
export type OpenResult = Measured & {
  /** Of the knee; null where the rate was given. */
  load_percent: number | null;
  /** Requests a second. */
  offered: number;
  /** How late 99 of 100 requests were sent although a connection was free. */
  send_lag_p99: number;
  /** Buckets of the latencies: from, to, how many. */
  histogram: [from: number, to: number, count: number][];
  /** Of the host meanwhile; null where it was not seen. */
  resources: { cpu_percent: number; memory: number; qdrant_cpu: number | null } | null;
};

export interface PathResult {
  path: PathName;
  title: string;
  /** Answers a second of what costs the server nothing, over the same way. */
  ceiling: number;
  ramp: RampResult[];
  knee: { concurrency: number; throughput: number; operations: number } | null;
  open: OpenResult[];
}

export interface GateResult {
  name: 'p99' | 'operations' | 'errors' | 'recall' | 'baseline';
  /** In words: `p99 at 70 % of the knee`. */
  title: string;
  /** null where it could not be measured, which misses the gate. */
  value: number | null;
  limit: number;
  unit: string;
  /** Whether the limit is the most that passes, or the least. */
  kind: 'most' | 'least';
  ok: boolean;
}

export type RecallResultOrNull = RecallResult | null;

/** A result as a file holds it. */
export interface BenchResult {
  schema: 'vdb.bench/1';
  /** When it began. */
  at: string;
  vdb: string;
  host: {
    name: string;
    /** Name of the processor, as the host says it. */
    processor: string;
    cpus: number;
    memory: number;
    os: string;
    /** Whether requests came over SSH, which costs time that clients do not have. */
    over_ssh: boolean;
  };
  qdrant: { version: string; genuine: boolean };
  signature: ReturnType<typeof signatureOf>;
  profile: Pick<
    Profile,
    'paths' | 'load_percent' | 'step_seconds' | 'samples' | 'max_concurrency' | 'threads'
  >;
  data: {
    name: string;
    collection: string;
    points: number;
    dimension: number;
    distance: string;
    kept: boolean;
  };
  ingest: Ingested | null;
  paths: PathResult[];
  recall: RecallResult | null;
  resources: {
    seconds: number;
    cpu_percent: number;
    memory: number;
    qdrant_cpu: number | null;
    qdrant_memory: number | null;
  }[];
  gates: GateResult[];
  comparison: Comparison | null;
  /** What the reader has to know beside the numbers. */
  remarks: string[];
  duration_seconds: number;
}

/** A result beside an earlier one. */
export interface Comparison {
  /** Name or file of the earlier one. */
  with: string;
  at: string;
  rows: ComparedNumber[];
}

export interface ComparedNumber {
  title: string;
  before: number;
  now: number;
  unit: string;
  /** How much worse it is now, in percent; negative for better. */
  worse_percent: number;
  ok: boolean;
}
