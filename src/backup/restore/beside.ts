import { EXIT, VdbError } from '../../errors.js';
import type { CollectionDefinition } from '../definitions.js';
import {
  discardCollection,
  type RestoredCollection,
  restoreCollection,
  verifyCollection,
} from './collections.js';
import { dropDatabase, restoreDatabase } from './database.js';
import type { PlannedCollection, PlannedDatabase, RestorePlan } from './plan.js';
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
  const made = planned.remains
    ? await compareRemains(options, planned, definition)
    : await restoreCollection(host, qdrant, { set: sourceOf(options), part, definition, target });
  return { ...made, name, action, kept, namelessMs: 0 };
}

/** Throws `restore.remains-differ` where it is not what the set says; it stays, as somebody may use it by now. */
async function compareRemains(
  { host, qdrant, plan }: RestoreOptions,
  { part, target, collection }: PlannedCollection,
  definition: CollectionDefinition,
): Promise<RestoredCollection> {
  const since = performance.now();
  try {
    const verified = await verifyCollection(host, qdrant, { part, definition, target });
    const durationMs = Math.round(performance.now() - since);
    return { collection, target, ...verified, bytes: part.bytes, durationMs };
  } catch (error) {
    if (!(error instanceof VdbError) || error.details.code !== 'restore.collection-differs') throw error;
    throw new VdbError(error.message, {
      ...error.details,
      code: 'restore.remains-differ',
      meaning:
        'A restore that was cut short was to make it. It was written to since, or is not whole, and is as it was.',
      next: `vdb restore discard ${plan.restore}, then restore again: what is there is kept like any other collection`,
      cause: error,
    });
  }
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
    next: 'vdb backup list shows other sets.',
  });
}

/** Collections that an interrupted run has made under the names that clients know. Pure. */
export function remainsOf({ collections }: Pick<RestorePlan, 'collections'>): string[] {
  return collections.flatMap(({ target, remains }) => (remains ? [target] : []));
}

/**
 * Removes what a run that did not get to its switches has made, whatever of it cannot be; what an earlier one has made
 * under the name that clients know stays. Throws the first reason why something is left.
 */
export async function removeMade({ host, config, qdrant, plan }: RestoreOptions, made: Made): Promise<void> {
  const kept = plan.collections.flatMap(({ action, kept: name }) =>
    action === 'exchange' ? (name ?? []) : [],
  );
  const remains = remainsOf(plan);
  const removals = [
    ...[...made.collections.flatMap(({ target }) => (remains.includes(target) ? [] : [target])), ...kept].map(
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
