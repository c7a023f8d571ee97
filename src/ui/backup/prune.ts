import type { CopiesPlan } from '../../backup/repositories/prune.js';
import type { PrunePlan, PruneReport } from '../../backup/sets/prune.js';
import { goes, type PartFate, type SetFate } from '../../backup/sets/retention.js';
import { formatSize } from '../../config/units.js';
import { columns } from '../columns.js';
import { count, shortened, styleFor } from '../style.js';

/** What a prune would do, set by set with the rule that decides, and in the last line the sum. */
export function prunePlanText(
  plan: PrunePlan,
  rules: string,
  { color, width }: { color: boolean; width: number },
): string {
  const style = styleFor(color);
  const rows = plan.sets.flatMap((fate) => [
    setRow(fate),
    ...plan.parts.filter(({ id }) => id === fate.id).map(partRow),
  ]);
  const remains = plan.halfRemoved.map((name) => [
    'remove',
    name,
    '',
    'left of a set whose removal was cut short',
  ]);
  const table = columns([...rows, ...remains])
    .split('\n')
    .map((line) => shortened(line, width));
  return [
    `Rules: ${rules}`,
    ...table.map((line) => (/^(?:remove| {2}part)/.test(line) ? style.yellow(line) : line)).filter(Boolean),
    ...(plan.refused === null ? [] : [`${style.red('Refused')}: ${plan.refused}, so no set is removed`]),
    planSum(plan),
  ].join('\n');
}

function setRow(fate: SetFate): string[] {
  return [goes(fate) ? 'remove' : 'keep', fate.id, formatSize(fate.bytes), fate.why];
}

function partRow({ collection, bytes, why }: PartFate): string[] {
  return ['  part', collection, formatSize(bytes), why];
}

function planSum({ sets, parts, halfRemoved }: PrunePlan): string {
  const leaving = sets.filter(goes);
  const bytes = [...leaving, ...parts].reduce((sum, each) => sum + each.bytes, 0);
  if (leaving.length + parts.length + halfRemoved.length === 0)
    return `Nothing to remove of ${count(sets.length, 'set')}.`;
  const inParts = parts.length === 0 ? '' : `, and ${count(parts.length, 'part')} of sets that stay`;
  return `${leaving.length} of ${count(sets.length, 'set')} to remove${inParts}: ${formatSize(bytes)}`;
}

/** What a prune would remove of the copies in each repository, a line each. */
export function copiesPlanText(plans: readonly CopiesPlan[], color: boolean): string {
  const style = styleFor(color);
  return plans
    .map(({ repository, refused, going, count: held }) => {
      if (refused !== null) return `${style.red('Refused')} (${repository}): ${refused}`;
      const names = going.map(({ id }) => id).join(', ');
      return going.length === 0
        ? `${repository}: nothing to remove of ${count(held, 'set')}.`
        : style.yellow(`${repository}: ${going.length} of ${count(held, 'set')} to remove: ${names}`);
    })
    .join('\n');
}

/** A plan for machines: what goes and by which rule, what stays and why. */
export function prunePlanData({ sets, parts, halfRemoved, refused }: PrunePlan): Record<string, unknown> {
  return {
    remove: sets.filter(goes),
    keep: sets.filter((fate) => !goes(fate)),
    parts,
    half_removed: halfRemoved,
    refused,
  };
}

/** What a prune did, in a line, and a line for each thing that could not be removed. */
export function pruneReportText(
  { refused, removed, failed, freed, interrupted }: PruneReport,
  color: boolean,
  repository?: string,
): string {
  const style = styleFor(color);
  const place = repository === undefined ? '' : ` (${repository})`;
  const word = `${failed.length > 0 ? style.red('Failed') : interrupted ? style.yellow('Interrupted') : style.green('Done')}${place}`;
  if (refused !== null) return `${style.yellow('Nothing was pruned')}${place}: ${refused}`;
  const done =
    removed.length === 0 ? 'nothing to remove' : `${removed.length} removed, ${formatSize(freed)} free again`;
  return [
    ...failed.map(({ what, why }) => `${style.red('failed')} ${what} could not be removed: ${why}`),
    `${word}: ${done}${failed.length === 0 ? '' : `, ${failed.length} failed`}`,
  ].join('\n');
}

/** The same for machines. */
export function pruneReportData({
  refused,
  removed,
  failed,
  freed,
  kept,
}: PruneReport): Record<string, unknown> {
  return { refused, removed, failed, freed_bytes: freed, kept };
}
