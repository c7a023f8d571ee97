import { type Alias, readAliases } from '../../answers/qdrant.js';
import { type Metric, metricValue, readMetrics } from '../../answers/qdrant-metrics.js';
import { defineCheck, type Verdict } from '../../check.js';
import type { HttpAnswer } from '../../probes/http.js';
import { expect, unknown, whenThere, worst } from '../../verdict.js';
import { log, SILENT, withKey } from '../qdrant/ask.js';
import { configured, none } from './each.js';

/** src/common/metrics.rs of Qdrant 1.18: one per collection, over its shards on this node. */
const QUEUE = 'collection_update_queue_length';

export const queue = defineCheck<HttpAnswer>({
  id: 'collections.queue',
  group: 'collections',
  severity: 'error',
  title: 'Updates do not pile up',
  looksAt: `the metric ${QUEUE} of each configured collection`,
  why: 'Writes that are accepted and not yet applied are in no search, and a full queue makes writers wait.',
  threshold: { default: 1000, unit: 'waiting updates' },
  skip: none,
  probe: (context) => [withKey(context, '/metrics'), withKey(context, '/aliases')],
  judge: ([answer, aliases], context, limit) =>
    whenThere(answer && readMetrics(answer), SILENT, (all) =>
      whenThere(aliases && readAliases(aliases), SILENT, (have) =>
        worst(
          configured(context).map((name) => judgeQueue({ name, id: collectionOf(name, have) }, all, limit)),
          `all below ${limit}`,
        ),
      ),
    ),
  remedy: 'Slow the writers down until it is empty; look for a full disk, a slow one, or optimizers at work.',
  inspect: log,
});

/** Metrics name the collection that an alias stands for. */
function collectionOf(name: string, aliases: readonly Alias[]): string {
  return aliases.find(({ alias }) => alias === name)?.collection ?? name;
}

function judgeQueue(
  { name, id }: { name: string; id: string },
  all: readonly Metric[],
  limit: number,
): Verdict {
  const length = metricValue(all, QUEUE, { id });
  if (length === undefined) return unknown(`${name}: there is no metric ${QUEUE}`);
  return expect(length < limit, `${name}: ${length}`, `less than ${limit}`);
}
