import type { CollectionConfig } from '../../config/schema.js';
import type { FieldChange } from '../../engine/resource.js';
import { type QuantizationBody, quantizationBody } from './collection-body.js';
import {
  type CollectionInfo,
  type HnswInfo,
  type QuantizationInfo,
  singleVector,
} from './collection-info.js';

/** A collection as the configuration wants it. */
export interface WantedCollection extends CollectionConfig {
  /** `qdrant.strict_mode`; not compared when absent. */
  strictMode?: boolean;
}

/** What differs, by what it takes to change it. */
export interface CollectionDiff {
  /** Changed in place by a PATCH; Qdrant rebuilds indexes in the background where it has to. */
  updates: FieldChange[];
  /** Fixed when a collection is created. */
  fixed: FieldChange[];
}

/** Compares only what the configuration states: a setting it leaves open is Qdrant's or its operator's. */
export function diffCollection(want: WantedCollection, have: CollectionInfo): CollectionDiff {
  const { params, strict_mode_config: strict } = have.config;
  const vector = singleVector(params);
  const hnsw = { ...have.config.hnsw_config, ...withoutNulls(vector?.hnsw_config ?? {}) };
  const quantization = vector?.quantization_config ?? have.config.quantization_config ?? null;
  return {
    fixed: differing([
      ['vectors', vector === null ? 'named' : 'one unnamed', 'one unnamed'],
      ...(vector === null ? [] : sizes(vector, want)),
      ['shards', params.shard_number, want.shards],
    ]),
    updates: differing([
      ['hnsw.m', hnsw.m, want.hnsw.m],
      ['hnsw.ef_construct', hnsw.ef_construct, want.hnsw.ef_construct],
      ['hnsw.on_disk', hnsw.on_disk ?? false, want.hnsw.on_disk],
      ['hnsw.full_scan_threshold', hnsw.full_scan_threshold, want.hnsw.full_scan_threshold],
      ['on_disk', vector?.on_disk ?? false, want.on_disk],
      ['replicas', params.replication_factor, want.replicas],
      ['write_consistency', params.write_consistency_factor, want.write_consistency],
      ['on_disk_payload', params.on_disk_payload, want.on_disk_payload],
      ['quantization', ...quantizationPair(quantization, quantizationBody(want.quantization))],
      ['strict_mode', strict?.enabled ?? false, want.strictMode],
    ]),
  };
}

function sizes(vector: { size: number; distance: string }, want: WantedCollection): Row[] {
  return [
    ['size', vector.size, want.size],
    ['distance', vector.distance, want.distance],
  ];
}

type Row = [field: string, have: unknown, want: unknown];

function differing(rows: Row[]): FieldChange[] {
  return rows
    .filter(([, have, want]) => want !== undefined && have !== want)
    .map(([field, have, want]) => ({ field, have: String(have ?? 'unset'), want: String(want) }));
}

/** Both sides as text, the one that is there reduced to the settings that are wanted. */
function quantizationPair(have: QuantizationInfo | null, want: QuantizationBody | null): [string, string] {
  const [kind = 'none', settings = {}] = Object.entries(have ?? {})[0] ?? [];
  const [wantedKind = 'none', wantedSettings = {}] = Object.entries(want ?? {})[0] ?? [];
  const names = kind === wantedKind ? Object.keys(wantedSettings) : [];
  return [described(kind, settings, names), described(wantedKind, wantedSettings, names)];
}

function described(kind: string, settings: Record<string, unknown>, names: readonly string[]): string {
  const shown = names.map((name) => `${name} ${normal(settings[name])}`);
  return [kind, ...shown].join(', ');
}

/** Qdrant keeps the quantile as a 32-bit float; an absent `always_ram` means false. */
function normal(value: unknown): string {
  if (typeof value === 'number') return String(Math.fround(value));
  return String(value ?? false);
}

function withoutNulls(hnsw: HnswInfo): HnswInfo {
  return Object.fromEntries(Object.entries(hnsw).filter(([, value]) => value !== null));
}
