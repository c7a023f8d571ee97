import { nearest } from '../config/nearest.js';
import { EXIT, VdbError } from '../errors.js';
import { type Check, GROUPS, type Group } from './check.js';

/** Names for several groups. Readiness looks and never writes, so the canary is asked by name only. */
const SETS: Readonly<Record<string, readonly Group[]>> = {
  readiness: GROUPS.filter((group) => group !== 'canary'),
  health: ['qdrant', 'postgres', 'redis'],
};

/**
 * The checks that `words` name, in the order of the catalogue: sets (`readiness`, `health`), groups or ids.
 * Without words, readiness. Throws on a word that names nothing.
 */
export function selectChecks(catalogue: readonly Check[], words: readonly string[]): Check[] {
  const wanted = words.length === 0 ? ['readiness'] : words;
  for (const word of wanted) assertKnown(catalogue, word);
  return catalogue.filter((check) => wanted.some((word) => names(word, check)));
}

function names(word: string, { id, group }: Check): boolean {
  return word === id || word === group || (SETS[word]?.includes(group) ?? false);
}

function assertKnown(catalogue: readonly Check[], word: string): void {
  if (catalogue.some((check) => names(word, check))) return;
  const groups = [...Object.keys(SETS), ...new Set(catalogue.map(({ group }) => group))];
  const guess = nearest(word, [...groups, ...catalogue.map(({ id }) => id)]);
  throw new VdbError(`There is no check or group of checks "${word}"`, {
    code: 'check.unknown',
    exitCode: EXIT.usage,
    meaning: `The groups are ${groups.join(', ')}.`,
    next: guess === undefined ? 'vdb check' : `Did you mean ${guess}?`,
  });
}
