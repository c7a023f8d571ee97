import { sh } from '../../host/shell.js';
import { discardCollection } from './collections.js';
import { dropDatabase } from './database.js';
import type { KeptOptions, KeptRestore } from './kept.js';
import { forgetCommand } from './record.js';

/** Removes what a restore has kept, or left over. What anybody uses is not among it. The lock is held. */
export async function discardKept(
  { host, config, qdrant }: KeptOptions,
  { record, collections, databases, files }: KeptRestore,
): Promise<void> {
  for (const { collection } of collections) await discardCollection(host, qdrant, collection);
  for (const name of databases) await dropDatabase(host, config, name);
  if (files.length > 0) await host.run({ title: 'remove kept files', script: sh`rm -f -- ${files}` });
  if (record !== null) await host.run(forgetCommand(config.paths.state, record));
}
