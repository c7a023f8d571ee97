import { EXIT, VdbError } from '../../errors.js';
import type { CollectionDefinition } from '../definitions.js';
import { discardCollection, restoreCollection } from './collections.js';
import { dropDatabase, restoreDatabase } from './database.js';
import type { PlannedCollection, PlannedDatabase } from './plan.js';
import { type ReportedCollection, type RestoreOptions, type RestoreReport, sourceOf, step } from './steps.js';

type Made = Pick<RestoreReport, 'collections' | 'databases'>;

/**
 * Restores everything beside what is there, and compares it with the set. Nothing that anybody uses changes. What has
 * been made is in `made`, also when this throws.
 */
export async function restoreBeside(options: RestoreOptions, made: Made): Promise<void> {
  const { host, qdrant, plan } = options;
  for (const name of plan.leftovers)
    await step(options, `remove ${name}, left over`, 0, () => discardCollection(host, qdrant, name));
  for (const database of plan.databases) {
    const restored = await step(options, `database ${database.database}`, database.part.bytes, () =>
      besideDatabase(options, database),
    );
    made.databases.push(restored);
  }
  for (const planned of plan.collections) {
    const { name, part } = planned;
    const restored = await step(options, `collection ${name}`, part.bytes, () =>
      besideCollection(options, planned),
    );
    made.collections.push(restored);
  }
}

async function besideDatabase(
  options: RestoreOptions,
  { part, database, restored, kept }: PlannedDatabase,
): Promise<RestoreReport['databases'][number]> {
  const { host, config, plan } = options;
  const source = sourceOf(options);
  const made = await restoreDatabase(host, config, {
    ...{ dump: `${source}/${part.path}`, bytes: part.bytes, name: restored, database },
    ...(plan.globals === null ? {} : { globals: `${source}/${plan.globals.path}` }),
    ...(part.tables === undefined ? {} : { tables: part.tables }),
  });
  return { ...made, database, kept };
}

async function besideCollection(
  options: RestoreOptions,
  planned: PlannedCollection,
): Promise<ReportedCollection> {
  const { host, qdrant } = options;
  const { name, action, part, target, kept } = planned;
  const definition = definitionOf(options, planned);
  const made = await restoreCollection(host, qdrant, { set: sourceOf(options), part, definition, target });
  return { ...made, name, action, kept, namelessMs: 0 };
}

function definitionOf(
  { definitions }: RestoreOptions,
  { collection }: PlannedCollection,
): CollectionDefinition {
  const found = definitions?.collections[collection];
  if (found !== undefined) return found;
  throw new VdbError(`The set does not say how collection ${collection} was set up`, {
    code: 'restore.no-definition',
    exitCode: EXIT.failed,
    meaning: 'Without it a restored collection cannot be compared with what it was.',
    next: 'vdb backup verify',
  });
}

/**
 * Removes what a run that did not get to its switches has made, whatever of it cannot be. Throws the first reason why
 * something is left.
 */
export async function removeMade({ host, config, qdrant, plan }: RestoreOptions, made: Made): Promise<void> {
  const kept = plan.collections.flatMap(({ action, kept: name }) =>
    action === 'exchange' ? (name ?? []) : [],
  );
  const removals = [
    ...[...made.collections.map(({ target }) => target), ...kept].map(
      (name) => () => discardCollection(host, qdrant, name),
    ),
    ...made.databases.map(
      ({ name }) =>
        () =>
          dropDatabase(host, config, name),
    ),
  ];
  const errors: unknown[] = [];
  for (const remove of removals) await remove().catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw errors[0];
}
