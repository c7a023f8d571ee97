import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { syntheticDataset } from '../../../src/bench/data/synthetic.js';
import type { BenchEvent } from '../../../src/bench/events.js';
import { inlineGenerator } from '../../../src/bench/load/generator.js';
import type { Profile } from '../../../src/bench/profile.js';
import type { BenchRequest } from '../../../src/bench/request.js';
import type { BenchResult } from '../../../src/bench/result.js';
import { runBench } from '../../../src/bench/run.js';
import type { Config } from '../../../src/config/schema.js';
import { testConfig } from '../../support/config.js';
import { availableKinds, type RunningQdrant, startQdrant } from '../../support/qdrant.js';

const SPEC = { points: 1500, dimension: 16, clusters: 8, seed: 1, payloadBytes: 16 };

describe.each(availableKinds())('a benchmark of Qdrant (%s)', (kind) => {
  let server: RunningQdrant;
  let config: Config;
  beforeAll(async () => {
    server = await startQdrant(kind);
    const slots = { blue: { http: server.httpPort, grpc: server.grpcPort, p2p: server.p2pPort } };
    config = testConfig({
      qdrant: { slots, api_key: server.apiKey, read_only_api_key: server.readOnlyApiKey },
    });
  });
  afterAll(() => server.stop());

  function request(
    changes: Partial<Profile> = {},
    { signal = new AbortController().signal, onEvent = (_: BenchEvent): void => {} } = {},
  ): BenchRequest {
    const profile: Profile = {
      ...config.bench,
      dataset: { ...config.bench.dataset, points: SPEC.points, dimension: SPEC.dimension },
      ...{ warmup_seconds: 0.2, ramp_seconds: 0.3, max_concurrency: 4, load_percent: [50, 90] },
      ...{ step_seconds: 0.5, samples: 50, max_step_seconds: 2, recall_queries: 20, threads: 1, keep: false },
      ...changes,
    };
    const host = { name: 'main', processor: '', cpus: 2, memory: 1, os: '', over_ssh: false };
    return {
      ...{ config, profile, dataset: syntheticDataset(SPEC), generator: inlineGenerator(), signal, onEvent },
      about: { vdb: '0', host },
      forward: async (port) => ({ port, close: async () => {} }),
      sample: () => ({ samples: [], stop: async () => undefined }),
    };
  }

  async function names(): Promise<string[]> {
    const { body } = await server.request<{ result: { collections: { name: string }[] } }>(
      'GET',
      '/collections',
    );
    return body.result.collections.map(({ name }) => name);
  }

  function onlyPath({ paths }: BenchResult) {
    expect(paths).toHaveLength(1);
    return paths[0]!;
  }

  it('writes, loads and compares, and leaves nothing behind', async () => {
    const events: BenchEvent[] = [];
    const result = await runBench(request({}, { onEvent: (event) => events.push(event) }));
    expect(result.ingest).toMatchObject({ points: SPEC.points });
    expect(result.qdrant).toEqual({ version: server.version, genuine: kind === 'real' });
    const { ramp, knee, open, ceiling } = onlyPath(result);
    expect(ramp.map(({ concurrency }) => concurrency).slice(0, 2)).toEqual([1, 2]);
    expect(ceiling).toBeGreaterThan(knee!.throughput);
    expect(open.map(({ load_percent }) => load_percent)).toEqual([50, 90]);
    for (const step of open) expect(step).toMatchObject({ errors: {} });
    expect(result.recall).toMatchObject({ k: 10, queries: 20 });
    expect(result.recall!.recall).toBeGreaterThan(0.9);
    expect(result.gates.map(({ name }) => name)).toEqual(['p99', 'operations', 'errors', 'recall']);
    expect(await names()).toEqual([]);
    expect(
      events
        .filter(({ type }) => type === 'started')
        .map((event) => (event as { stage: { name: string } }).stage.name),
    ).toEqual(
      expect.arrayContaining(['write', 'green', 'warm-up', 'ceiling', 'ramp', 'open', 'recall', 'remove']),
    );
  });

  it('carries every kind of request', async () => {
    const mix = { search: 1, filter: 1, batch: 1, retrieve: 1, upsert: 1 };
    const result = await runBench(request({ mix, rates: [60], recall_queries: 0 }));
    const [step] = onlyPath(result).open;
    expect(step).toMatchObject({ errors: {}, offered: 60, load_percent: null });
    expect(step!.operations).toBeGreaterThan(step!.achieved * 1.5);
    expect(result.recall).toBeNull();
  });

  it('removes its collection when it is left, and reports nothing', async () => {
    const leave = new AbortController();
    const onEvent = (event: BenchEvent): void => {
      if (event.type === 'started' && event.stage.name === 'ramp') leave.abort();
    };
    await expect(runBench(request({}, { signal: leave.signal, onEvent }))).rejects.toMatchObject({
      exitCode: 130,
      details: { code: 'bench.interrupted' },
    });
    expect(await names()).toEqual([]);
  });

  it('removes what a run that was killed has left, and nothing else', async () => {
    const left = 'vdb_bench_tmp_0123456789ab';
    const others = ['vdb_bench_kept_0123456789ab', 'vdb_bench_tmp', 'users'];
    for (const name of [left, ...others])
      await server.request('PUT', `/collections/${name}`, { vectors: { size: 4, distance: 'Cosine' } });
    const remarks: string[] = [];
    const onEvent = (event: BenchEvent): void => {
      if (event.type === 'remark') remarks.push(event.text);
    };
    await runBench(request({ rates: [20], recall_queries: 0 }, { onEvent }));
    expect((await names()).toSorted()).toEqual(others.toSorted());
    expect(remarks).toEqual([`${left}, which an earlier run had left, is removed`]);
    for (const name of others) await server.request('DELETE', `/collections/${name}`);
  });

  it('keeps its collection where it is asked to, which can then be searched as one of the user', async () => {
    const kept = await runBench(request({ rates: [20], recall_queries: 0, keep: true }));
    const name = kept.data.collection;
    expect(await names()).toEqual([name]);
    const before = await server.request('GET', `/collections/${name}`);
    const result = await runBench(request({ rates: [40], collection: name }));
    expect(onlyPath(result).open[0]).toMatchObject({ errors: {} });
    expect(result.recall!.queries).toBe(20);
    expect(result.ingest).toBeNull();
    const after = await server.request('GET', `/collections/${name}`);
    expect((after.body as { result: unknown }).result).toEqual((before.body as { result: unknown }).result);
    await server.request('DELETE', `/collections/${name}`);
  });

  it('refuses what would write to a collection of the user, before it asks the server anything', async () => {
    const mix = { ...config.bench.mix, upsert: 1 };
    const refused = runBench({
      ...request({ mix, collection: 'users' }),
      forward: () => {
        throw new Error('nothing is to be asked');
      },
    });
    await expect(refused).rejects.toMatchObject({ exitCode: 2, details: { code: 'bench.mix' } });
  });

  it('says which collection is not there, or cannot be searched', async () => {
    await expect(runBench(request({ collection: 'missing' }))).rejects.toThrow(/missing.*404/);
    await server.request('PUT', '/collections/empty', { vectors: { size: 4, distance: 'Cosine' } });
    await expect(runBench(request({ collection: 'empty' }))).rejects.toThrow('Collection empty is empty');
    await server.request('DELETE', '/collections/empty');
  });

  it('offers the loads of a baseline again, and compares', async () => {
    const first = await runBench(request({ rates: [30], recall_queries: 0 }));
    const again = await runBench({
      ...request({ recall_queries: 0 }),
      baseline: { name: 'first', result: first },
    });
    expect(onlyPath(again).open.map(({ offered }) => offered)).toEqual([30]);
    expect(onlyPath(again).knee).not.toBeNull();
    expect(again.comparison).toMatchObject({ with: 'first', at: first.at });
    expect(again.comparison!.rows.map(({ title }) => title)).toContain('qdrant, p99');
    const other = { ...request({ k: 3 }), baseline: { name: 'first', result: first } };
    await expect(runBench(other)).rejects.toMatchObject({ details: { code: 'bench.incomparable' } });
  });
});
