/** Vectors to write, and others, which are not among them, to search with. */
export interface Dataset {
  /** What it is, for reports: `synthetic, seed 1, 64 clusters`, `sift.fvecs`. */
  name: string;
  /** Vectors to write. */
  count: number;
  dimension: number;
  /** Vectors to search with that there are at most. */
  queries: number;
  /** The vector to write at a place, from 0. */
  vector(index: number): Float32Array;
  /** What is written with it; undefined for nothing but what the benchmark itself adds. */
  payload(index: number): Record<string, unknown> | undefined;
  /** A vector to search with, from 0. */
  query(index: number): Float32Array;
  close(): void;
}

/** A row of numbers for each index: what a file of vectors is. */
export interface Rows {
  count: number;
  dimension: number;
  row(index: number): Float32Array;
  payload?(index: number): Record<string, unknown> | undefined;
  close(): void;
}
