import type { Redactor } from '../host/redact.js';
import type { Collected } from './collect.js';
import { maskAll } from './mask.js';

/** What the bundle is of. */
export interface BundleOrigin {
  /** Name of the host in the configuration. */
  host: string;
  /** `user@address:port`. */
  target: string;
  at: Date;
  /** Version of vdb. */
  vdb: string;
}

/** `vdb-diagnose-one-20261124T190100Z`: the archive's name without its ending, and the directory in it. Pure. */
export function bundleName({ host, at }: Pick<BundleOrigin, 'host' | 'at'>): string {
  const name = host.replaceAll(/[^\w.-]+/g, '-');
  return `vdb-diagnose-${name}-${at.toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
}

/** The parts of which nothing could be had. */
export function missingOf(parts: readonly Collected[]): (Collected & { missing: string })[] {
  return parts.filter((part): part is Collected & { missing: string } => part.missing !== undefined);
}

/**
 * The files of the bundle by name, the table of contents first, every secret masked: what `known` knows, and what
 * looks like one. Pure.
 */
export function filesOf(
  parts: readonly Collected[],
  origin: BundleOrigin,
  known: Redactor,
): Map<string, string> {
  const texts = new Map([['README.txt', contents(parts, origin)], ...parts.map(textOf)]);
  return maskAll(texts, known);
}

function textOf({ file, text, missing }: Collected): [string, string] {
  const said = text.trim() === '' ? '' : `\n${text.trimEnd()}\n`;
  return [
    file,
    missing === undefined ? `${text.trimEnd()}\n` : `This could not be had: ${missing}.\n${said}`,
  ];
}

function contents(parts: readonly Collected[], { host, target, at, vdb }: BundleOrigin): string {
  const width = Math.max(...parts.map(({ file }) => file.length));
  const missing = missingOf(parts);
  const line = ({ file, what, failed, missing: why }: Collected): string => {
    const beside =
      why !== undefined ? ' (could not be had)' : failed > 0 ? ` (${failed} of its commands failed)` : '';
    return `  ${file.padEnd(width)}  ${what}${beside}`;
  };
  return [
    `vdb diagnose: ${host} (${target})`,
    `Collected ${at.toISOString()} by vdb ${vdb}. Nothing was changed on the host.`,
    '',
    'Secrets are masked as [secret]: those of the configuration, and whatever stands where passwords, keys and tokens',
    'stand, also where the same value stands elsewhere. Look through the files before you pass them on all the same.',
    '',
    'What is in here:',
    ...parts.map(line),
    '',
    ...(missing.length === 0
      ? ['Everything that was asked for could be had.']
      : [
          'What could not be had:',
          ...missing.map((part) => `  ${part.file.padEnd(width)}  ${part.missing}`),
        ]),
    '',
  ].join('\n');
}
