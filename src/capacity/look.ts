import { backupSets, type FoundSets } from '../backup/sets/look.js';
import { readCount } from '../checks/answers/qdrant.js';
import { collectionsPath } from '../checks/catalogue/storage/space.js';
import type { CheckContext } from '../checks/check.js';
import { memoryOf, memoryPlan, memoryProbes } from '../checks/memory.js';
import { type Disk, diskOf, onlyExisting } from '../checks/probes/disk.js';
import { type HttpAnswer, localHttp } from '../checks/probes/http.js';
import { type DirectorySize, directorySizes } from '../checks/probes/sizes.js';
import type { Config } from '../config/schema.js';
import { slotStorage } from '../config/slots.js';
import type { Host } from '../host/host.js';
import { ask, known, type Observation, observe, type Probe } from '../host/probe.js';
import type { Sample } from './growth.js';
import type { Points } from './need.js';
import { NEWEST_SETS, samplesOf } from './samples.js';

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

const UNASKED: Observation<never> = { status: 'unknown', why: 'the host did not answer' };

/** The questions that {@link capacitySeen} reads, in order. Whoever asks them asks the same ones, so they are asked once. */
export function capacityProbes(context: CheckContext): Probe[] {
  const { config, slot, keyFile } = context;
  const count = (name: string): Probe =>
    ask(localHttp, {
      port: config.qdrant.slots[slot].http,
      path: `/collections/${encodeURIComponent(name)}/points/count`,
      keyFile,
      body: '{"exact":true}',
    });
  return [
    ask(diskOf, slotStorage(config, slot)),
    ask(directorySizes, collectionsPath(context)),
    ...memoryProbes(),
    ...Object.keys(config.collections).map(count),
  ];
}

/** Pure. */
export function capacitySeen(
  observations: readonly Observation<unknown>[],
  { config, slot }: CheckContext,
): CapacitySeen {
  const [disk = UNASKED, sizes = UNASKED, ...others] = observations;
  const memories = memoryProbes().length;
  const machine = memoryOf(others.slice(0, memories));
  const taken = takenBy(sizes as Observation<DirectorySize[]>);
  return {
    disk: diskFor(onlyExisting(slotStorage(config, slot), disk as Observation<Disk>), taken),
    taken,
    machine,
    memory: memoryFor(machine, config),
    points: pointsOf(config, others.slice(memories) as Observation<HttpAnswer>[]),
  };
}

/** A directory that is not there yet holds nothing. */
function takenBy(sizes: Observation<DirectorySize[]>): Observation<number> {
  if (sizes.status !== 'known') return sizes;
  return known((sizes.value ?? []).reduce((sum, { bytes }) => sum + bytes, 0));
}

/** What is free, and what the collections take already. */
function diskFor(disk: Observation<Disk>, taken: Observation<number>): Observation<number> {
  if (disk.status !== 'known') return disk;
  if (taken.status !== 'known') return taken;
  return known(disk.value === null ? null : disk.value.free + (taken.value ?? 0));
}

function memoryFor(memory: Observation<number>, config: Config): Observation<number> {
  if (memory.status !== 'known' || memory.value === null) return memory;
  return known(memoryLeft(config, memory.value));
}

/** What is left of the memory of a host, in bytes, after what is planned for the other services. Pure. */
export function memoryLeft(config: Config, memory: number): number {
  const others = memoryPlan(config, memory).slice(1);
  return Math.max(
    0,
    others.reduce((left, { bytes }) => left - bytes, memory),
  );
}

/** Exact counts. A collection that is not there yet holds nothing. */
function pointsOf({ collections }: Config, answers: readonly Observation<HttpAnswer>[]): Observation<Points> {
  const points: Record<string, number> = {};
  for (const [index, name] of Object.keys(collections).entries()) {
    const answer = answers[index] ?? UNASKED;
    const count = isMissing(answer) ? known(0) : readCount(answer);
    if (count.status !== 'known') return { status: 'unknown', why: `${name}: ${count.why}` };
    if (count.value === null) return known<Points>(null);
    points[name] = count.value;
  }
  return known<Points>(points);
}

function isMissing(answer: Observation<HttpAnswer>): boolean {
  return answer.status === 'known' && answer.value?.status === 404;
}

/** What {@link lookAtCapacity} brings. */
export interface CapacityLook {
  seen: CapacitySeen;
  /** What backup sets say; none where they could not be seen. */
  samples: readonly Sample[];
}

/** Looks at a host, in one command. */
export async function lookAtCapacity(host: Host, context: CheckContext): Promise<CapacityLook> {
  const probes = capacityProbes(context);
  const sets = ask(backupSets, { directory: context.config.paths.backups, newest: NEWEST_SETS });
  const observations = await observe(host, [...probes, sets]);
  const found = observations.at(-1) as Observation<FoundSets> | undefined;
  return {
    seen: capacitySeen(observations.slice(0, probes.length), context),
    samples: found?.status === 'known' ? samplesOf(found.value?.sets ?? []) : [],
  };
}
