import type { Profile } from './profile.js';
import type { Comparison, GateResult, OpenResult, PathResult, RecallResultOrNull } from './result.js';

/** What is judged. */
export interface Judged {
  paths: readonly PathResult[];
  recall: RecallResultOrNull;
  comparison: Comparison | null;
}

/** The gates that are set, each with what was measured. Those of a load are of the first path. Pure. */
export function gatesOf(gates: Profile['gates'], { paths, recall, comparison }: Judged): GateResult[] {
  const [path] = paths;
  const middle = path === undefined ? undefined : middleOf(path.open);
  const at = middle === undefined ? 'no load' : loadText(middle);
  const where = path === undefined ? '' : ` of ${path.path}`;
  const steps = paths.flatMap(({ ramp, open }) => [...ramp, ...open]);
  const most = Math.max(
    0,
    path?.knee?.operations ?? 0,
    ...(path?.open ?? []).map(({ operations }) => operations),
  );
  return [
    limited('p99', `p99${where} at ${at}`, middle?.p99, gates.p99_ms, 'ms', 'most'),
    limited(
      'operations',
      `operations a second${where}${offeredText(path)}`,
      most,
      gates.operations_per_second,
      '/s',
      'least',
    ),
    limited('errors', 'failed requests', percentOf(steps), gates.error_percent, '%', 'most'),
    ...(recall === null
      ? []
      : [limited('recall', `recall@${recall.k}`, recall.recall, gates.recall, '', 'least')]),
    ...(comparison === null ? [] : [compared(comparison, gates.baseline_percent)]),
  ].flatMap((gate) => (gate === null ? [] : [gate]));
}

/** The step whose load is in the middle: of 50, 70 and 90 % that of 70. Pure. */
export function middleOf(open: readonly OpenResult[]): OpenResult | undefined {
  const inOrder = open.toSorted((a, b) => a.offered - b.offered);
  return inOrder[Math.floor((inOrder.length - 1) / 2)];
}

function loadText({ load_percent, offered }: OpenResult): string {
  return load_percent === null ? `${Math.round(offered)}/s` : `${load_percent} % of the knee`;
}

/** Where no knee was looked for, a server does no more than it is asked. */
function offeredText(path: PathResult | undefined): string {
  if (path === undefined || path.knee !== null || path.open.length === 0) return '';
  const most = Math.max(...path.open.map(({ offered }) => offered));
  return `, to which ${Math.round(most)}/s were offered`;
}

/** Of all requests together, in percent. */
function percentOf(steps: readonly { samples: number; error_percent: number }[]): number {
  const all = steps.reduce((sum, { samples }) => sum + samples, 0);
  const failed = steps.reduce((sum, { samples, error_percent }) => sum + (samples * error_percent) / 100, 0);
  return all === 0 ? 100 : (failed * 100) / all;
}

/** What was not measured does not pass. */
function limited(
  name: GateResult['name'],
  title: string,
  value: number | undefined,
  limit: number | null,
  unit: string,
  kind: 'most' | 'least',
): GateResult | null {
  if (limit === null) return null;
  const isKnown = value !== undefined && Number.isFinite(value);
  const ok = isKnown && (kind === 'most' ? value <= limit : value >= limit);
  return { name, title, value: isKnown ? value : null, limit, unit, kind, ok };
}

function compared({ rows, with: other }: Comparison, limit: number | null): GateResult | null {
  const worst = Math.max(...rows.map(({ worse_percent }) => worse_percent), 0);
  return limited('baseline', `worse than ${other}`, worst, limit, '%', 'most');
}
