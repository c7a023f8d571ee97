import { EXIT, VdbError } from '../../errors.js';
import { type Random, shuffled } from '../data/random.js';
import type { Kind, Profile } from '../profile.js';
import type { Way } from '../ways.js';

/** The kinds that have a share, each with its share of 1. Pure. */
export function sharesOf(mix: Profile['mix']): { kind: Kind; share: number }[] {
  const entries = Object.entries(mix) as [Kind, number][];
  const sum = entries.reduce((total, [, weight]) => total + weight, 0);
  return entries.filter(([, weight]) => weight > 0).map(([kind, weight]) => ({ kind, share: weight / sum }));
}

/** So many kinds in the proportions of a mix, in an order that is the same for the same seed. Pure. */
export function kindsOf(mix: Profile['mix'], count: number, random: Random): Kind[] {
  const shares = sharesOf(mix);
  const kinds = shares.flatMap(({ kind, share }) =>
    Array.from({ length: Math.max(1, Math.round(share * count)) }, () => kind),
  );
  return shuffled(kinds, random);
}

/** Throws `bench.mix` where a path cannot carry what the mix has. */
export function assertMix({ mix, collection }: Profile, ways: readonly Way[]): void {
  const kinds = sharesOf(mix).map(({ kind }) => kind);
  if (kinds.length === 0)
    throw wrongMix('The mix is empty', 'Give at least one kind a share: --mix search=1');
  const ownOnly = kinds.find((kind) => kind === 'upsert' || kind === 'filter');
  if (collection !== undefined && ownOnly !== undefined)
    throw wrongMix(
      `A load of ${ownOnly} needs the collection of the benchmark`,
      ownOnly === 'upsert'
        ? 'vdb bench does not write to collections of yours.'
        : 'Its filter is of payload that only that has.',
    );
  for (const way of ways) {
    const refused = kinds.find((kind) => way.kinds !== 'all' && !way.kinds.includes(kind));
    if (refused !== undefined)
      throw wrongMix(
        `Path ${way.name} cannot carry ${refused}`,
        `It carries ${way.kinds === 'all' ? 'all' : way.kinds.join(', ')}.`,
      );
  }
}

function wrongMix(message: string, next: string): VdbError {
  return new VdbError(message, { code: 'bench.mix', exitCode: EXIT.usage, next });
}
