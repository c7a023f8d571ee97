import type { Config } from '../config/schema.js';
import type { Forwarding } from '../host/transport.js';
import type { Dataset } from './data/dataset.js';
import type { OnBenchEvent } from './events.js';
import type { Generator } from './load/generator.js';
import type { Profile } from './profile.js';
import type { Sampler } from './resources.js';
import type { BenchResult } from './result.js';

/** What a benchmark needs. */
export interface BenchRequest {
  config: Config;
  profile: Profile;
  /** What is written; of a collection of the user's it gives the queries alone, where the profile has a file of them. */
  dataset: Dataset;
  generator: Generator;
  /** An earlier result, whose loads are offered again. */
  baseline?: { name: string; result: BenchResult };
  about: Pick<BenchResult, 'vdb' | 'host'>;
  /** Makes a port of the host reachable from here. */
  forward(port: number): Promise<Forwarding>;
  /** Looks at the host until it is stopped. */
  sample(): Sampler;
  signal: AbortSignal;
  onEvent: OnBenchEvent;
}
