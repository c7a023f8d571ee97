import { middleOf } from '../../bench/gates.js';
import { msText } from '../../bench/load-text.js';
import type { BenchResult } from '../../bench/result.js';
import type { Config } from '../../config/schema.js';
import { slotStorage } from '../../config/slots.js';
import { ask } from '../../host/probe.js';
import { type Check, type CheckContext, defineCheck, type Verdict } from '../check.js';
import { type Performance, shortBench } from '../outside/performance.js';
import { type RandomReads, randomReads } from '../probes/random-read.js';
import { expect, fail, unknown, whenThere } from '../verdict.js';

const randomRead = defineCheck<RandomReads>({
  id: 'performance.random-read',
  group: 'performance',
  severity: 'warning',
  optIn: true,
  title: 'The disk reads quickly at random places',
  looksAt: 'single reads of 4 KiB from the largest file of the active slot, by fio, for five seconds',
  why: 'A vector that is not in memory costs a search one such read after the other.',
  threshold: { default: 2, unit: 'ms at the 99th percentile' },
  probe: ({ config, slot }) => ask(randomReads, `${slotStorage(config, slot)}/storage`),
  judge: ([reads], _context, limit) =>
    whenThere(reads, 'there is no storage yet', (value) =>
      value.measured
        ? expect(
            value.p99Ms <= limit,
            `p99 ${value.p99Ms.toFixed(2)} ms over ${value.reads} reads`,
            `at most ${limit} ms`,
          )
        : unknown(value.why),
    ),
  remedy: 'See whether something else uses the disk; else move the data to a local SSD.',
  inspect: () => 'iostat -x 1 5; lsblk -o NAME,ROTA,SCHED,RA',
});

/** What the checks of one load have in common: it is made once, in a collection of its own that is removed. */
const loaded = {
  group: 'performance',
  severity: 'error',
  optIn: true,
  look: shortBench,
} as const;

/** Judges what was measured by the limit of a gate of `vdb bench`. */
function gatedBy(
  gate: keyof Config['bench']['gates'],
  judge: (result: BenchResult, limit: number, context: CheckContext) => Verdict,
): Pick<Check<Performance>, 'skip' | 'judge'> {
  return {
    skip: ({ config }) => (config.bench.gates[gate] === null ? `bench.gates.${gate} is null` : undefined),
    judge: ([measured], context) =>
      whenThere(measured, 'nothing was measured', (result) =>
        'failure' in result
          ? fail(result.failure, 'a load that is served')
          : judge(result, context.config.bench.gates[gate] ?? Number.NaN, context),
      ),
  };
}

const LOAD =
  'a load of searches in a collection of its own, with the data of `bench.dataset`, through a port that SSH forwards';

const latency = defineCheck<Performance>({
  ...loaded,
  id: 'performance.latency',
  title: 'Searches are answered in time under load',
  looksAt: `${LOAD}: at 70 % of what the server can do, from the time at which each search was due`,
  why: 'An average hides those who wait; a server that is asked only when it has answered hides that it stood still.',
  ...gatedBy('p99_ms', ({ paths: [path] }, limit) => {
    const step = middleOf(path?.open ?? []);
    if (step === undefined) return fail('no search was answered', `at most ${limit} ms`);
    const seen = `p99 ${msText(step.p99)} at ${Math.round(step.offered)}/s, of ${step.samples} searches`;
    return expect(step.p99 <= limit, seen, `at most ${limit} ms`);
  }),
  remedy: 'See how it goes with the load (vdb bench --report DIR): memory, quantization and cores decide.',
});

const throughput = defineCheck<Performance>({
  ...loaded,
  id: 'performance.throughput',
  title: 'The server does as much as was planned',
  looksAt: `${LOAD}: as many at once as bring more answers`,
  why: 'What is planned for is not there where the machine cannot do it.',
  ...gatedBy('operations_per_second', ({ paths: [path] }, limit, { facts }) => {
    const done = path?.knee?.operations ?? 0;
    const on = facts.status === 'known' && facts.value !== null ? ` on ${facts.value.cpus} cores` : '';
    return expect(done >= limit, `${Math.floor(done)}/s${on}`, `at least ${limit}/s`);
  }),
  remedy: 'Plan with what was measured, or for more cores; vdb bench --report DIR shows what limits it.',
});

const errors = defineCheck<Performance>({
  ...loaded,
  id: 'performance.errors',
  title: 'Requests do not fail under load',
  looksAt: `${LOAD}: every request that was not answered well, or never sent because the server was too slow`,
  why: 'A server that refuses what it cannot do looks fast.',
  ...gatedBy('error_percent', ({ paths }, limit) => {
    const steps = paths.flatMap(({ ramp, open }) => [...ramp, ...open]);
    const all = steps.reduce((sum, { samples }) => sum + samples, 0);
    const failed = steps.reduce((sum, { samples, ok }) => sum + samples - ok, 0);
    return expect(all > 0 && failed * 100 <= limit * all, `${failed} of ${all} failed`, `at most ${limit} %`);
  }),
  remedy: 'Read the log of Qdrant; see what was said (vdb bench --json).',
});

const recall = defineCheck<Performance>({
  ...loaded,
  id: 'performance.recall',
  title: 'Searches find what exact ones find',
  looksAt: 'searches for vectors that were not written, beside exact ones, in the same collection',
  why: 'An index that is fast because it misses neighbours is of no use.',
  ...gatedBy('recall', ({ recall: found }, limit) =>
    found === null
      ? unknown('bench.recall_queries is 0')
      : expect(
          found.recall >= limit,
          `recall@${found.k} ${found.recall.toFixed(4)}, of ${found.queries} queries`,
          `at least ${limit}`,
        ),
  ),
  remedy:
    'Let searches look at more candidates (hnsw_ef), or build the index with a larger m or ef_construct.',
});

export const performanceChecks: readonly Check[] = [randomRead, latency, throughput, errors, recall];
