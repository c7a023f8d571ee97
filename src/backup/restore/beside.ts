import { EXIT, VdbError } from '../../errors.js';
import { resultOnHost } from '../../services/qdrant/on-host.js';
import type { CollectionDefinition } from '../definitions.js';
import { discardCollection, exactCount, restoreCollection } from './collections.js';
import { configFindings, type SeenCollection } from './compare.js';
import { dropDatabase, restoreDatabase } from './database.js';
import type { PlannedCollection, PlannedDatabase } from './plan.js';
import { collectionPath } from './recover.js';
import { type ReportedCollection, type RestoreOptions, type RestoreReport, sourceOf, step } from './steps.js';
import { copyCommand } from './switch.js';

type Made = Pick<RestoreReport, 'collections' | 'databases'>;

/**
 * Restores everything beside what is there, compares it with the set, and copies what has to make room. Nothing that
 * anybody uses changes. What has been made is in `made`, also when this throws.
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
  for (const planned of plan.collections.filter(({ action }) => action === 'exchange')) {
    const bytes = planned.there?.bytes ?? 0;
    await step(options, `keep ${planned.name}`, bytes, () => keepCopy(options, planned));
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
    next: 'vdb backup list shows other sets.',
  });
}

/** A copy that lacks what was written meanwhile is made once more. */
const ATTEMPTS = 2;

/**
 * Copies a collection that has to make room for an alias, and compares the copy by count and settings. Returns the
 * number of points in it. Throws `restore.written-to` where the collection does not stand still.
 */
export async function keepCopy(
  { host, qdrant }: Pick<RestoreOptions, 'host' | 'qdrant'>,
  { name, kept, there }: PlannedCollection,
): Promise<number> {
  const target = kept as string;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    await host.run(copyCommand(qdrant, { name, target, bytes: there?.bytes ?? 0 }));
    const [copied, now] = [await exactCount(host, qdrant, target), await exactCount(host, qdrant, name)];
    if (copied === now) {
      await assertSameSettings({ host, qdrant }, name, target);
      return copied;
    }
    await discardCollection(host, qdrant, target);
  }
  throw new VdbError(`Collection ${name} is written to while it is copied`, {
    code: 'restore.written-to',
    exitCode: EXIT.failed,
    host: host.target,
    meaning:
      'What was there is kept before it is replaced, and a copy of it would lack what is written meanwhile.',
    next: 'Stop the writers and try again.',
  });
}

async function assertSameSettings(
  { host, qdrant }: Pick<RestoreOptions, 'host' | 'qdrant'>,
  name: string,
  target: string,
): Promise<void> {
  const [was, is] = await Promise.all(
    [name, target].map((each) => resultOnHost<SeenCollection>(host, qdrant, { path: collectionPath(each) })),
  );
  const findings = configFindings(was?.config ?? {}, is?.config ?? {});
  if (findings.length === 0) return;
  await discardCollection(host, qdrant, target);
  throw new VdbError(`The copy of collection ${name} is not what it was: ${findings.join('; ')}`, {
    code: 'restore.copy-differs',
    exitCode: EXIT.failed,
    host: host.target,
    meaning: 'What was there is kept before it is replaced.',
  });
}

/** Removes what a run that did not get to its switches has made. Throws where something cannot be removed. */
export async function removeMade({ host, config, qdrant, plan }: RestoreOptions, made: Made): Promise<void> {
  for (const { target } of made.collections) await discardCollection(host, qdrant, target);
  for (const { action, kept } of plan.collections)
    if (action === 'exchange' && kept !== null) await discardCollection(host, qdrant, kept);
  for (const { name } of made.databases) await dropDatabase(host, config, name);
}
