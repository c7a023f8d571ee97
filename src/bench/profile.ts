import type { Config } from '../config/schema.js';

/** What is measured, and how: the configuration's section with what the options say over it. */
export type Profile = Config['bench'] & {
  /** Requests a second that are offered, in place of shares of the knee. */
  rates?: readonly number[];
  /** Threads of the load generator. */
  threads: number;
  /** A collection of the user's that is searched, and nothing is written. */
  collection?: string;
  /** A configured collection whose settings the benchmark's own one gets. */
  like?: string;
  /** Whether the benchmark's collection stays. */
  keep: boolean;
};

/** A way to the data. */
export type PathName = Profile['paths'][number];

/** What a request of the load is. */
export type Kind = keyof Profile['mix'];

/** What must be equal for two results to be compared. Pure. */
export function signatureOf({ dataset, mix, k, ef, batch, filter_percent, collection, like }: Profile) {
  return {
    ...{ dataset, mix, k, ef: ef ?? null, batch, filter_percent },
    ...{ collection: collection ?? null, like: like ?? null },
  };
}
