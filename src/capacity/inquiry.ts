import type { CollectionConfig, Config } from '../config/schema.js';
import { parseSize } from '../config/units.js';
import type { Observation } from '../host/probe.js';
import { findEdge } from '../services/haproxy/config.js';
import { type Answer, answerTo } from './answer.js';
import { type Growth, measuredGrowth, type Sample, statedGrowth } from './growth.js';
import { type MemoryShare, memoryLeft, otherShares } from './memory.js';
import { type Points, planOf, shareOut } from './need.js';
import { type CollectionWish, collectionsWith, PLANNED } from './planning.js';
import type { Room, Rooms } from './situations.js';

/** What is asked for. Everything that is left out is as configured and as seen. */
export interface Wanted {
  /** Of all collections. */
  points?: number;
  wish: CollectionWish;
  /** Of a point, in bytes. */
  payload?: number;
  /** Of the host, in bytes. */
  ram?: number;
  disk?: number;
  /** Points that come in a day. */
  growth?: number;
  /** Whether deploys are in place, so that there is never a second Qdrant. */
  inPlace: boolean;
}

/** What was seen of a host. Where one part could not be seen it says why. */
export interface CapacitySeen {
  /** Exact, by configured collection; null where Qdrant does not answer. */
  points: Observation<Points>;
  /** Bytes that Qdrant can have: of the host's memory, and of its disk. */
  memory: Observation<number>;
  disk: Observation<number>;
  /** Bytes of memory that the host has. */
  machine: Observation<number>;
  /** Bytes that the collections take on the disk already. */
  taken: Observation<number>;
}

/** What is known: of a host, or of none. */
export interface Grounds {
  config: Config;
  /** Null where no host was asked. */
  seen: CapacitySeen | null;
  /** What backup sets of the host say. */
  samples: readonly Sample[];
  now: Date;
}

/** A question with its answer, and what it rests on. */
export interface Inquiry {
  collections: Readonly<Record<string, CollectionConfig>>;
  points: Points;
  payloadBytes: number;
  rooms: Rooms;
  growth: Growth | null;
  answer: Answer;
  /** The memory of the machine in bytes, and what of it is planned for others than Qdrant; null where it was not seen. */
  machine: { memory: number; others: readonly MemoryShare[] } | null;
  /** Bytes that the collections take on the disk; null where that was not seen, and for one that is only thought of. */
  taken: number | null;
  now: Date;
}

/** Why it cannot be answered: the points that there are were not counted. */
export interface Uncounted {
  uncounted: string;
}

/** Pure. Throws a `ZodError` for a wish that no collection can have. */
export function inquire(wanted: Wanted, grounds: Grounds): Inquiry | Uncounted {
  const { config, seen, now } = grounds;
  const collections = collectionsWith(config.collections, wanted.wish);
  const points = pointsOf(wanted, grounds, Object.keys(collections));
  if ('uncounted' in points) return points;
  const payloadBytes = wanted.payload ?? config.capacity.payload_bytes;
  const question = {
    plan: planOf({ ...config, collections, capacity: { payload_bytes: payloadBytes } }),
    points: points.are,
    practice: {
      backups: config.backup.enabled,
      blueGreen: !wanted.inPlace && deploysBeside(config),
    },
    rooms: roomsOf(wanted, grounds),
    growth: growthOf(wanted, grounds, points.are),
  };
  const memory = wanted.ram ?? knownIn(seen?.machine);
  return {
    ...{ collections, points: points.are, payloadBytes, rooms: question.rooms, growth: question.growth, now },
    answer: answerTo(question),
    machine: memory === null ? null : { memory, others: otherShares(config, memory) },
    taken: wanted.wish.size === undefined ? knownIn(seen?.taken) : null,
  };
}

/** Without an edge in front of it Qdrant is deployed in place, whatever is configured. */
function deploysBeside(config: Config): boolean {
  return config.deployment.strategy === 'blue_green' && findEdge(config, 'qdrant') !== undefined;
}

function pointsOf(
  { points: wanted, wish }: Wanted,
  { config, seen }: Grounds,
  names: readonly string[],
): { are: Points } | Uncounted {
  if (wish.size !== undefined) return { are: { [PLANNED]: wanted ?? 0 } };
  const none = Object.fromEntries(names.map((name) => [name, 0]));
  if (seen === null) return { are: shareOut(wanted ?? config.capacity.target_points, none) };
  const counted = knownIn(seen.points);
  if (wanted !== undefined) return { are: shareOut(wanted, counted ?? none) };
  if (counted !== null) return { are: counted };
  return { uncounted: seen.points.status === 'known' ? 'Qdrant does not answer' : seen.points.why };
}

/** What is to be bought is not limited by what the configuration plans for today. */
function roomsOf({ ram, disk }: Wanted, { config, seen }: Grounds): Rooms {
  return {
    memory:
      ram === undefined ? roomSeen(seen?.memory, config.qdrant.memory) : { there: memoryLeft(config, ram) },
    disk: disk === undefined ? roomSeen(seen?.disk, config.qdrant.storage) : { there: disk },
  };
}

function roomSeen(there: Observation<number> | undefined, planned: string): Room | { unseen: string } {
  if (there === undefined) return { unseen: 'no host was asked' };
  if (there.status !== 'known') return { unseen: there.why };
  if (there.value === null) return { unseen: 'the host does not say' };
  return { there: there.value, planned: parseSize(planned) ?? 0 };
}

/** What is said wins over what is configured, and that over what was measured: of a host, for its own collections. */
function growthOf(
  { growth, wish }: Wanted,
  { config, seen, samples, now }: Grounds,
  points: Points,
): Growth | null {
  if (growth !== undefined) return statedGrowth(growth, points, 'option');
  if (wish.size !== undefined) return null;
  const { growth_per_day: configured } = config.capacity;
  if (configured > 0) return statedGrowth(configured, points, 'configuration');
  const counted = knownIn(seen?.points);
  return measuredGrowth([...samples, ...(counted === null ? [] : [{ at: now.getTime(), points: counted }])]);
}

function knownIn<Value>(observation: Observation<Value> | undefined): Value | null {
  return observation?.status === 'known' ? observation.value : null;
}
