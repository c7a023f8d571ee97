import { randomOf } from './data/random.js';
import { type OnBenchEvent, type Stage, staged } from './events.js';
import { assertNotLeft } from './interrupted.js';
import { clock } from './load/clock.js';
import type { Endpoint } from './load/connection.js';
import type { Generator } from './load/generator.js';
import type { Load } from './load/load.js';
import { type Message, messageOf } from './load/message.js';
import type { Tally } from './load/tally.js';
import { loadText } from './load-text.js';
import { measured, openMeasured } from './measured.js';
import type { Profile } from './profile.js';
import { kindsOf } from './requests/mix.js';
import type { Supply } from './requests/supply.js';
import type { ResourceSample } from './resources.js';
import type { OpenResult, PathResult, RampResult } from './result.js';
import { kneeOf, nextConcurrency } from './stats/knee.js';
import { samplesOf } from './stats/schedule.js';
import type { Way } from './ways.js';

/** Requests that are rendered before the load, and then sent in turn. */
const MESSAGES = 2000;
const CEILING_SECONDS = 2;
const CEILING_CONCURRENCY = 32;
const WARM_UP_CONCURRENCY = 8;

export interface WayContext {
  profile: Profile;
  generator: Generator;
  supply: Supply;
  /** Those of a baseline, which are offered in place of shares of the knee. */
  rates?: readonly number[];
  /** Where the way begins on this machine. */
  endpoint: Endpoint;
  /** What was seen of the host so far. */
  samples(): readonly ResourceSample[];
  signal: AbortSignal;
  onEvent: OnBenchEvent;
}

/**
 * Measures one way: warm-up, how fast the way itself is, a closed loop up to the knee, then open loops below it. Throws
 * `bench.interrupted` when `signal` is aborted.
 */
export async function measureWay(way: Way, context: WayContext): Promise<PathResult> {
  const { profile, signal } = context;
  const run = new WayRun(way, context);
  await run.warmUp();
  assertNotLeft(signal);
  const ceiling = await run.ceiling();
  const ramp = profile.rates === undefined ? await run.ramp() : [];
  const knee = kneeOf(
    ramp.map((step) => ({ ...step, throughput: step.achieved, errors: step.error_percent / 100 })),
  );
  const open: OpenResult[] = [];
  const { rates = profile.rates } = context;
  const offered = ratesOf({ ...profile, ...(rates === undefined ? {} : { rates }) }, knee?.throughput);
  for (const { rate, loadPercent } of offered) {
    assertNotLeft(signal);
    open.push(await run.open(rate, loadPercent));
  }
  return {
    ...{ path: way.name, title: way.title, ceiling, ramp, open },
    knee:
      knee === undefined
        ? null
        : { concurrency: knee.concurrency, throughput: knee.throughput, operations: knee.operations },
  };
}

/** What is offered: the given rates, else shares of what the knee does. Pure. */
export function ratesOf(
  { rates, load_percent }: Pick<Profile, 'rates' | 'load_percent'>,
  knee: number | undefined,
): { rate: number; loadPercent: number | null }[] {
  if (rates !== undefined) return rates.map((rate) => ({ rate, loadPercent: null }));
  if (knee === undefined) return [];
  return load_percent.map((loadPercent) => ({ rate: (knee * loadPercent) / 100, loadPercent }));
}

class WayRun {
  readonly #way: Way;
  readonly #context: WayContext;
  readonly #messages: readonly Message[];
  #firstNumber = 0;

  constructor(way: Way, context: WayContext) {
    this.#way = way;
    this.#context = context;
    const { mix, dataset } = context.profile;
    this.#messages = kindsOf(mix, MESSAGES, randomOf(dataset.seed)).map((kind, index) =>
      messageOf(way.request(kind, index, context.supply)),
    );
  }

  async warmUp(): Promise<void> {
    const { warmup_seconds: seconds, max_concurrency } = this.#context.profile;
    const connections = Math.min(WARM_UP_CONCURRENCY, max_concurrency);
    await this.#closed({ name: 'warm-up', concurrency: connections }, connections, seconds);
  }

  async ceiling(): Promise<number> {
    const connections = Math.min(CEILING_CONCURRENCY, this.#context.profile.max_concurrency);
    const messages = [messageOf(this.#way.ping)];
    const tally = await this.#closed({ name: 'ceiling' }, connections, CEILING_SECONDS, messages);
    return measured(tally).achieved;
  }

  async ramp(): Promise<RampResult[]> {
    const { profile, signal } = this.#context;
    const steps: RampResult[] = [];
    for (;;) {
      const seen = steps.map((step) => ({
        ...{ concurrency: step.concurrency, throughput: step.achieved, errors: step.error_percent / 100 },
      }));
      const concurrency = nextConcurrency(seen, profile.max_concurrency);
      if (concurrency === undefined) return steps;
      assertNotLeft(signal);
      const stage: Stage = { name: 'ramp', concurrency };
      steps.push({ concurrency, ...measured(await this.#closed(stage, concurrency, profile.ramp_seconds)) });
    }
  }

  async open(rate: number, loadPercent: number | null): Promise<OpenResult> {
    const { profile, generator, samples } = this.#context;
    const limits = {
      ...{ seconds: profile.step_seconds, samples: profile.samples, mostSeconds: profile.max_step_seconds },
    };
    const since = clock();
    const step = {
      ...{ rate, count: samplesOf(rate, limits), connections: profile.max_concurrency },
      graceMs: profile.timeout_seconds * 1000,
    };
    const tally = await this.#told({ name: 'open', rate }, (watch) =>
      generator.open(this.#load(), step, watch),
    );
    const meanwhile = samples().filter(({ at }) => at >= since);
    return openMeasured(tally, { rate, loadPercent }, meanwhile);
  }

  #closed(stage: Stage, connections: number, seconds: number, messages = this.#messages): Promise<Tally> {
    const loop = { connections, durationMs: seconds * 1000 };
    return this.#told(stage, (watch) => this.#context.generator.closed(this.#load(messages), loop, watch));
  }

  /** Each load begins where the numbers of the last one end: no request comes twice. */
  #load(messages = this.#messages): Load {
    const firstNumber = this.#firstNumber;
    this.#firstNumber += 1_000_003;
    const { endpoint, profile } = this.#context;
    return { endpoint, messages, timeoutMs: profile.timeout_seconds * 1000, firstNumber };
  }

  async #told(
    stage: Stage,
    run: (watch: { signal: AbortSignal; onProgress(tally: Tally): void }) => Promise<Tally>,
  ): Promise<Tally> {
    const { signal, onEvent } = this.#context;
    const since = clock();
    return staged(
      onEvent,
      { path: this.#way.name, ...stage },
      (progress) =>
        run({
          signal,
          onProgress: (tally) => progress(loadText(tally, (clock() - since) / 1000)),
        }),
      (tally) => loadText(tally, tally.elapsedMs / 1000),
    );
  }
}
