import { backupSets, type FoundSets } from '../backup/sets/look.js';
import type { Sample } from '../capacity/growth.js';
import type { CapacitySeen } from '../capacity/inquiry.js';
import { memoryLeft } from '../capacity/memory.js';
import type { Points } from '../capacity/need.js';
import { NEWEST_SETS, samplesOf } from '../capacity/samples.js';
import type { Config } from '../config/schema.js';
import { slotStorage } from '../config/slots.js';
import { ask, known, type Observation, type Probe } from '../host/probe.js';
import { readCount } from './answers/qdrant.js';
import type { Batch } from './batch.js';
import { collectionsPath } from './catalogue/storage/space.js';
import type { CheckContext } from './check.js';
import { memoryOf, memoryProbes } from './memory.js';
import { type Disk, diskOf, onlyExisting } from './probes/disk.js';
import { type HttpAnswer, localHttp } from './probes/http.js';
import { type DirectorySize, directorySizes } from './probes/sizes.js';

const UNASKED: Observation<never> = { status: 'unknown', why: 'the host did not answer' };

/** What of a host decides where to look. */
type Place = Pick<CheckContext, 'config' | 'slot' | 'keyFile'>;

/** The questions that {@link capacitySeen} reads, in order. Whoever asks them asks the same ones, so they are asked once. */
export function capacityProbes(place: Place): Probe[] {
  const { config, slot, keyFile } = place;
  const count = (name: string): Probe =>
    ask(localHttp, {
      port: config.qdrant.slots[slot].http,
      path: `/collections/${encodeURIComponent(name)}/points/count`,
      keyFile,
      body: '{"exact":true}',
    });
  return [
    ask(diskOf, slotStorage(config, slot)),
    ask(directorySizes, collectionsPath(place)),
    ...memoryProbes(),
    ...Object.keys(config.collections).map(count),
  ];
}

/** Pure. */
export function capacitySeen(
  observations: readonly Observation<unknown>[],
  { config, slot }: Place,
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

/** What is seen of a host for its capacity. */
export interface CapacityLook {
  seen: CapacitySeen;
  sets: Observation<FoundSets>;
  /** What those sets say; none where they could not be seen. */
  samples: readonly Sample[];
}

/** Adds the questions of capacity to a batch. The function that it gives holds the answer once that was sent. */
export function askCapacity(batch: Batch, place: Place): () => CapacityLook {
  const answers = capacityProbes(place).map((probe) => batch.add(probe));
  const sets = batch.add(ask(backupSets, { directory: place.config.paths.backups, newest: NEWEST_SETS }));
  return () => ({
    seen: capacitySeen(
      answers.map((answer) => answer()),
      place,
    ),
    sets: sets(),
    samples: samplesIn(sets()),
  });
}

function samplesIn(sets: Observation<FoundSets>): Sample[] {
  return sets.status === 'known' ? samplesOf(sets.value?.sets ?? []) : [];
}
