import { styleFor } from './style.js';
import { wrap } from './wrap.js';

/** What was written, and what could not be. */
export interface DiagnoseSummary {
  archive: string;
  bytes: number;
  files: readonly string[];
  missing: readonly { file: string; why: string }[];
  /** The verdict of the checks in a line; undefined when they could not run. */
  verdict: string | undefined;
}

/** Where the bundle is, what is in it, what could not be had. */
export function diagnoseText(
  { archive, bytes, files, missing, verdict }: DiagnoseSummary,
  { color, columns }: { color: boolean; columns: number },
): string {
  const style = styleFor(color);
  const kinds = new Map<string, number>();
  for (const file of files) {
    const [kind = '', rest] = file.split('/');
    if (rest !== undefined) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  const width = Math.max(40, columns - 2);
  const indented = (text: string): string[] => wrap(text, width).map((line) => `  ${line}`);
  const longest = Math.max(0, ...missing.map(({ file }) => file.length));
  return [
    `${style.green('Written')}: ${archive} (${sizeOf(bytes)}, readable by you alone)`,
    ...indented(`${files.length} files: ${[...kinds].map(([kind, count]) => `${kind} ${count}`).join(', ')}`),
    ...(verdict === undefined ? [] : indented(`Checks: ${verdict}`)),
    ...(missing.length === 0 ? [] : [style.yellow('Could not be had:')]),
    ...missing.map(({ file, why }) => `  ${file.padEnd(longest)}  ${why}`),
    'Secrets are masked. Look through it all the same before you pass it on.',
  ].join('\n');
}

function sizeOf(bytes: number): string {
  return bytes < 1_000_000
    ? `${Math.max(1, Math.round(bytes / 1000))} kB`
    : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
