import type { BenchResult } from './result.js';

/** The way itself brings so much less than this times the knee that it may be what limits it. */
const NARROW = 1.5;
/** From so much work on, the generator may be what limits it. */
const BUSY_PERCENT = 90;
/** From here on requests were sent so late that it shows in what was measured. */
const LATE_MS = 2;
const FEW = 10_000;

/** What the reader has to know beside the numbers. Pure. */
export function remarksOf(result: Omit<BenchResult, 'remarks'>, unseen: string | undefined): string[] {
  const { host, qdrant, data, ingest, paths, signature } = result;
  const steps = paths.flatMap(({ ramp, open }) => [...ramp, ...open]);
  const few = paths.flatMap(({ open }) => open).filter(({ samples }) => samples < FEW);
  return [
    ...(qdrant.genuine
      ? []
      : ['The server is the emulator of vdb, not Qdrant: its numbers say nothing of Qdrant.']),
    ...(host.over_ssh
      ? [
          'Requests went through SSH, which is part of every latency; on the host itself (connection: local) they do not.',
        ]
      : []),
    ...paths.flatMap(narrowRemark),
    ...(steps.some(({ generator_percent }) => generator_percent > BUSY_PERCENT)
      ? [
          'The load generator was at its limit in a step: more threads (--threads) or another machine may show more.',
        ]
      : []),
    ...lateRemark(paths),
    ...(few.length > 0
      ? [
          `Steps of fewer than ${FEW} samples: their p99 is of a few requests (--samples, bench.max_step_seconds).`,
        ]
      : []),
    ...(ingest !== null && ingest.indexed < ingest.points * 0.9
      ? [
          `${ingest.indexed} of ${ingest.points} vectors are in an index; the others are scanned, so recall and latency are not those of the index.`,
        ]
      : []),
    ...limitRemark(steps),
    ...(signature.collection !== null && data.kept
      ? [`Only searches: ${data.collection} was not written to.`]
      : []),
    ...(unseen === undefined ? [] : [`The resources of the host were not seen: ${unseen}`]),
  ];
}

function narrowRemark({ path, ceiling, knee }: BenchResult['paths'][number]): string[] {
  if (knee === null || ceiling > knee.throughput * NARROW) return [];
  return [
    `Path ${path} carries ${Math.round(ceiling)} requests a second that cost the server nothing: it, and not the server, may be the limit.`,
  ];
}

function lateRemark(paths: BenchResult['paths']): string[] {
  const late = Math.max(0, ...paths.flatMap(({ open }) => open.map(({ send_lag_p99 }) => send_lag_p99)));
  if (late < LATE_MS) return [];
  return [
    `Requests were sent up to ${late.toFixed(1)} ms late (p99) as this machine was busy; that time is in the latencies.`,
  ];
}

function limitRemark(steps: readonly { errors: Record<string, number> }[]): string[] {
  const isLimited = steps.some(({ errors }) => (errors['HTTP 429'] ?? 0) > 0);
  return isLimited
    ? ['Requests were refused by a rate limit (429): security.rate_limiting, gateway.rate_limit.']
    : [];
}
