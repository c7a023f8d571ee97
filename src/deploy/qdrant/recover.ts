import type { Definitions } from '../../backup/definitions.js';
import type { BackupPart } from '../../backup/manifest.js';
import { askQdrant, resultOf } from '../../backup/qdrant-requests.js';
import { discardCollection, restoreCollection } from '../../backup/restore/collections.js';
import type { QdrantPlace } from '../../backup/restore/recover.js';
import { aliasCommand } from '../../backup/restore/switch.js';
import { EXIT, VdbError } from '../../errors.js';
import type { Host } from '../../host/host.js';
import { Stopped } from '../machine.js';

/** Collections with what is known of them, in one directory on the host. */
export interface Snapshots {
  directory: string;
  parts: readonly BackupPart[];
  definitions: Definitions;
}

/** What came of it. */
export interface Recovered {
  collections: number;
  points: number;
  sampled: number;
}

/**
 * Has a Qdrant that nobody uses hold exactly what the snapshots hold, aliases too; what it held before goes. Each
 * collection is compared with what is known of it: settings, indexes, exact count, values of sampled points. Throws as
 * {@link restoreCollection} does, and {@link Stopped}.
 */
export async function recoverAll(
  host: Host,
  qdrant: QdrantPlace,
  { directory, parts, definitions }: Snapshots,
  { stop, onLine }: { stop: AbortSignal; onLine(line: string): void },
): Promise<Recovered> {
  for (const name of await namesAt(host, qdrant)) await discardCollection(host, qdrant, name);
  const sum: Recovered = { collections: 0, points: 0, sampled: 0 };
  for (const part of parts) {
    if (stop.aborted) throw new Stopped();
    const { collection } = part;
    const definition = collection === undefined ? undefined : definitions.collections[collection];
    if (collection === undefined || definition === undefined) throw unknownPart(host, part);
    onLine(`recover ${collection}`);
    const { points, sampled } = await restoreCollection(host, qdrant, {
      ...{ set: directory, part, definition, target: collection },
    });
    sum.collections += 1;
    sum.points += points;
    sum.sampled += sampled;
  }
  const aliases = Object.entries(definitions.aliases).map(([alias, to]) => ({ alias, to }));
  if (aliases.length > 0) await host.run(aliasCommand(qdrant, aliases));
  return sum;
}

async function namesAt(host: Host, qdrant: QdrantPlace): Promise<string[]> {
  const [answer] = await askQdrant(host, qdrant, [{ method: 'GET', path: '/collections' }]);
  const result = answer && resultOf<{ collections: { name: string }[] }>(answer, 'list its collections');
  return (result?.collections ?? []).map(({ name }) => name);
}

function unknownPart(host: Host, { path }: BackupPart): VdbError {
  return new VdbError(`Nothing is known of what ${path} holds, so that it cannot be compared`, {
    ...{ code: 'deploy.unknown-part', exitCode: EXIT.failed, host: host.target },
    next: 'vdb backup verify SET tells whether the set is damaged.',
  });
}
