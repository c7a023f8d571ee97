import { middleOf } from '../../bench/gates.js';
import { msText } from '../../bench/load-text.js';
import type { BenchResult, GateResult } from '../../bench/result.js';
import type { Config } from '../../config/schema.js';
import { slotStorage } from '../../config/slots.js';
import { ask } from '../../host/probe.js';
import { type Check, type CheckContext, defineCheck } from '../check.js';
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

/** Judges by a gate of `vdb bench` as that has judged it, so that both say the same of a measurement. */
function gatedBy(
  gate: keyof Config['bench']['gates'],
  name: GateResult['name'],
  seenOf: (result: BenchResult, context: CheckContext) => string,
): Pick<Check<Performance>, 'skip' | 'judge'> {
  return {
    skip: ({ config }) => (config.bench.gates[gate] === null ? `bench.gates.${gate} is null` : undefined),
    judge: ([measured], context) =>
      whenThere(measured, 'nothing was measured', (result) => {
        if ('failure' in result) return fail(result.failure, 'a load that is served');
        const judged = result.gates.find((each) => each.name === name);
        if (judged === undefined) return unknown(`${name} was not measured: ${seenOf(result, context)}`);
        const { ok, kind, limit, unit } = judged;
        return expect(
          ok,
          seenOf(result, context),
          `at ${kind} ${limit}${unit === '/s' ? unit : ` ${unit}`.trimEnd()}`,
        );
      }),
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
  ...gatedBy('p99_ms', 'p99', ({ paths: [path] }) => {
    const step = middleOf(path?.open ?? []);
    if (step === undefined) return 'no search was answered';
    return `p99 ${msText(step.p99)} at ${Math.round(step.offered)}/s, of ${step.samples} searches`;
  }),
  remedy: 'See how it goes with the load (vdb bench --report DIR): memory, quantization and cores decide.',
});

const throughput = defineCheck<Performance>({
  ...loaded,
  id: 'performance.throughput',
  title: 'The server does as much as was planned',
  looksAt: `${LOAD}: as many at once as bring more answers`,
  why: 'What is planned for is not there where the machine cannot do it.',
  ...gatedBy('operations_per_second', 'operations', ({ gates }, { facts }) => {
    const done = gates.find(({ name }) => name === 'operations')?.value ?? 0;
    const on = facts.status === 'known' && facts.value !== null ? ` on ${facts.value.cpus} cores` : '';
    return `${Math.floor(done)}/s${on}`;
  }),
  remedy: 'Plan with what was measured, or for more cores; vdb bench --report DIR shows what limits it.',
});

const errors = defineCheck<Performance>({
  ...loaded,
  id: 'performance.errors',
  title: 'Requests do not fail under load',
  looksAt: `${LOAD}: every request that was not answered well, or never sent because the server was too slow`,
  why: 'A server that refuses what it cannot do looks fast.',
  ...gatedBy('error_percent', 'errors', ({ paths }) => {
    const steps = paths.flatMap(({ ramp, open }) => [...ramp, ...open]);
    const all = steps.reduce((sum, { samples }) => sum + samples, 0);
    const failed = steps.reduce((sum, { samples, ok }) => sum + samples - ok, 0);
    return `${failed} of ${all} failed`;
  }),
  remedy: 'Read the log of Qdrant; see what was said (vdb bench --json).',
});

const recall = defineCheck<Performance>({
  ...loaded,
  id: 'performance.recall',
  title: 'Searches find what exact ones find',
  looksAt: 'searches for vectors that were not written, beside exact ones, in the same collection',
  why: 'An index that is fast because it misses neighbours is of no use.',
  ...gatedBy('recall', 'recall', ({ recall: found }) =>
    found === null
      ? 'bench.recall_queries is 0'
      : `recall@${found.k} ${found.recall.toFixed(4)}, of ${found.queries} queries`,
  ),
  remedy:
    'Let searches look at more candidates (hnsw_ef), or build the index with a larger m or ef_construct.',
});

export const performanceChecks: readonly Check[] = [randomRead, latency, throughput, errors, recall];
