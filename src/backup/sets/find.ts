import { EXIT, VdbError } from '../../errors.js';
import type { JudgedSet } from './state.js';

/** The word for the newest set. */
export const LATEST = 'latest';

/** Where a set is looked for, as the words of an error have it. */
export interface Place {
  /** As in `in repository nas`; missing for the host itself. */
  where?: string;
  /** What it may mean that there is none at all, and what to do then. */
  empty: { meaning: string; next: string };
  /** The command that lists what is there. */
  list: string;
}

const HOST: Place = {
  empty: { meaning: 'The directory of the sets is empty.', next: 'vdb backup' },
  list: 'vdb backup list',
};

/**
 * The set that a word means: `latest` is the newest one that has a manifest and is not from the future, anything else
 * the beginning of a name. Throws `backup.no-set` and `backup.which-set`. Pure.
 */
export function findSet(sets: readonly JudgedSet[], word: string, place = HOST): JudgedSet {
  const found = word === LATEST ? sets.filter(isFinished).slice(0, 1) : matching(sets, word);
  const [set] = found;
  if (set === undefined) throw noSet(sets, word, place);
  if (found.length > 1) throw whichSet(found, word, place);
  return set;
}

function isFinished({ state }: JudgedSet): boolean {
  return state === 'whole' || state === 'damaged';
}

function matching(sets: readonly JudgedSet[], word: string): JudgedSet[] {
  return word === '' ? [] : sets.filter(({ id }) => id.startsWith(word.toUpperCase()));
}

function noSet(sets: readonly JudgedSet[], word: string, { where, empty, list }: Place): VdbError {
  const isLatest = word === LATEST;
  const [newest] = sets;
  const some = { meaning: `There are ${sets.length}; the newest is ${newest?.id}.`, next: list };
  const words = ['There is no backup set', isLatest ? '' : `"${word}"`, where ?? (isLatest ? 'yet' : '')];
  return new VdbError(words.filter((each) => each !== '').join(' '), {
    code: 'backup.no-set',
    exitCode: isLatest ? EXIT.failed : EXIT.usage,
    ...(newest === undefined ? empty : some),
  });
}

function whichSet(found: readonly JudgedSet[], word: string, { list }: Place): VdbError {
  return new VdbError(`"${word}" begins the names of ${found.length} backup sets`, {
    code: 'backup.which-set',
    exitCode: EXIT.usage,
    meaning: `From ${found.at(-1)?.id} to ${found[0]?.id}.`,
    next: list,
  });
}
