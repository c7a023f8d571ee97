import { readNames } from '../../answers/qdrant.js';
import { defineCheck, type Verdict } from '../../check.js';
import { fail, pass, warn, whenThere } from '../../verdict.js';
import { SILENT, withKey } from '../qdrant/ask.js';
import { configured } from './each.js';

export const set = defineCheck({
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
  if (extra.length === 0) return pass(list(there));
  return { ...warn(`not in the configuration: ${list(extra)}`, list(wanted)), fix: undefined };
}
