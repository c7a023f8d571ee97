import type { Observation } from '../../host/probe.js';
import { type CollectionInfo, singleVector } from '../../services/qdrant/collection-info.js';
import type { HttpAnswer } from '../probes/http.js';
import { reading } from './qdrant.js';

/** Qdrant's `GET /collections/NAME`, as far as checks judge it. */
export interface CollectionState {
  /** `green`, `yellow`, `grey` or `red`. */
  status: string;
  /** Null when all is well; else the error that stopped the optimizers. */
  optimizerError: string | null;
  /** Approximate, as the two below. */
  points: number;
  indexedVectors: number;
  segments: number;
  /** Vectors of a segment above this many kB get an index; 0 switches that off. */
  indexingThreshold: number;
  /** 0 means that nothing is ever optimized; null leaves the number to Qdrant. */
  optimizationThreads: number | null;
  /** Of one vector in memory; null for a collection with named vectors. */
  vectorBytes: number | null;
  info: CollectionInfo;
}

interface RawState extends CollectionInfo {
  optimizer_status: unknown;
  indexed_vectors_count?: number | null;
  segments_count?: number;
  config: CollectionInfo['config'] & {
    optimizer_config: { indexing_threshold?: number | null; max_optimization_threads?: number | null };
  };
}

/** Qdrant's own, where the collection states none (lib/shard/src/optimizers/config.rs). */
const DEFAULT_THRESHOLD = 10_000;
const BYTES: Readonly<Record<string, number>> = { float32: 4, float16: 2, uint8: 1 };

/** Reads `/collections/NAME`. What lacks a part that is judged is unreadable, not fine. */
export function readCollection(answer: Observation<HttpAnswer>): Observation<CollectionState> {
  return reading(answer, (body) => stateOf((body as { result: RawState }).result));
}

function stateOf(info: RawState): CollectionState {
  const { config, status } = info;
  if (typeof status !== 'string') throw new Error('no status');
  for (const part of [config.params, config.hnsw_config, config.optimizer_config, info.payload_schema]) {
    if (typeof part !== 'object' || part === null) throw new Error('a part is missing');
  }
  const { indexing_threshold: threshold, max_optimization_threads: threads } = config.optimizer_config;
  return {
    status,
    optimizerError: optimizerError(info.optimizer_status),
    points: count(info.points_count),
    indexedVectors: count(info.indexed_vectors_count),
    segments: count(info.segments_count),
    indexingThreshold: threshold ?? DEFAULT_THRESHOLD,
    optimizationThreads: threads ?? null,
    vectorBytes: vectorBytes(config.params),
    info,
  };
}

function optimizerError(status: unknown): string | null {
  if (status === 'ok') return null;
  const error = (status as { error?: unknown } | null)?.error;
  if (typeof error !== 'string') throw new Error('no optimizer_status');
  return error;
}

function count(value: unknown): number {
  if (typeof value !== 'number') throw new Error('no count');
  return value;
}

function vectorBytes(params: CollectionInfo['config']['params']): number | null {
  const vector = singleVector(params) as { size: number; datatype?: string | null } | null;
  return vector === null ? null : vector.size * (BYTES[vector.datatype ?? 'float32'] ?? 4);
}

/** What an overview says of how a collection is set up; null where it has named vectors, or none of it. */
export interface CollectionShape {
  size: number | null;
  distance: string | null;
  m: number | null;
  efConstruct: number | null;
  /** `scalar`, `binary`, `product`, or null for none. */
  quantization: string | null;
}

/** The settings that an overview shows. Pure. */
export function shapeOf({ info: { config } }: CollectionState): CollectionShape {
  const vector = singleVector(config.params);
  return {
    size: vector?.size ?? null,
    distance: vector?.distance ?? null,
    m: config.hnsw_config.m ?? null,
    efConstruct: config.hnsw_config.ef_construct ?? null,
    quantization: Object.keys(config.quantization_config ?? {})[0] ?? null,
  };
}
