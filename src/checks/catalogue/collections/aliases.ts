import type { Observation } from '../../../host/probe.js';
import { type Alias, readAliases, readNames } from '../../answers/qdrant.js';
import { type CheckContext, defineCheck, type Verdict } from '../../check.js';
import type { HttpAnswer } from '../../probes/http.js';
import { fail, pass, warn, whenThere, worst } from '../../verdict.js';
import { SILENT, withKey } from '../qdrant/ask.js';

export const aliases = defineCheck<HttpAnswer>({
  id: 'collections.aliases',
  group: 'collections',
  severity: 'error',
  title: 'Every alias points where it should',
  looksAt: 'the list of aliases and of collections',
  why: 'Clients ask by alias: one that is missing fails them, one that points elsewhere answers from other data.',
  probe: (context) => [withKey(context, '/aliases'), withKey(context, '/collections')],
  judge: ([list, collections], context) =>
    whenThere(list && readAliases(list), SILENT, (have) =>
      whenThere(namesIn(collections), SILENT, (names) => judgeAliases(have, names, context)),
    ),
  remedy: 'Provision the configured aliases; configure the others under their collection, or delete them.',
  fix: '1.4',
});

function namesIn(answer: Observation<HttpAnswer> | undefined): Observation<string[]> | undefined {
  return answer && readNames(answer);
}

function judgeAliases(have: readonly Alias[], names: readonly string[], context: CheckContext): Verdict {
  const wanted = Object.entries(context.config.collections).flatMap(([collection, { aliases }]) =>
    aliases.map((alias) => ({ alias, collection })),
  );
  const verdicts = [
    ...wanted.map((want) => judgeWanted(want, have)),
    ...have.map((each) => judgeThere(each, names, [...wanted, ...standIns(have, names, context)])),
  ];
  if (verdicts.length === 0) return pass('none');
  const verdict = worst(verdicts, `${wanted.length} as configured`);
  // Provisioning sets what is configured and deletes nothing.
  return verdicts.slice(0, wanted.length).every(({ status }) => status === 'pass')
    ? { ...verdict, fix: undefined }
    : verdict;
}

/** After a restore the name of a configured collection is an alias of what was restored, and stands for it. */
function standIns(have: readonly Alias[], names: readonly string[], context: CheckContext): Alias[] {
  return have.filter(
    ({ alias }) => context.config.collections[alias] !== undefined && !names.includes(alias),
  );
}

/** Qdrant takes no alias of an alias: both point to the same collection then. */
function judgeWanted({ alias, collection }: Alias, have: readonly Alias[]): Verdict {
  const targetOf = (name: string): string | undefined => have.find((each) => each.alias === name)?.collection;
  const target = targetOf(alias);
  if (target === undefined) return fail(`${alias}: missing`, `${alias} of ${collection}`);
  const isRight = target === collection || target === targetOf(collection);
  return isRight ? pass(alias) : fail(`${alias}: of ${target}`, `${alias} of ${collection}`);
}

function judgeThere(
  { alias, collection }: Alias,
  names: readonly string[],
  wanted: readonly Alias[],
): Verdict {
  if (!names.includes(collection))
    return fail(`${alias}: of ${collection}, which does not exist`, 'a collection that exists');
  return wanted.some((each) => each.alias === alias)
    ? pass(alias)
    : warn(`not in the configuration: ${alias} of ${collection}`, 'only configured aliases');
}
