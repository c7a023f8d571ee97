import { EXIT, VdbError } from '../../errors.js';
import type { JudgedSet } from './state.js';

/** The word for the newest set. */
export const LATEST = 'latest';

/**
 * The set that a word means: `latest` is the newest one that has a manifest and is not from the future, anything else
 * the beginning of a name. Throws `backup.no-set` and `backup.which-set`. Pure.
 */
export function findSet(sets: readonly JudgedSet[], word: string): JudgedSet {
  const found = word === LATEST ? sets.filter(isFinished).slice(0, 1) : matching(sets, word);
  const [set] = found;
  if (set === undefined) throw noSet(sets, word);
  if (found.length > 1) throw whichSet(found, word);
  return set;
}

function isFinished({ state }: JudgedSet): boolean {
  return state === 'whole' || state === 'damaged';
}

function matching(sets: readonly JudgedSet[], word: string): JudgedSet[] {
  return word === '' ? [] : sets.filter(({ id }) => id.startsWith(word.toUpperCase()));
}

function noSet(sets: readonly JudgedSet[], word: string): VdbError {
  const names = sets.map(({ id }) => id);
  return new VdbError(word === LATEST ? 'There is no backup set yet' : `There is no backup set "${word}"`, {
    code: 'backup.no-set',
    exitCode: word === LATEST ? EXIT.failed : EXIT.usage,
    meaning:
      names.length === 0
        ? 'The directory of the sets is empty.'
        : `There are ${names.length}; the newest is ${names[0]}.`,
    next: names.length === 0 ? 'vdb backup' : 'vdb backup list',
  });
}

function whichSet(found: readonly JudgedSet[], word: string): VdbError {
  return new VdbError(`"${word}" begins the names of ${found.length} backup sets`, {
    code: 'backup.which-set',
    exitCode: EXIT.usage,
    meaning: `From ${found.at(-1)?.id} to ${found[0]?.id}.`,
    next: 'vdb backup list',
  });
}
