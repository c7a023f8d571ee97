import { EXIT, VdbError } from '../../errors.js';
import { CommandError } from '../../host/host.js';
import { resultOnHost } from '../../services/qdrant/on-host.js';
import { discardCollection, exactCount } from './collections.js';
import { configFindings, type SeenCollection } from './compare.js';
import { copyCommand } from './copy.js';
import type { PlannedAlias, PlannedCollection } from './plan.js';
import { collectionPath } from './recover.js';
import { act, type RestoreOptions, step, type Turn, unlessBegun } from './steps.js';
import { type Exchange, exchangeCommand, MOVED_ON } from './switch.js';

type Place = Pick<RestoreOptions, 'host' | 'qdrant'>;

/** A collection that is written to while it is copied is copied so many times. */
const ATTEMPTS = 3;

/**
 * Copies a collection and puts the restored one in its place, at once. One that was written to since its copy was begun is
 * copied once more: by Qdrant's numbers of its operations, and its points. Returns for how many milliseconds the name
 * meant nothing. Throws `restore.written-to` where it does not stand still, and nothing has changed.
 */
export async function exchange(
  options: RestoreOptions,
  turn: Turn,
  planned: PlannedCollection,
  moves: readonly PlannedAlias[],
): Promise<number> {
  const { host, qdrant } = options;
  const { name, kept, there } = planned;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const copy =
      kept === null
        ? { points: 0, operations: null }
        : await step(unlessBegun(options, turn), `keep ${name}`, there?.bytes ?? 0, () =>
            keepCopy(options, planned, kept),
          );
    const namelessMs = await replace(options, turn, { name, moves, ...copy });
    if (namelessMs !== null) return namelessMs;
    if (kept !== null) await discardCollection(host, qdrant, kept);
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

/** Null where the collection was written to, so that nothing was done. */
async function replace(options: RestoreOptions, turn: Turn, wanted: Exchange): Promise<number | null> {
  const { host, qdrant } = options;
  const { begun } = turn;
  act(options, turn);
  try {
    const { stdout } = await step(unlessBegun(options, turn), `switch ${wanted.name}`, 0, () =>
      host.run(exchangeCommand(qdrant, wanted)),
    );
    return Number(/^nameless (\d+)$/m.exec(stdout)?.[1] ?? 0);
  } catch (error) {
    if (!(error instanceof CommandError) || error.result.exitCode !== MOVED_ON) throw error;
    turn.begun = begun;
    return null;
  }
}

/** Copies a collection that has to make room for an alias, and compares the settings of the copy. */
async function keepCopy(
  { host, qdrant }: Place,
  { name, there }: PlannedCollection,
  target: string,
): Promise<Pick<Exchange, 'points' | 'operations'>> {
  const { stdout } = await host.run(copyCommand(qdrant, { name, target, bytes: there?.bytes ?? 0 }));
  const points = await exactCount(host, qdrant, target);
  await assertSameSettings({ host, qdrant }, name, target);
  return { points, operations: /^operations (.*)$/m.exec(stdout)?.[1] ?? '' };
}

async function assertSameSettings({ host, qdrant }: Place, name: string, target: string): Promise<void> {
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
