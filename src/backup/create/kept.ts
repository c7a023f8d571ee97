import { messageOf } from '../../errors.js';
import { askQdrant, resultOf } from '../qdrant-requests.js';
import { keptOf } from '../restore/kept.js';
import { namelessCollections } from '../restore/made.js';
import type { PresentQdrant } from '../restore/present.js';
import { type RestoreRecord, readRecords } from '../restore/record.js';
import type { Run } from './run.js';

/**
 * Collections that a restore has made or put aside, by its record, and that no alias points to: copies of what an
 * earlier set or an earlier state was. Where the records cannot be read, nothing is proven, and everything is taken.
 */
export async function keptByRestores(run: Run): Promise<string[]> {
  const kept = await provenKept(run);
  if (kept.length > 0)
    run.remark(
      `Not in this set, as restores have kept them and nobody uses them: ${kept.join(', ')} (vdb restore list)`,
    );
  return kept;
}

async function provenKept(run: Run): Promise<string[]> {
  const { host, config, qdrant } = run;
  try {
    const records = await readRecords(host, config.paths.state);
    if (records.length === 0) return [];
    const [collections, aliases] = await askQdrant(host, qdrant, [
      { method: 'GET', path: '/collections' },
      { method: 'GET', path: '/aliases' },
    ]);
    const names = collections && resultOf<Collections>(collections, 'list its collections');
    const pairs = aliases && resultOf<Aliases>(aliases, 'list its aliases');
    if (!names || !pairs) return [];
    const present = {
      collections: names.collections.map(({ name }) => name),
      aliases: Object.fromEntries(pairs.aliases.map((each) => [each.alias_name, each.collection_name])),
    };
    return copiesIn(records, present);
  } catch (error) {
    run.warn(`What restores have kept is taken too, as it could not be told: ${messageOf(error)}`);
    return [];
  }
}

/** But for those of a restore that was cut short where they are all that is left of a collection. Pure. */
export function copiesIn(
  records: readonly RestoreRecord[],
  present: Pick<PresentQdrant, 'collections' | 'aliases'>,
): string[] {
  return keptOf(records, present, []).flatMap(({ record, collections }) =>
    namelessCollections(record, present).length > 0 ? [] : collections,
  );
}

interface Collections {
  collections: { name: string }[];
}

interface Aliases {
  aliases: { alias_name: string; collection_name: string }[];
}
