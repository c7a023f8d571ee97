import type { Config } from '../config/schema.js';
import type { Forwarding } from '../host/transport.js';
import { type Api, openApi } from './api.js';
import { assertComparable, compare } from './compare.js';
import { staged } from './events.js';
import { gatesOf } from './gates.js';
import { assertNotLeft } from './interrupted.js';
import type { Endpoint } from './load/connection.js';
import { measureWay } from './measure-way.js';
import { type Data, withData } from './prepare.js';
import { signatureOf } from './profile.js';
import { measureRecall } from './recall-run.js';
import { remarksOf } from './remarks.js';
import type { BenchRequest } from './request.js';
import { assertMix } from './requests/mix.js';
import type { ResourceSample, Sampler } from './resources.js';
import type { BenchResult, PathResult } from './result.js';
import { orderOf } from './stats/recall.js';
import { qdrantPort, type Way, wayOf } from './ways.js';

/**
 * Measures: writes data of its own, or reads from a collection of the user's; loads each path; compares with exact searches. Its
 * own collection is removed whatever happens, unless it is to stay. Throws `bench.interrupted` when `signal` is aborted.
 */
export async function runBench(request: BenchRequest): Promise<BenchResult> {
  const { config, profile, baseline } = request;
  const ways = profile.paths.map((name) => wayOf(config, name));
  assertMix(profile, ways);
  const signature = signatureOf(profile);
  if (baseline !== undefined) assertComparable({ signature }, baseline.result, baseline.name);
  const at = new Date();
  const forwarding = new Forwardings(request.forward);
  try {
    const apis = await openApis(request, forwarding);
    try {
      return await withData(request, apis, (data) =>
        measureAll(request, { ways, data, forwarding, apis, at }),
      );
    } finally {
      for (const api of apis) api.close();
    }
  } finally {
    await forwarding.close();
  }
}

/** Ports that are forwarded once, however often they are asked for. */
class Forwardings {
  readonly #forward: BenchRequest['forward'];
  readonly #open = new Map<number, Promise<Forwarding>>();

  constructor(forward: BenchRequest['forward']) {
    this.#forward = forward;
  }

  async to({ port, tls }: Endpoint): Promise<Endpoint> {
    const forwarding = this.#open.get(port) ?? this.#forward(port);
    this.#open.set(port, forwarding);
    return { port: (await forwarding).port, tls };
  }

  async close(): Promise<void> {
    const all = await Promise.allSettled(this.#open.values());
    await Promise.all(all.map((each) => (each.status === 'fulfilled' ? each.value.close() : undefined)));
  }
}

async function openApis({ config, profile }: BenchRequest, forwarding: Forwardings): Promise<Api[]> {
  const endpoint = await forwarding.to({ port: qdrantPort(config), tls: false });
  return Array.from({ length: profile.write_concurrency }, () => openApi(endpoint, config.qdrant.api_key));
}

interface Prepared {
  ways: readonly Way[];
  data: Data;
  forwarding: Forwardings;
  apis: readonly Api[];
  at: Date;
}

async function measureAll(request: BenchRequest, prepared: Prepared): Promise<BenchResult> {
  const { profile, about, baseline, config, signal } = request;
  const { data, apis, at } = prepared;
  const sampler = request.sample();
  const begun = performance.now();
  let unseen: string | undefined;
  let paths: PathResult[];
  try {
    paths = await measurePaths(request, prepared, sampler);
  } finally {
    unseen = await sampler.stop();
  }
  const recall = await recallOf(request, data, apis[0]!);
  assertNotLeft(signal);
  const numbers = { paths, recall, ingest: data.ingest };
  const comparison =
    baseline === undefined
      ? null
      : compare(numbers, baseline.result, { name: baseline.name, most: profile.gates.baseline_percent });
  const { paths: names, load_percent, step_seconds, samples, max_concurrency, threads } = profile;
  const measuredAll = {
    ...{ schema: 'vdb.bench/1' as const, at: at.toISOString(), ...about },
    qdrant: await serverOf(apis[0]!, config),
    signature: signatureOf(profile),
    profile: { paths: names, load_percent, step_seconds, samples, max_concurrency, threads },
    ...{ data: data.about, ...numbers, comparison },
    resources: resourcesOf(sampler.samples),
    gates: gatesOf(profile.gates, { paths, recall, comparison }),
    duration_seconds: (performance.now() - begun) / 1000,
  };
  return { ...measuredAll, remarks: remarksOf(measuredAll, unseen) };
}

async function measurePaths(
  { profile, generator, baseline, signal, onEvent }: BenchRequest,
  { ways, data, forwarding }: Prepared,
  sampler: Sampler,
): Promise<PathResult[]> {
  const results: PathResult[] = [];
  for (const way of ways) {
    assertNotLeft(signal);
    const before = baseline?.result.paths.find(({ path }) => path === way.name);
    const rates = profile.rates ?? before?.open.map(({ offered }) => offered);
    results.push(
      await measureWay(way, {
        ...(rates === undefined ? {} : { rates }),
        profile,
        ...{ generator, supply: data.supply, signal, onEvent },
        endpoint: await forwarding.to(way),
        samples: () => sampler.samples,
      }),
    );
  }
  return results;
}

async function recallOf({ profile, signal, onEvent }: BenchRequest, { supply, about }: Data, api: Api) {
  if (profile.recall_queries === 0 || signal.aborted) return null;
  const asked = {
    ...{ collection: supply.collection, queries: supply.queries.slice(0, profile.recall_queries) },
    ...{ k: profile.k, ef: profile.ef ?? null, order: orderOf(about.distance) },
  };
  return staged(
    onEvent,
    { name: 'recall' },
    (progress) =>
      measureRecall(api, asked, { signal, onProgress: (done, of) => progress(`${done} of ${of} searches`) }),
    ({ k, recall, queries }) => `recall@${k} ${recall.toFixed(4)}, ${queries} queries`,
  );
}

async function serverOf(api: Api, { qdrant }: Config): Promise<BenchResult['qdrant']> {
  const version = await api.greeting();
  return { version, genuine: qdrant.artifact.from !== 'emulator' && !version.includes('emulator') };
}

function resourcesOf(samples: readonly ResourceSample[]): BenchResult['resources'] {
  const begun = samples[0]?.at ?? 0;
  return samples.map(({ at, cpu, ...rest }) => ({
    seconds: (at - begun) / 1000,
    cpu_percent: cpu * 100,
    ...rest,
  }));
}
