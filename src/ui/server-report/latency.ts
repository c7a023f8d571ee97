import type { Latency } from '../../report/latency.js';
import type { Block, Cell, Section } from '../page/model.js';
import { stamp } from '../status-values.js';

/** How long answers took at which load. */
export function latencySection({ at, target, steps, recall }: Latency): Section {
  const table: Block = {
    kind: 'table',
    caption: `${target}, measured ${stamp(Date.parse(at) / 1000)}; rates in requests a second, latencies in ms`,
    head: ['Offered', 'Achieved', 'p50', 'p95', 'p99', 'Longest', 'Errors'],
    numbers: [0, 1, 2, 3, 4, 5, 6],
    rows: steps.map((step): Cell[] => [
      ...[step.offered, step.achieved, step.p50_ms, step.p95_ms, step.p99_ms, step.max_ms].map(rounded),
      step.errors === 0 ? '0' : { text: String(step.errors), tone: 'bad' },
    ]),
  };
  const found: Block[] =
    recall === undefined
      ? []
      : [{ kind: 'text', text: `Recall against an exact search: ${recall.toFixed(3)}.` }];
  return { id: 'latency', title: 'Latency', blocks: [table, ...found] };
}

/** Three digits that say something: `0.82`, `12.3`, `950`. */
function rounded(value: number): string {
  if (value >= 100) return String(Math.round(value));
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
