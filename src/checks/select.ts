import { nearest } from '../config/nearest.js';
import { EXIT, VdbError } from '../errors.js';
import { type Check, type CheckContext, type Group, type Severity, severityOf } from './check.js';

/** Names for several groups. What only runs when it is named is not part of readiness. */
const SETS: Readonly<Record<string, (check: Check) => boolean>> = {
  readiness: ({ optIn }) => optIn !== true,
  health: inGroups('qdrant', 'postgres', 'redis', 'gateway'),
  security: (check) =>
    inGroups('network', 'tls', 'access')(check) || /^(qdrant|redis|gateway)\.(auth|loopback)$/.test(check.id),
};

export const SET_NAMES: readonly string[] = Object.keys(SETS);

function inGroups(...groups: Group[]): (check: Check) => boolean {
  return ({ group, optIn }) => groups.includes(group) && optIn !== true;
}

/** Which checks to run. */
export interface Selection {
  /** Sets (`readiness`, `health`, `security`), groups or ids; none stands for readiness. */
  words: readonly string[];
  /** What of these to leave out. */
  exclude?: readonly string[];
}

/** The selected checks in the order of the catalogue. Throws on a word that names nothing, and when none is left. */
export function selectChecks(catalogue: readonly Check[], { words, exclude = [] }: Selection): Check[] {
  const wanted = words.length === 0 ? ['readiness'] : words;
  for (const word of [...wanted, ...exclude]) assertKnown(catalogue, word);
  const left = catalogue.filter(
    (check) => wanted.some((word) => names(word, check)) && !exclude.some((word) => names(word, check)),
  );
  if (left.length > 0) return left;
  throw nothingLeft(`${wanted.join(' ')} without ${exclude.join(' ')} is nothing.`);
}

function nothingLeft(meaning: string): VdbError {
  return new VdbError('No check is left to run', { code: 'check.none', exitCode: EXIT.usage, meaning });
}

/** From the least severe on. */
const SEVERITIES: readonly Severity[] = ['warning', 'error', 'critical'];

/** Throws when `word` is no severity. */
export function parseSeverity(word: string): Severity {
  const found = SEVERITIES.find((severity) => severity === word);
  if (found !== undefined) return found;
  throw new VdbError(`There is no severity "${word}"`, {
    code: 'check.severity',
    exitCode: EXIT.usage,
    next: `Write ${SEVERITIES.join(', ')}.`,
  });
}

/** The checks that are at least as severe as `least`. Throws when there is none. */
export function atLeast(checks: readonly Check[], least: Severity, context: CheckContext): Check[] {
  const rank = SEVERITIES.indexOf(least);
  const left = checks.filter((check) => SEVERITIES.indexOf(severityOf(check, context)) >= rank);
  if (left.length > 0) return left;
  throw nothingLeft(`None of the selected checks is as severe as ${least} here.`);
}

/** What only runs when it is named is named by its id or group alone, not by a set. */
function names(word: string, check: Check): boolean {
  return word === check.id || word === check.group || (SETS[word]?.(check) ?? false);
}

function assertKnown(catalogue: readonly Check[], word: string): void {
  if (!catalogue.some((check) => names(word, check))) throw unknownWord(catalogue, word);
}

function unknownWord(catalogue: readonly Check[], word: string): VdbError {
  const groups = [...Object.keys(SETS), ...new Set(catalogue.map(({ group }) => group))];
  const guess = nearest(word, [...groups, ...catalogue.map(({ id }) => id)]);
  return new VdbError(`There is no check or group of checks "${word}"`, {
    code: 'check.unknown',
    exitCode: EXIT.usage,
    meaning: `The groups are ${groups.join(', ')}.`,
    next: guess === undefined ? 'vdb check' : `Did you mean ${guess}?`,
  });
}
