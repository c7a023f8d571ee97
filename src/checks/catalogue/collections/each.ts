import type { Observation, Probe } from '../../../host/probe.js';
import { type CollectionState, readCollection } from '../../answers/collection.js';
import { type Check, type CheckContext, defineCheck, type Verdict } from '../../check.js';
import type { HttpAnswer } from '../../probes/http.js';
import { unknown, whenThere, worst } from '../../verdict.js';
import { SILENT, withKey } from '../qdrant/ask.js';

/** The names of the configured collections. */
export function configured({ config }: CheckContext): string[] {
  return Object.keys(config.collections);
}

/** Why nothing is there to look at. */
export function none(context: CheckContext): string | undefined {
  return configured(context).length === 0 ? 'no collection is configured' : undefined;
}

/** The one question that all checks of a collection ask. */
export function collectionPath(name: string): string {
  return `/collections/${encodeURIComponent(name)}`;
}

export function askEach(context: CheckContext): Probe<HttpAnswer>[] {
  return configured(context).map((name) => withKey(context, collectionPath(name)));
}

type Parts = Omit<Check, 'group' | 'severity' | 'probe' | 'look' | 'judge'>;

/** A check that asks each configured collection and judges each by itself. `all` is said when every one holds. */
export function perCollection(
  check: Parts,
  all: string,
  judge: (name: string, state: CollectionState, context: CheckContext, limit: number) => Verdict,
): Check {
  return defineCheck<HttpAnswer>({
    skip: none,
    ...check,
    group: 'collections',
    severity: 'error',
    probe: askEach,
    judge: (answers, context, limit) => {
      if (answers.every(isSilent)) return unknown(SILENT);
      const verdicts = configured(context).map((name, index) => {
        const answer = answers[index];
        const verdict = whenThere(answer && readCollection(answer), SILENT, (state) =>
          judge(name, state, context, limit),
        );
        return named(name, verdict);
      });
      return worst(verdicts, all);
    },
  });
}

/** What could not be seen says of which collection. */
export function named(name: string, verdict: Verdict): Verdict {
  return verdict.status === 'unknown' ? { ...verdict, seen: `${name}: ${verdict.seen}` } : verdict;
}

export function isSilent(answer: Observation<HttpAnswer>): boolean {
  return answer.status === 'known' && (answer.value === null || answer.value.status === 'timeout');
}
