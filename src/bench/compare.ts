import { isDeepStrictEqual } from 'node:util';
import { EXIT, VdbError } from '../errors.js';
import { middleOf } from './gates.js';
import type { BenchResult, ComparedNumber, Comparison } from './result.js';

type Numbers = Pick<BenchResult, 'paths' | 'recall' | 'ingest'>;

/** A result beside an earlier one, number by number. `most`: how much worse each may be, in percent; null for any. Pure. */
export function compare(
  now: Numbers,
  before: BenchResult,
  { name, most }: { name: string; most: number | null },
): Comparison {
  const rows = [...pathRows(now, before), ...recallRows(now, before), ...ingestRows(now, before)];
  const judged = rows.map((row) => ({ ...row, ok: most === null || row.worse_percent <= most }));
  return { with: name, at: before.at, rows: judged };
}

type Row = Omit<ComparedNumber, 'ok'>;

function pathRows(now: Numbers, before: Numbers): Row[] {
  return now.paths.flatMap((path) => {
    const earlier = before.paths.find((each) => each.path === path.path);
    if (earlier === undefined) return [];
    const [middle, itsMiddle] = [middleOf(path.open), middleOf(earlier.open)];
    return [
      ...row(
        `${path.path}, answers a second at the knee`,
        earlier.knee?.throughput,
        path.knee?.throughput,
        '/s',
        'more',
      ),
      ...row(`${path.path}, p50`, itsMiddle?.p50, middle?.p50, 'ms', 'less'),
      ...row(`${path.path}, p99`, itsMiddle?.p99, middle?.p99, 'ms', 'less'),
    ];
  });
}

function recallRows({ recall }: Numbers, before: Numbers): Row[] {
  return row(`recall@${recall?.k}`, before.recall?.recall, recall?.recall, '', 'more');
}

function ingestRows({ ingest }: Numbers, before: Numbers): Row[] {
  return row(
    'points written a second',
    before.ingest?.points_per_second,
    ingest?.points_per_second,
    '/s',
    'more',
  );
}

/** None where one of the two was not measured. */
function row(
  title: string,
  before: number | undefined,
  now: number | undefined,
  unit: string,
  better: 'more' | 'less',
): Row[] {
  if (before === undefined || now === undefined || !(before > 0) || !Number.isFinite(now)) return [];
  const change = ((now - before) * 100) / before;
  return [{ title, before, now, unit, worse_percent: better === 'more' ? -change : change }];
}

/** Throws `bench.incomparable` where two results are of different things. */
export function assertComparable(
  now: Pick<BenchResult, 'signature'>,
  before: Pick<BenchResult, 'signature'>,
  name: string,
): void {
  const other = Object.entries(now.signature).filter(
    ([key, value]) => !isDeepStrictEqual(value, before.signature[key as keyof BenchResult['signature']]),
  );
  if (other.length === 0) return;
  throw new VdbError(
    `The baseline ${name} is of another benchmark: ${other.map(([key]) => key).join(', ')} differ`,
    {
      code: 'bench.incomparable',
      exitCode: EXIT.usage,
      meaning: 'Numbers of different loads say nothing of each other.',
      next: 'Measure with the same options, or save a baseline with these: vdb bench --save NAME',
    },
  );
}
