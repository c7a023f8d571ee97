import { readRestoreName } from '../../../backup/restore/collection-names.js';
import type { Observation } from '../../../host/probe.js';
import { type Alias, readAliases, readNames } from '../../answers/qdrant.js';
import { defineCheck, type Verdict } from '../../check.js';
import type { HttpAnswer } from '../../probes/http.js';
import { fail, pass, warn, whenThere } from '../../verdict.js';
import { SILENT, withKey } from '../qdrant/ask.js';
import { configured } from './each.js';

export const set = defineCheck<HttpAnswer>({
  id: 'collections.set',
  group: 'collections',
  severity: 'error',
  title: 'The collections are the configured ones',
  looksAt: 'the list of collections, and of aliases: one of the name of a collection stands for it',
  why: 'A missing collection fails every request for it; one that nobody configured is in no backup plan.',
  probe: (context) => [withKey(context, '/collections'), withKey(context, '/aliases')],
  judge: ([collections, aliases], context) =>
    whenThere(collections && readNames(collections), SILENT, (names) =>
      whenThere(aliasesIn(aliases), SILENT, (have) => judgeSet(names, have, configured(context))),
    ),
  remedy: 'Provision the missing collections; add the others to the configuration, or delete them.',
  fix: '1.4',
});

function aliasesIn(answer: Observation<HttpAnswer> | undefined): Observation<Alias[]> | undefined {
  return answer && readAliases(answer);
}

/** What a restore has kept is nobody's collection, and expected until it is discarded. */
function judgeSet(there: readonly string[], aliases: readonly Alias[], wanted: readonly string[]): Verdict {
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
  const kept = extra.filter((name) => readRestoreName(name) !== null);
  const others = extra.filter((name) => !kept.includes(name));
  const seen = [
    ...(others.length === 0 ? [] : [`not in the configuration: ${list(others)}`]),
    ...(kept.length === 0 ? [] : [`kept by a restore, until vdb restore discard: ${list(kept)}`]),
  ];
  return { ...warn(seen.join('; '), list(wanted)), fix: undefined };
}
