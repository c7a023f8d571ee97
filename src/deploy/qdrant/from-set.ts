import { placeOf } from '../../backup/create/create.js';
import { definitionsOf } from '../../backup/drill/parts.js';
import { setDirectory } from '../../backup/set.js';
import { findSet } from '../../backup/sets/find.js';
import { lookAtSets } from '../../backup/sets/look.js';
import { judgeSets } from '../../backup/sets/state.js';
import type { SlotName } from '../../config/schema.js';
import type { TaskContext } from '../../engine/task.js';
import { EXIT, VdbError } from '../../errors.js';
import type { Host } from '../../host/host.js';
import { hasSwitched } from '../record.js';
import type { Copying } from './copying.js';
import { recoverAll, type Snapshots } from './recover.js';

/** What a rollback to an earlier state of the data works with. */
export interface FromSet {
  host: Host;
  /** The host as it shall be: the new slot is active. */
  after: TaskContext;
  to: SlotName;
  /** The name of the backup set. */
  set: string;
  onLine(line: string): void;
}

/** The new slot holds what a backup set holds: what was written since is not there. */
export function fromSet({ host, after, to, set, onLine }: FromSet): Copying {
  return {
    holdsWrites: false,
    async copy(_, stop) {
      const snapshots = await collectionsOf(host, after.config, set);
      const place = placeOf(after.config, to);
      const { collections, points, sampled } = await recoverAll(host, place, snapshots, { stop, onLine });
      return {
        note: `${collections} collections with ${points} points of set ${set} are at ${to}, ${sampled} compared by value`,
        numbers: { collections, points, sampled },
      };
    },
    /** Each collection was compared with the set as it was recovered; what serves has moved on since. */
    async verify({ phases }) {
      const { numbers = {} } = phases.find(({ name }) => name === 'copy') ?? {};
      return { note: `compared with what set ${set} says, as each collection was recovered`, numbers };
    },
    opened: async () => null,
    sick: async () => null,
    leave: async () => {},
    withdraw: async () => {},
    hasMovedOn: async (record) => hasSwitched(record),
  };
}

/** The collections of a set. Throws `deploy.set` where it has not all that is needed. */
export async function collectionsOf(
  host: Host,
  config: TaskContext['config'],
  id: string,
): Promise<Snapshots> {
  const { sets } = await lookAtSets(host, config.paths.backups);
  const { manifest, state } = findSet(judgeSets(sets, new Date()), id);
  const definitions = manifest && (await definitionsOf(host, config, manifest));
  if (!manifest || !definitions || state !== 'whole') {
    throw new VdbError(`Backup set ${id} is not whole, so there is nothing to go back to`, {
      ...{ code: 'deploy.set', exitCode: EXIT.failed, host: host.target },
      next: 'vdb backup list, and to restore another one: vdb restore SET',
    });
  }
  const parts = manifest.parts.filter(({ kind }) => kind === 'collection');
  return { directory: setDirectory(config, id), parts, definitions };
}
