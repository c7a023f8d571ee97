import { keptOf } from '../../../backup/restore/kept.js';
import { type RestoreRecord, restoreRecords } from '../../../backup/restore/record.js';
import { ask, type Observation } from '../../../host/probe.js';
import { type Alias, readAliases, readNames } from '../../answers/qdrant.js';
import { defineCheck, type Verdict } from '../../check.js';
import type { HttpAnswer } from '../../probes/http.js';
import { fail, pass, warn, whenThere } from '../../verdict.js';
import { SILENT, withKey } from '../qdrant/ask.js';
import { configured } from './each.js';

export const set = defineCheck<HttpAnswer | RestoreRecord[]>({
  id: 'collections.set',
  group: 'collections',
  severity: 'error',
  title: 'The collections are the configured ones',
  looksAt:
    'the list of collections, of aliases (one of the name of a collection stands for it), and of what restores have kept',
  why: 'A missing collection fails every request for it; one that nobody configured is in no backup plan.',
  probe: (context) => [
    withKey(context, '/collections'),
    withKey(context, '/aliases'),
    ask(restoreRecords, context.config.paths.state),
  ],
  judge: ([collections, aliases, records], context) =>
    whenThere(namesIn(collections), SILENT, (names) =>
      whenThere(aliasesIn(aliases), SILENT, (have) =>
        judgeSet(names, have, configured(context), recordsIn(records)),
      ),
    ),
  remedy:
    'Provision the missing collections; add the others to the configuration, or delete those that nobody uses.',
  fix: '1.4',
});

type Answer = Observation<HttpAnswer | RestoreRecord[]> | undefined;

function namesIn(answer: Answer): Observation<string[]> | undefined {
  return answer && readNames(answer as Observation<HttpAnswer>);
}

function aliasesIn(answer: Answer): Observation<Alias[]> | undefined {
  return answer && readAliases(answer as Observation<HttpAnswer>);
}

/** None where they cannot be read: then nothing is proven to be of a restore. */
function recordsIn(answer: Answer): RestoreRecord[] {
  return answer?.status === 'known' ? ((answer.value ?? []) as RestoreRecord[]) : [];
}

const EXTRA = 'Add the collections to the configuration, or delete those that nobody uses.';
const DISCARD = 'vdb restore list shows what restores have kept, vdb restore discard removes it.';

/** What a restore has kept, by its record, is nobody's collection, and expected until it is discarded. */
function judgeSet(
  there: readonly string[],
  aliases: readonly Alias[],
  wanted: readonly string[],
  records: readonly RestoreRecord[],
): Verdict {
  const list = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));
  const standIns = aliases.filter(
    ({ alias, collection }) => wanted.includes(alias) && there.includes(collection),
  );
  const served = [...there, ...standIns.map(({ alias }) => alias)];
  const missing = wanted.filter((name) => !served.includes(name));
  const behind = standIns.map(({ collection }) => collection);
  const extra = there.filter((name) => !wanted.includes(name) && !behind.includes(name));
  if (missing.length > 0) return fail(`missing: ${list(missing)}`, list(wanted));
  if (extra.length === 0) return pass(list(wanted));
  const pairs = Object.fromEntries(aliases.map(({ alias, collection }) => [alias, collection]));
  const proven = keptOf(records, { collections: there, aliases: pairs }, []);
  const kept = extra.filter((name) => proven.some(({ collections }) => collections.includes(name)));
  const others = extra.filter((name) => !kept.includes(name));
  const serving = (name: string): string[] =>
    aliases.flatMap(({ alias, collection }) => (collection === name ? [alias] : []));
  const told = others.map((name) =>
    serving(name).length === 0 ? name : `${name} (serves as ${list(serving(name))})`,
  );
  const seen = [
    ...(told.length === 0 ? [] : [`not in the configuration: ${list(told)}`]),
    ...(kept.length === 0 ? [] : [`kept by a restore, until vdb restore discard: ${list(kept)}`]),
  ];
  const remedy = [...(others.length === 0 ? [] : [EXTRA]), ...(kept.length === 0 ? [] : [DISCARD])];
  return { ...warn(seen.join('; '), list(wanted)), fix: undefined, remedy: remedy.join(' ') };
}
