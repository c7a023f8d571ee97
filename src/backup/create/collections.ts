import { EXIT, VdbError } from '../../errors.js';
import { collectionPath } from '../../resources/qdrant-collection.js';
import { CANARY_PREFIX } from '../../services/qdrant/canary.js';
import type { CollectionDefinition, Definitions } from '../definitions.js';
import type { BackupPart } from '../manifest.js';
import { askQdrant, resultOf } from '../qdrant-requests.js';
import { PRIORITIES, priorityOf } from '../set.js';
import { readSealed } from './answer.js';
import type { PlannedPart } from './events.js';
import { snapshotPart } from './files.js';
import { between, type CollectionLook, idsOf, lookRequests, readLook, sameDefinition } from './look.js';
import { Interrupted, partOf, type Run } from './run.js';
import { GONE, snapshotCommand } from './snapshot.js';

/** How long Qdrant may be silent between two parts: a restart of it. */
const PATIENCE_SECONDS = 300;
/** Settings that change while a snapshot is taken are not those of the snapshot. */
const ATTEMPTS = 3;
/** Collections that come into being while others are taken are taken too, in this many rounds. */
const ROUNDS = 4;

/** What of a set comes from Qdrant. */
export interface TakenCollections {
  parts: BackupPart[];
  definitions: Definitions;
}

/** Names in the order in which they are taken. Collections of the canary check come and go, and hold nothing. Pure. */
export function inOrder(names: readonly string[], config: Parameters<typeof priorityOf>[0]): string[] {
  const rank = (name: string): number => PRIORITIES.indexOf(priorityOf(config, name));
  return names
    .filter((name) => !name.startsWith(CANARY_PREFIX))
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/** Takes every collection that there is but those that restores have kept, and those that come to be meanwhile. */
export async function takeCollections(run: Run, kept: readonly string[]): Promise<TakenCollections> {
  const parts: BackupPart[] = [];
  const definitions: Definitions['collections'] = {};
  const seen = new Set(kept);
  for (let round = 0; ; round++) {
    const fresh = (await listCollections(run)).filter((name) => !seen.has(name));
    if (fresh.length > 0 && round === ROUNDS)
      run.warn(`Not in this set, as they were made while it was taken: ${fresh.join(', ')}`);
    if (fresh.length === 0 || round === ROUNDS) break;
    for (const name of fresh) {
      seen.add(name);
      const taken = await takeCollection(run, name);
      if (taken === null) {
        // It may have been deleted to be made anew: where it is listed again, it is taken.
        seen.delete(name);
        continue;
      }
      parts.push(taken.part);
      definitions[name] = taken.definition;
    }
  }
  const aliases = await listAliases(run, definitions);
  return { parts, definitions: { schema: 'vdb.definitions/1', collections: definitions, aliases } };
}

async function listCollections({ host, config, qdrant }: Run): Promise<string[]> {
  const [answer] = await askQdrant(host, qdrant, [{ method: 'GET', path: '/collections' }], PATIENCE_SECONDS);
  const result = answer && resultOf<{ collections: { name: string }[] }>(answer, 'list its collections');
  if (!result) throw new Error('Qdrant has no /collections');
  return inOrder(
    result.collections.map(({ name }) => name),
    config,
  );
}

/** An alias of a collection that is not in the set would point nowhere. */
async function listAliases(run: Run, taken: Definitions['collections']): Promise<Record<string, string>> {
  const [answer] = await askQdrant(
    run.host,
    run.qdrant,
    [{ method: 'GET', path: '/aliases' }],
    PATIENCE_SECONDS,
  );
  type Alias = { alias_name: string; collection_name: string };
  const result = answer && resultOf<{ aliases: Alias[] }>(answer, 'list its aliases');
  const aliases = result?.aliases ?? [];
  const stray = aliases.filter(({ collection_name: name }) => taken[name] === undefined);
  for (const { alias_name: alias, collection_name: name } of stray)
    if (!name.startsWith(CANARY_PREFIX))
      run.warn(`The alias ${alias} is not in this set: its collection ${name} is not`);
  const kept = aliases.filter((alias) => !stray.includes(alias));
  return Object.fromEntries(kept.map(({ alias_name: alias, collection_name: name }) => [alias, name]));
}

/** Null where the collection is gone. */
async function takeCollection(
  run: Run,
  collection: string,
): Promise<{ part: BackupPart; definition: CollectionDefinition } | null> {
  if (run.stop.aborted) throw new Interrupted();
  const planned = plannedCollection(run, collection);
  run.onEvent({ type: 'part-started', part: planned });
  const since = performance.now();
  for (let attempt = 1; ; attempt++) {
    const before = await look(run, collection);
    if (before?.isHere === false) throw elsewhere(run, collection);
    const sealed = before && (await snapshot(run, collection, planned));
    const after = sealed && (await look(run, collection, idsOf(before)));
    if (!after) {
      if (sealed) await run.removePart(planned.path);
      run.onEvent({ type: 'part-gone', part: planned });
      run.remark(`Collection ${collection} was deleted while the set was taken, and is not in it`);
      return null;
    }
    if (!after.isHere) throw elsewhere(run, collection);
    if (!sameDefinition(before, after)) {
      if (attempt === ATTEMPTS) throw restless(run, collection);
      continue;
    }
    const { count, definition } = between(before, after);
    const part = { ...partOf(planned, sealed), priority: priorityOf(run.config, collection), ...count };
    run.onEvent({ type: 'part-finished', part, durationMs: performance.now() - since });
    return { part, definition };
  }
}

function plannedCollection({ sizes }: Run, collection: string): PlannedPart {
  const estimate = sizes.collections.get(collection) ?? 0;
  return { path: snapshotPart(collection), kind: 'collection', collection, estimate };
}

async function look(
  { host, qdrant }: Run,
  collection: string,
  ids?: (string | number)[],
): Promise<CollectionLook | null> {
  return readLook(collection, await askQdrant(host, qdrant, lookRequests(collection, ids), PATIENCE_SECONDS));
}

async function snapshot(run: Run, collection: string, planned: PlannedPart) {
  const { qdrant, directory } = run;
  const order = { qdrant, collection, directory, estimate: planned.estimate };
  const result = await run.run(snapshotCommand(order), planned);
  return result.exitCode === GONE ? null : readSealed(result.stdout);
}

function elsewhere({ host }: Run, collection: string): VdbError {
  return new VdbError(`A part of collection ${collection} is not on this host`, {
    code: 'backup.shards-elsewhere',
    exitCode: EXIT.failed,
    host: host.target,
    meaning:
      'Its Qdrant is one of several peers. A snapshot holds what one peer has, so the set would be half.',
    next: `Look at GET ${collectionPath(collection)}/cluster; take the set when all shards are active here.`,
  });
}

function restless({ host }: Run, collection: string): VdbError {
  return new VdbError(`The settings of collection ${collection} changed each time its snapshot was taken`, {
    code: 'backup.collection-restless',
    exitCode: EXIT.failed,
    host: host.target,
    meaning: 'What is in a snapshot could not be told from what is in the collection now.',
    next: 'Take the set again when nobody changes the settings or indexes of the collection.',
  });
}
