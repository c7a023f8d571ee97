import { ask, type Observation } from '../../../host/probe.js';
import { readCollection } from '../../answers/collection.js';
import { type CheckContext, defineCheck, limitOf, type Verdict } from '../../check.js';
import type { HttpAnswer } from '../../probes/http.js';
import { laterHttp, MOST_SECONDS } from '../../probes/later.js';
import { expect, unknown, warn, whenThere, worst } from '../../verdict.js';
import { log, SILENT } from '../qdrant/ask.js';
import { askEach, collectionPath, configured, isSilent, named, none } from './each.js';

const ID = 'collections.green';
const THRESHOLD = { default: 5, unit: 's between two looks' };

/** Twice, because a collection that is written to turns yellow and green by turns. */
export const green = defineCheck<HttpAnswer>({
  id: ID,
  group: 'collections',
  severity: 'error',
  title: 'Every collection is green, and stays so',
  looksAt: 'the status of each configured collection, twice, the threshold apart; 0 looks once',
  why: 'Yellow is still optimizing, grey has not begun, red has failed: searches are slow or incomplete.',
  threshold: THRESHOLD,
  skip: none,
  probe: (context) => [...askEach(context), ...askLater(context)],
  judge: (answers, context) => {
    if (answers.every(isSilent)) return unknown(SILENT);
    const names = configured(context);
    const looks = secondsOf(context) > 0 ? 2 : 1;
    const verdicts = names.map((name, index) => {
      const seen = Array.from({ length: looks }, (_, look) => answers[index + look * names.length]);
      return judgeLooks(name, seen.map(statusOf));
    });
    return worst(verdicts, looks === 2 ? `all green, ${secondsOf(context)} s apart` : 'all green');
  },
  remedy: 'Yellow is being optimized and grey waits for it: wait. For red read the log of Qdrant.',
  inspect: log,
});

function secondsOf(context: CheckContext): number {
  const seconds = limitOf({ id: ID, threshold: THRESHOLD }, context);
  return Math.min(MOST_SECONDS, Math.max(0, seconds));
}

function askLater(context: CheckContext) {
  const { config, slot, keyFile } = context;
  const seconds = secondsOf(context);
  if (seconds === 0) return [];
  const { http: port } = config.qdrant.slots[slot];
  return configured(context).map((name) =>
    ask(laterHttp, { port, path: collectionPath(name), keyFile, seconds }),
  );
}

function statusOf(answer: Observation<HttpAnswer> | undefined): Observation<string> | undefined {
  const state = answer && readCollection(answer);
  if (state?.status !== 'known' || state.value === null) return state as Observation<string> | undefined;
  return { status: 'known', value: state.value.status };
}

/** What was seen in either look decides; both are said where they differ. */
function judgeLooks(name: string, looks: readonly (Observation<string> | undefined)[]): Verdict {
  const statuses = looks.flatMap((look) => (look?.status === 'known' ? (look.value ?? []) : []));
  const shown = `${name}: ${[...new Set(statuses)].join(', then ')}`;
  const verdicts = looks.map((look) =>
    named(
      name,
      whenThere(look, SILENT, (status) => judgeStatus(status, shown)),
    ),
  );
  const { details: _, seen: __, ...verdict } = worst(verdicts, '');
  const deciding = verdicts.find(({ status }) => status === verdict.status);
  return { ...verdict, seen: deciding?.seen ?? shown };
}

function judgeStatus(status: string, shown: string): Verdict {
  if (status === 'yellow' || status === 'grey') return warn(shown, 'green');
  return expect(status === 'green', shown, 'green');
}
