import { readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { BenchResult } from '../../src/bench/result.js';
import { type Ended, events, result } from '../support/lab.js';
import { vdbWith } from './support/configuration.js';
import { onSharedHost } from './support/shared.js';
import { POSSIBLE, shortBench } from './support/short-bench.js';
import { site } from './support/site.js';

onSharedHost('vdb bench', (host) => {
  const bench = (args: string, gates?: Record<string, number>) =>
    vdbWith(host(), shortBench(gates), `bench --json ${args}`.trim());
  const resultOf = (ended: Ended) => result(ended) as unknown as BenchResult & { files: string[] };
  const collections = async () => {
    const said = await host().inside(
      'curl -s -H @/opt/qdrant/config/.admin-header http://127.0.0.1:6333/collections',
    );
    const { result: found } = JSON.parse(said) as { result: { collections: { name: string }[] } };
    return found.collections.map(({ name }) => name).sort();
  };
  /** A directory of this run, and the name of its baseline. */
  const directory = `bench-${Date.now().toString(36)}`;
  let first: BenchResult;

  afterAll(async () => {
    for (const left of [directory, '.vdb/bench'])
      await rm(join(site.directory, left), { recursive: true, force: true });
  });

  test('loads Qdrant, says how it answered, and writes that as JSON, Markdown and HTML', async () => {
    const before = await collections();
    const ended = await bench(`--report ${directory} --save ${directory}`);
    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(0);
    const { files, ...measured } = resultOf(ended);
    first = measured;
    const [path] = measured.paths;
    expect(path?.knee?.throughput).toBeGreaterThan(0);
    const [step] = path?.open ?? [];
    expect(step).toMatchObject({ errors: {}, dropped: 0, ok: step?.samples });
    expect(step?.samples).toBeGreaterThanOrEqual(50);
    const inOrder = [0, step?.p50, step?.p95, step?.p99, step?.max];
    expect(inOrder).toEqual(inOrder.toSorted((a, b) => Number(a) - Number(b)));
    expect(step?.p50).toBeGreaterThan(0);
    const seen = measured.resources.map(({ qdrant_cpu, qdrant_memory }) => [qdrant_cpu, qdrant_memory]);
    expect(Math.max(...seen.map(([cpu]) => cpu ?? 0))).toBeGreaterThan(0);
    expect(Math.min(...seen.map(([, memory]) => memory ?? 0))).toBeGreaterThan(10e6);
    expect(measured.recall?.recall).toBeGreaterThan(0.5);

    const texts = await Promise.all(files.map((file) => readFile(resolve(site.directory, file), 'utf8')));
    const of = (end: string) => texts[files.findIndex((file) => file.endsWith(end))] ?? '';
    expect(JSON.parse(of('Z.json'))).toMatchObject({ schema: 'vdb.bench/1', paths: [{ path: 'qdrant' }] });
    expect(JSON.parse(of('.qdrant.latency.json'))).toMatchObject({
      schema: 'vdb.latency/1',
      steps: [{ p99_ms: step?.p99, errors: 0 }],
    });
    expect(of('.md')).toContain('| offered |');
    expect(of('.html')).toContain('</svg>');
    for (const secret of host().secrets) expect(ended.stdout + texts.join()).not.toContain(secret);

    expect(await collections()).toEqual(before);
    const [run] = events((await host().vdb('history --limit 1 --json')).stdout);
    expect(run).toMatchObject({ type: 'run', command: expect.stringContaining('bench'), changed: 0 });
  });

  test('offers the loads of a baseline again, and says what has become of each number', async () => {
    const ended = await bench(`--compare ${directory}`);
    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(0);
    const { comparison, paths } = resultOf(ended);
    expect(paths[0]?.open[0]?.offered).toBe(first.paths[0]?.open[0]?.offered);
    expect(comparison).toMatchObject({ with: directory, at: first.at });
    expect(comparison?.rows.map(({ title }) => title)).toContain('qdrant, p99');
  });

  test('ends with 3 where a limit is missed, and leaves nothing on the server either', async () => {
    const before = await collections();
    const ended = await bench('--rate 20', { ...POSSIBLE, p99_ms: 0.0009 });
    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(3);
    expect(result(ended)).toMatchObject({ status: 'missed' });
    expect(resultOf(ended).gates.filter(({ ok }) => !ok)).toMatchObject([{ name: 'p99', limit: 0.0009 }]);
    expect(await collections()).toEqual(before);
  });
});
