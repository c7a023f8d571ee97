import { EXIT, VdbError } from '../../errors.js';
import { sh } from '../../host/shell.js';
import { discardCollection } from './collections.js';
import { dropDatabase } from './database.js';
import type { KeptLook, KeptOptions, KeptRestore } from './kept.js';
import { madeCollections, namelessCollections } from './made.js';
import { lookAtQdrant, type PresentQdrant } from './present.js';
import { forgetCommand, type RestoreRecord, writeRecord } from './record.js';

/**
 * Throws `restore.nameless` where what was kept is all that is left of a collection, and `restore.in-use` where nothing
 * can be removed because aliases point to it. Pure.
 */
export function assertDiscardable(
  { restore, record, collections, used, databases, files }: KeptRestore,
  qdrant: PresentQdrant,
): void {
  const nameless = namelessCollections(record, qdrant);
  if (nameless.length > 0) {
    throw new VdbError(
      `What restore ${restore} has kept is all that there is of ${nameless.join(', ')}, so it is not removed`,
      {
        code: 'restore.nameless',
        exitCode: EXIT.failed,
        meaning:
          'The restore was cut short between two steps, and the name means nothing. Nothing was changed.',
        next: `vdb restore undo ${restore}`,
      },
    );
  }
  const held = used.filter(({ serves }) => !serves);
  if (held.length === 0 || collections.length + databases.length + files.length > 0) return;
  throw new VdbError(`Nothing of restore ${restore} can be removed: aliases point to what it has kept`, {
    code: 'restore.in-use',
    exitCode: EXIT.failed,
    meaning: `${held.map(({ collection, aliases }) => `${collection}: ${aliases.join(', ')}`).join('; ')}. Nothing was changed.`,
    next: `Move or delete these aliases, then vdb restore discard ${restore}`,
  });
}

/**
 * Removes what a restore has kept, or left over. What an alias points to stays, and is still this restore's to remove
 * when no alias does any more. The lock is held.
 */
export async function discardKept(
  options: KeptOptions,
  { record, collections, databases, files }: KeptRestore,
  { records }: Pick<KeptLook, 'records'>,
): Promise<void> {
  const { host, config, qdrant } = options;
  for (const { collection } of collections) await discardCollection(host, qdrant, collection);
  for (const name of databases) await dropDatabase(host, config, name);
  if (files.length > 0) await host.run({ title: 'remove kept files', script: sh`rm -f -- ${files}` });
  const discarded = {
    ...record,
    discarded: new Date().toISOString(),
    redis: null,
    configuration: null,
    files: [],
  };
  const others = records.filter((each) => each.discarded !== undefined && each.restore !== record.restore);
  await settle(options, discarded, others);
}

/** A record is needed for as long as anything is there of which it proves that a restore has made it. */
async function settle(
  { host, config, qdrant }: KeptOptions,
  discarded: RestoreRecord,
  others: readonly RestoreRecord[],
): Promise<void> {
  const { collections } = await lookAtQdrant(host, qdrant);
  const isNeeded = (record: RestoreRecord): boolean =>
    madeCollections(record).some((name) => collections.includes(name));
  if (isNeeded(discarded)) await writeRecord(host, config.paths.state, discarded);
  for (const record of [discarded, ...others])
    if (!isNeeded(record)) await host.run(forgetCommand(config.paths.state, record));
}
