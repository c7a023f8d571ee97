import {
  bareNeed,
  type CapacityPlan,
  type Need,
  needOf,
  type Points,
  RESOURCES,
  type Resource,
} from './need.js';

/**
 * A time at which memory and disk must be enough: `operation`, with head-room to grow into; `backup`, while the largest
 * collection lies on the disk a second time, as its snapshot; `deploy`, while a second Qdrant runs with a copy of
 * everything. The last two may use the head-room of the first.
 */
export interface Situation extends Need {
  when: 'operation' | 'backup' | 'deploy';
}

/** What happens on a server beside operation. */
export interface Practice {
  /** Whether backups are taken. */
  backups: boolean;
  /** Whether Qdrant is deployed beside the one that serves. */
  blueGreen: boolean;
}

/** A copy that is being built needs a little more on the disk than the one that it is a copy of, as deploys ask for too. */
const COPY_FACTOR = 1.2;

/** What is needed when. Never less than in operation: a server that is fine only while it is copied is not fine. Pure. */
export function situationsOf(plan: CapacityPlan, points: Points, practice: Practice): Situation[] {
  const { memory, disk } = bareNeed(plan, points);
  const operation = needOf(plan, points);
  const atLeast = (need: Need): Need => ({
    memory: Math.max(operation.memory, need.memory),
    disk: Math.max(operation.disk, need.disk),
  });
  return [
    { when: 'operation', ...operation },
    ...(practice.backups
      ? [{ when: 'backup' as const, ...atLeast({ memory, disk: disk + largest(plan, points) }) }]
      : []),
    ...(practice.blueGreen
      ? [{ when: 'deploy' as const, ...atLeast({ memory: 2 * memory, disk: (1 + COPY_FACTOR) * disk }) }]
      : []),
  ];
}

function largest(plan: CapacityPlan, points: Points): number {
  const sizes = Object.entries(plan.collections).map(
    ([name, collection]) => bareNeed({ ...plan, collections: { [name]: collection } }, points).disk,
  );
  return Math.max(0, ...sizes);
}

/** What there is of one resource, in bytes. */
export interface Room {
  /** What Qdrant can have of the host. */
  there: number;
  /** What the configuration plans for it; a second Qdrant during a deploy and a snapshot come on top. */
  planned?: number;
}

/** What could be seen of both. */
export type Rooms = Readonly<Record<Resource, Room | { unseen: string }>>;

/** One need against what there is. `fits` is null where that was not seen. */
export interface Fit {
  when: Situation['when'];
  resource: Resource;
  need: number;
  room: number | null;
  fits: boolean | null;
}

/** Every situation against what there is, memory first. Pure. */
export function fitsOf(situations: readonly Situation[], rooms: Rooms): Fit[] {
  return RESOURCES.flatMap((resource) =>
    situations.map((situation): Fit => {
      const need = situation[resource];
      const room = roomIn(situation.when, rooms[resource]);
      return { when: situation.when, resource, need, room, fits: room === null ? null : need <= room };
    }),
  );
}

function roomIn(when: Situation['when'], room: Rooms[Resource]): number | null {
  if ('unseen' in room) return null;
  return when === 'operation' ? Math.min(room.there, room.planned ?? room.there) : room.there;
}

/** The one that is nearest to its limit, or furthest beyond it; undefined where nothing was seen. Pure. */
export function tightest(fits: readonly Fit[]): Fit | undefined {
  const share = ({ need, room }: Fit): number => need / Math.max(room ?? 0, 1);
  return fits.filter(({ room }) => room !== null).sort((a, b) => share(b) - share(a))[0];
}
