import { findingText } from '../../backup/sets/notes.js';
import type { VerifiedSet } from '../../backup/sets/verify.js';
import { formatSize } from '../../config/units.js';
import { count, styleFor } from '../style.js';

/** What verifying a set brought: a line for the set, and one for each part with which something is wrong. */
export function verifiedText(
  { id, ok, parts, bytes, findings, unread }: VerifiedSet,
  color: boolean,
): string {
  const style = styleFor(color);
  const read = `${count(parts, 'part')}, ${formatSize(bytes)} read`;
  return [
    ok ? `${style.green('whole')}    ${id}  ${read}` : `${style.red('DAMAGED')}  ${id}  ${read}`,
    ...findings.map((finding) => `  ${style.red('wrong')}    ${findingText(finding)}`),
    ...unread.map((each) => `  ${style.yellow('unread')}   ${findingText(each)}`),
  ].join('\n');
}

/** What to do about a set that is damaged, with the repositories that may have a copy of it. Pure. */
export function afterDamage(id: string, repositories: readonly { name: string }[]): string {
  const [first] = repositories;
  const copy =
    first === undefined
      ? ''
      : `bring its copy with vdb backup fetch ${id} --from ${repositories.length === 1 ? first.name : 'REPOSITORY'}, or `;
  return `${copy}take a new set with vdb backup, and restore none but another one (vdb backup list) until then.`;
}

/** The same for machines. */
export function verifiedData({
  id,
  at,
  ok,
  parts,
  bytes,
  findings,
  unread,
}: VerifiedSet): Record<string, unknown> {
  return { id, at, ok, parts, bytes, findings, unread };
}
