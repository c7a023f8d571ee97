import type { Observation } from '../../host/probe.js';
import { ask, type Probe } from '../../host/probe.js';
import { type Check, type CheckContext, defineCheck, type Verdict } from '../check.js';
import { type HttpAnswer, localHttp } from '../probes/http.js';
import { type CollectionInfo, readInfo, readNames } from '../qdrant-answer.js';
import { expect, fail, pass, unknown, warn, whenThere, worst } from '../verdict.js';

const SILENT = 'Qdrant does not answer';

function withKey({ config, slot, keyFile }: CheckContext, path: string): Probe<HttpAnswer> {
  return ask(localHttp, { port: config.qdrant.slots[slot].http, path, keyFile });
}

function configured({ config }: CheckContext): string[] {
  return Object.keys(config.collections);
}

const set = defineCheck({
  id: 'collections.set',
  group: 'collections',
  severity: 'error',
  title: 'The collections are the configured ones',
  looksAt: 'the list of collections',
  why: 'A missing collection fails every request for it; one that nobody configured is in no backup plan.',
  probe: (context) => withKey(context, '/collections'),
  judge: ([answer], context) =>
    whenThere(answer && readNames(answer), SILENT, (names) => judgeSet(names, configured(context))),
  remedy: 'Provision the missing collections; add the others to the configuration, or delete them.',
  fix: '1.4',
});

function judgeSet(there: readonly string[], wanted: readonly string[]): Verdict {
  const list = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));
  const missing = wanted.filter((name) => !there.includes(name));
  const extra = there.filter((name) => !wanted.includes(name));
  if (missing.length > 0) return fail(`missing: ${list(missing)}`, list(wanted));
  return extra.length > 0
    ? warn(`not in the configuration: ${list(extra)}`, list(wanted))
    : pass(list(there));
}

/** A check that asks each configured collection and judges each by itself. */
function perCollection(
  check: Pick<Check, 'id' | 'title' | 'looksAt' | 'why' | 'remedy' | 'fix'>,
  all: string,
  judge: (name: string, info: CollectionInfo, context: CheckContext) => Verdict,
): Check {
  return defineCheck({
    ...check,
    group: 'collections',
    severity: 'error',
    skip: (context) => (configured(context).length === 0 ? 'no collection is configured' : undefined),
    probe: (context) =>
      configured(context).map((name) => withKey(context, `/collections/${encodeURIComponent(name)}`)),
    judge: (answers: readonly Observation<HttpAnswer>[], context) => {
      if (answers.every(isSilent)) return unknown(SILENT);
      return worst(
        configured(context).map((name, index) => {
          const answer = answers[index];
          const verdict = whenThere(answer && readInfo(answer), SILENT, (info) => judge(name, info, context));
          return verdict.status === 'unknown' ? { ...verdict, seen: `${name}: ${verdict.seen}` } : verdict;
        }),
        all,
      );
    },
  });
}

function isSilent(answer: Observation<HttpAnswer>): boolean {
  return answer.status === 'known' && (answer.value === null || answer.value.status === 'timeout');
}

const green = perCollection(
  {
    id: 'collections.green',
    title: 'Every collection is green',
    looksAt: 'status and optimizer of each configured collection',
    why: 'Yellow is still optimizing, grey has not begun, red has failed: searches are slow or incomplete.',
    remedy: 'Yellow is being optimized and grey waits for it: wait. For red read the optimizer error.',
    fix: '1.4',
  },
  'all green',
  (name, { status, optimizer }) => {
    if (optimizer !== 'ok') return fail(`${name}: optimizer: ${optimizer}`, 'ok');
    if (status === 'yellow' || status === 'grey') return warn(`${name}: ${status}`, 'green');
    return expect(status === 'green', `${name}: ${status}`, 'green');
  },
);

const size = perCollection(
  {
    id: 'collections.size',
    title: 'Size and distance are as configured',
    looksAt: 'the vectors of each configured collection',
    why: 'Vectors of another size are refused; another distance orders the results wrongly.',
    remedy:
      'Both are fixed at creation: configure a collection under a new name, copy the points, switch the alias.',
  },
  'size and distance as configured',
  (name, info, { config }) => {
    const wanted = config.collections[name];
    const right = info.size === wanted?.size && info.distance === wanted?.distance;
    return expect(right, `${name}: ${info.size} ${info.distance}`, `${wanted?.size} ${wanted?.distance}`);
  },
);

export const collectionChecks: readonly Check[] = [set, green, size];
