import type { Stage } from '../../bench/events.js';
import { msText } from '../../bench/load-text.js';
import type { BenchResult, GateResult, OpenResult, PathResult } from '../../bench/result.js';
import { formatSize } from '../../config/units.js';

/** What a part of a benchmark is called. */
export function stageText({ name, path, concurrency, rate }: Stage): string {
  const what = {
    write: 'write the data',
    green: 'wait for the index',
    read: 'look at the collection',
    'warm-up': 'warm up',
    ceiling: 'the way itself',
    ramp: `${concurrency} under way`,
    open: `${numberText(rate ?? 0)}/s offered`,
    recall: 'compare with exact',
    remove: 'remove the data',
  }[name];
  return path === undefined ? what : `${path}: ${what}`;
}

/** A number of which three digits mean something: 0.412, 41.2, 41234. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return '-';
  const size = Math.abs(value);
  return size >= 100 || value === 0 ? String(Math.round(value)) : value.toPrecision(3).replace(/\.?0+$/, '');
}

/** A number with its unit: 4.1 ms, 1200/s, 0.01 %, 0.987. */
export function valueText(value: number | null, unit: string): string {
  if (value === null) return 'not measured';
  if (unit === 'ms') return msText(value);
  if (unit === '/s') return `${numberText(value)}/s`;
  if (unit === '%') return `${numberText(value)} %`;
  return value.toFixed(4).replace(/0+$/, '').replace(/\.$/, '');
}

/** `p99 of qdrant at 70 % of the knee: 4.1 ms, at most 10 ms`. */
export function gateText({ title, value, limit, unit, kind }: GateResult): string {
  return `${title}: ${valueText(value, unit)}, at ${kind} ${unit === 'ms' ? `${numberText(limit)} ms` : valueText(limit, unit)}`;
}

/** Columns of a table of open loops. */
export const OPEN_COLUMNS = ['load', 'offered', 'answered', 'p50', 'p95', 'p99', 'max', 'failed', 'dropped'];

/** One open loop, as {@link OPEN_COLUMNS} has it. */
export function openRow(step: OpenResult): string[] {
  const { load_percent, offered, achieved, p50, p95, p99, max, dropped, samples, ok } = step;
  return [
    load_percent === null ? '-' : `${load_percent} %`,
    ...[`${numberText(offered)}/s`, `${numberText(achieved)}/s`],
    ...[p50, p95, p99, max].map(msText),
    String(samples - ok - dropped),
    String(dropped),
  ];
}

/** Where the knee of a path is. */
export function kneeText({ knee, ceiling }: PathResult): string {
  const way = `the way itself carries ${numberText(ceiling)}/s`;
  if (knee === null) return way;
  const operations =
    knee.operations > knee.throughput * 1.01 ? ` (${numberText(knee.operations)} operations)` : '';
  return `knee at ${knee.concurrency} under way: ${numberText(knee.throughput)} answers/s${operations}; ${way}`;
}

/** What was written, in a line. */
export function dataText({ data, ingest }: Pick<BenchResult, 'data' | 'ingest'>): string {
  const what = `${data.points} points of ${data.dimension} dimensions, ${data.distance} (${data.name})`;
  if (ingest === null) return `${data.collection}: ${what}`;
  return `${what}, written at ${numberText(ingest.points_per_second)}/s, green ${ingest.green_seconds.toFixed(1)} s later`;
}

/** On what it ran. */
export function hardwareText({ host, qdrant }: Pick<BenchResult, 'host' | 'qdrant'>): string {
  const processor = host.processor === '' ? '' : `, ${host.processor}`;
  const cores = `${host.cpus} ${host.cpus === 1 ? 'core' : 'cores'}`;
  return `Qdrant ${qdrant.version} on ${cores}, ${formatSize(host.memory)}${processor}`;
}

/** The kinds of requests with their shares. */
export function mixText({ mix, k, batch, filter_percent }: BenchResult['signature']): string {
  const shares = Object.entries(mix).filter(([, share]) => share > 0);
  const sum = shares.reduce((total, [, share]) => total + share, 0);
  const each = shares.map(([kind, share]) => {
    const detail = kind === 'batch' ? ` of ${batch}` : kind === 'filter' ? ` (${filter_percent} % pass)` : '';
    return `${numberText((share * 100) / sum)} % ${kind}${detail}`;
  });
  return `${each.join(', ')}, k ${k}`;
}
