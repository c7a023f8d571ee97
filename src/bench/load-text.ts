import { failures, type Tally } from './load/tally.js';

/** What a load has come to, in a line. Pure. */
export function loadText(tally: Tally, seconds: number): string {
  const { ok, latency, dropped } = tally;
  const failed = failures(tally);
  const ms = (share: number): string => msText(latency.percentile(share));
  return [
    `${Math.round(ok / Math.max(seconds, 0.001))}/s`,
    ...(latency.count > 0 ? [`p50 ${ms(0.5)}`, `p99 ${ms(0.99)}`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(dropped > 0 ? [`${dropped} dropped`] : []),
  ].join(', ');
}

/** Milliseconds with as many digits as mean something: 0.41 ms, 4.1 ms, 410 ms. Pure. */
export function msText(ms: number): string {
  if (!Number.isFinite(ms)) return '-';
  return `${ms < 1 ? ms.toFixed(2) : ms < 100 ? ms.toFixed(1) : Math.round(ms)} ms`;
}
