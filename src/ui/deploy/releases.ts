import type { Release } from '../../deploy/releases.js';
import { columns } from '../columns.js';
import { when } from '../history.js';
import { shortened, styleFor } from '../style.js';

/** Releases for people, newest first as given, each in at most `width` columns. */
export function releasesText(releases: readonly Release[], color: boolean, width: number): string {
  if (releases.length === 0) return 'There is no release yet: vdb provision installs the first.';
  const style = styleFor(color);
  const header = ['SERVICE', 'RELEASE', 'STATE', 'WHEN', 'BY', 'SHA-256', 'FROM'];
  const rows = columns([header, ...releases.map(row)]).split('\n');
  const [head = '', ...lines] = rows.map((line) => shortened(line, width));
  const paint = (line: string, state: Release['state'] | undefined): string => {
    if (state === 'active') return style.green(line);
    return state === 'failed' ? style.red(line) : line;
  };
  return [style.dim(head), ...lines.map((line, index) => paint(line, releases[index]?.state))].join('\n');
}

function row({ service, name, state, at, by, sha256, source }: Release): string[] {
  return [
    ...[service, name, state, when(new Date(at).toISOString())],
    ...[by ?? 'vdb provision', sha256?.slice(0, 12) ?? '-', source ?? '-'],
  ];
}

/** A release for machines. */
export function releaseData({ at, ...rest }: Release): Record<string, unknown> {
  return { ...rest, at: new Date(at).toISOString() };
}
