import { ask, type Observation } from '../../../host/probe.js';
import { readCount } from '../../answers/qdrant.js';
import { type CheckContext, defineCheck, type Verdict } from '../../check.js';
import type { HttpAnswer } from '../../probes/http.js';
import { type VectorCounts, vectorCounts } from '../../probes/vector-counts.js';
import { expect, skip, unknown, whenThere, worst } from '../../verdict.js';
import { SILENT, withKey } from '../qdrant/ask.js';
import { collectionPath, configured, isSilent, named, none } from './each.js';

const PERCENT = 100;

export const count = defineCheck<VectorCounts | HttpAnswer>({
  id: 'collections.count',
  group: 'collections',
  severity: 'error',
  title: 'Qdrant and PostgreSQL know of the same vectors',
  looksAt: 'an exact count of each configured collection, and the rows of vector_metadata for it',
  why: 'A vector without its row is found and cannot be shown; a row without its vector is never found.',
  threshold: { default: 0.1, unit: '% difference' },
  skip: (context) =>
    none(context) ?? (context.config.postgres.enabled ? undefined : 'postgres.enabled is false'),
  probe: (context) => {
    const { port, database } = context.config.postgres;
    return [
      ask(vectorCounts, { port, database }),
      ...configured(context).map((name) =>
        withKey(context, `${collectionPath(name)}/points/count`, '{"exact":true}'),
      ),
    ];
  },
  judge: ([rows, ...answers], context, limit) =>
    whenThere(rows as Observation<VectorCounts> | undefined, 'PostgreSQL was not asked', (counts) =>
      counts === 'none'
        ? skip('PostgreSQL has no tables collections and vector_metadata yet')
        : judgeCounts(counts, answers as Observation<HttpAnswer>[], context, limit),
    ),
  remedy:
    'See what differs (vdb db sync), then repair it: vdb db sync --repair. What one side lost for good is in a backup.',
});

function judgeCounts(
  counts: Exclude<VectorCounts, 'none'>,
  answers: readonly Observation<HttpAnswer>[],
  context: CheckContext,
  limit: number,
): Verdict {
  if (answers.every(isSilent)) return unknown(SILENT);
  const verdicts = configured(context).map((name, index) => {
    const answer = answers[index];
    const rows = counts[name] ?? 0;
    const judge = (points: number): Verdict =>
      expect(
        Math.abs(points - rows) <= (limit / PERCENT) * Math.max(points, rows),
        `${name}: ${points} points, ${rows} rows`,
        `a difference of at most ${limit} %`,
      );
    return named(name, whenThere(answer && readCount(answer), SILENT, judge));
  });
  const verdict = worst(verdicts, `${verdicts.length} as in PostgreSQL`);
  return verdict.status === 'fail' && isWithoutGateway(counts, context)
    ? skip(NOT_THROUGH_THE_LAYER)
    : verdict;
}

const NOT_THROUGH_THE_LAYER =
  'gateway.enabled is false, and PostgreSQL has no row of any vector: clients write to Qdrant alone';

function isWithoutGateway(counts: Exclude<VectorCounts, 'none'>, { config }: CheckContext): boolean {
  return !config.gateway.enabled && Object.values(counts).every((rows) => rows === 0);
}
