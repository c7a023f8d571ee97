import { EXIT, VdbError } from '../../errors.js';
import type { BackupManifest } from '../manifest.js';
import { nameObstacle } from './collection-names.js';
import type { RestorePlan, Selection } from './plan.js';
import type { PresentQdrant, Room } from './present.js';

/** Throws where the words of a command line contradict each other, before anything is looked at. Pure. */
export function assertSelection({ only, collections = [], as }: Selection): void {
  if (as !== undefined && collections.length !== 1) {
    throw refused('restore.as-one', '--as gives a name to one collection', {
      exitCode: EXIT.usage,
      next: 'vdb restore SET --collection NAME --as OTHER',
    });
  }
  const obstacle = as === undefined ? null : nameObstacle(as);
  if (obstacle !== null) {
    throw refused('restore.as', `--as ${as} is no name for a collection: ${obstacle}`, {
      exitCode: EXIT.usage,
      meaning: `A name has 1 to 255 bytes, and none of < > : " / \\ | ? *.`,
      next: 'Give another name to --as.',
    });
  }
  const others = only?.filter((part) => part !== 'qdrant') ?? [];
  if (collections.length > 0 && others.length > 0) {
    throw refused(
      'restore.selection',
      `--collection restores collections alone, and --only asks for ${others.join(', ')}`,
      {
        exitCode: EXIT.usage,
        meaning: 'With --collection, --only takes qdrant and nothing else.',
        next: `Leave out one of the two, or restore in two runs: --collection in one, --only ${others.join(',')} in the other.`,
      },
    );
  }
}

/** Throws where a set must not go into this Qdrant. Pure. */
export function assertFits({ id, versions, genuine = true }: BackupManifest, qdrant: PresentQdrant): void {
  if (genuine !== qdrant.genuine) {
    const [set, server] = genuine ? ['Qdrant', 'the emulator'] : ['the emulator', 'Qdrant'];
    throw refused('restore.other-server', `Backup set ${id} is of ${set}, and here runs ${server}`, {
      meaning: 'Neither loads what the other has written.',
      next: 'vdb restore SET --only postgres,redis',
    });
  }
  if (qdrant.peers > 1) {
    throw refused('restore.peers', `The cluster of Qdrant has ${qdrant.peers} peers`, {
      meaning:
        'Qdrant would spread a restored collection over all of them: a deployment is under way, or was cut short.',
      next: 'Finish or roll back the deployment first.',
    });
  }
  const obstacle = versionObstacle(versions?.qdrant, qdrant.version);
  if (obstacle === null) return;
  throw refused('restore.version', `Backup set ${id} does not fit Qdrant ${qdrant.version}: ${obstacle}`, {
    meaning: 'A snapshot is read by the minor version that wrote it, and by the next one.',
    next: `Run a Qdrant that fits: set qdrant.version, then vdb provision --only 1.1`,
  });
}

/** Why a snapshot of Qdrant `set` is not read by Qdrant `server`; null where it is. Pure. */
export function versionObstacle(set: string | undefined, server: string): string | null {
  if (set === undefined) return 'it does not say of which version it is';
  const [from, to] = [minorOf(set), minorOf(server)];
  if (from === null) return `${set} is no version`;
  if (to === null) return `${server} is no version`;
  if (from.major !== to.major) return `it is of ${set}, another major version`;
  if (from.minor > to.minor) return `it is of ${set}, which is newer`;
  return to.minor - from.minor <= 1 ? null : `it is of ${set}, more than one minor version older`;
}

/** What the emulator adds to a version does not count. */
function minorOf(version: string): { major: number; minor: number } | null {
  const match = /^v?(\d+)\.(\d+)\.\d+/.exec(version);
  return match === null ? null : { major: Number(match[1]), minor: Number(match[2]) };
}

/** Throws where a plan cannot be carried out on what is there. Pure. */
export function assertPossible(plan: RestorePlan, selection: Selection, qdrant: PresentQdrant | null): void {
  const { collections = [], as } = selection;
  const missing = collections.filter(
    (wanted) =>
      !plan.collections.some(
        ({ name, collection }) => wanted === collection || wanted === name || as !== undefined,
      ),
  );
  if (missing.length > 0 || (collections.length > 0 && plan.collections.length === 0)) {
    throw refused(
      'restore.no-collection',
      `Backup set ${plan.set} has no collection ${(missing.length > 0 ? missing : collections).join(', ')}`,
      {
        exitCode: EXIT.usage,
        next: `vdb backup show ${plan.set}`,
      },
    );
  }
  if (
    as !== undefined &&
    qdrant !== null &&
    (qdrant.collections.includes(as) || Object.hasOwn(qdrant.aliases, as))
  ) {
    throw refused('restore.exists', `There is a collection or an alias ${as} already`, {
      exitCode: EXIT.usage,
      next: 'Give another name to --as.',
    });
  }
  if (isNothing(plan)) {
    throw refused('restore.nothing', `Backup set ${plan.set} has nothing of what is asked for`, {
      exitCode: EXIT.usage,
      meaning: plan.skipped.join('; ') || 'None of its parts is chosen.',
      next: `vdb backup show ${plan.set}`,
    });
  }
}

function isNothing({ collections, databases, redis, configuration }: RestorePlan): boolean {
  return collections.length + databases.length === 0 && redis === null && configuration === null;
}

/** Bytes that a restore writes. */
export interface Need {
  storage: number;
  postgres: number;
}

/** A dump is compressed, and holds no indexes. */
const DUMP_FACTOR = 6;

/** Of what is restored beside what is there, and of the copies of what has to be moved. Pure. */
export function needOf({ collections, databases }: RestorePlan, { linkable }: Pick<Room, 'linkable'>): Need {
  const parts = collections.flatMap(({ part, remains }) => (remains ? [] : [part.bytes]));
  const moved = collections.flatMap(({ action, there }) =>
    action === 'exchange' ? [there?.bytes ?? 0] : [],
  );
  const handedOver = linkable ? 0 : Math.max(0, ...parts);
  return {
    storage: sum(parts) + handedOver + sum(moved) + Math.max(0, ...moved),
    postgres: sum(databases.map(({ part }) => part.bytes)) * DUMP_FACTOR,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, each) => all + each, 0);
}

/** Throws `restore.room` where the disk has not enough of it. Pure. */
export function assertRoom(need: Need, room: Room): void {
  const { storage, postgres, shared } = room;
  const atStorage = shared ? need.storage + need.postgres : need.storage;
  const short =
    atStorage > storage
      ? `${gib(atStorage)} are needed where Qdrant keeps its collections, ${gib(storage)} are free`
      : !shared && postgres !== null && need.postgres > postgres
        ? `${gib(need.postgres)} are needed where PostgreSQL keeps its databases, ${gib(postgres)} are free`
        : undefined;
  if (short === undefined) return;
  throw refused('restore.room', `There is not enough room for this restore: ${short}`, {
    meaning: 'What is there stays until you discard it, so both have to fit.',
    next: 'Remove what earlier restores have kept (vdb restore list), or restore collections one by one (--collection).',
  });
}

function gib(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(2)} GiB`;
}

function refused(
  code: string,
  message: string,
  {
    exitCode = EXIT.failed,
    meaning,
    next,
  }: { exitCode?: typeof EXIT.failed | typeof EXIT.usage; meaning?: string; next: string },
): VdbError {
  return new VdbError(message, {
    code,
    exitCode,
    meaning: meaning === undefined ? 'Nothing was changed.' : `${meaning} Nothing was changed.`,
    next,
  });
}
