import { syntheticDataset } from '../../bench/data/synthetic.js';
import { inlineGenerator } from '../../bench/load/generator.js';
import { threadedGenerator, WORKER_FILE } from '../../bench/load/threads.js';
import type { Profile } from '../../bench/profile.js';
import type { BenchResult } from '../../bench/result.js';
import { runBench } from '../../bench/run.js';
import { messageOf } from '../../errors.js';
import { existsFile } from '../../files.js';
import { known, type Observation } from '../../host/probe.js';
import { version } from '../../version.js';
import type { Site } from '../check.js';
import { oncePerSite } from '../once.js';

/** What a short benchmark measured, or why it failed. */
export type Performance = BenchResult | { failure: string };

/** Shorter than `vdb bench`, as a check is one of many: it says whether the targets are met, and not what is possible. */
const SHORT = {
  ...{ paths: ['qdrant'], load_percent: [70], threads: 1, keep: false },
  ...{ warmup_seconds: 1, ramp_seconds: 1, step_seconds: 5, samples: 5000, max_step_seconds: 20 },
} satisfies Partial<Profile>;

/** The points of the configuration's data set, but no more than these. */
const MOST_POINTS = 20_000;

/**
 * Runs `vdb bench` in short, against Qdrant itself, once for all checks of a run. It writes to a collection of its own, so it is asked only where
 * it was asked for by name. What is measured is judged by the checks, by the gates of `vdb bench`.
 */
export const shortBench = oncePerSite(async ({ host, context }: Site): Promise<Observation<Performance>> => {
  const { config, facts } = context;
  const { dataset } = config.bench;
  const points = Math.min(dataset.points, MOST_POINTS);
  const profile: Profile = { ...config.bench, ...SHORT, dataset: { ...dataset, points } };
  const generator = (await existsFile(WORKER_FILE)) ? threadedGenerator(1) : inlineGenerator();
  const about = facts.status === 'known' ? facts.value : null;
  try {
    const result = await runBench({
      ...{ config, profile, generator, signal: new AbortController().signal, onEvent: () => {} },
      dataset: syntheticDataset({ ...dataset, points, payloadBytes: dataset.payload_bytes }),
      about: {
        vdb: version(),
        host: {
          ...{ name: context.hostConfig.name, processor: '', over_ssh: host.reach !== undefined },
          ...{ cpus: about?.cpus ?? 0, memory: about?.memory ?? 0, os: about?.os.name ?? '' },
        },
      },
      forward: (port) => host.forward(port),
      sample: () => ({ samples: [], stop: async () => undefined }),
    });
    return known<Performance>(result);
  } catch (error) {
    return known<Performance>({ failure: messageOf(error) });
  } finally {
    await generator.close();
  }
});
