import { type CollectionState, shapeOf } from '../checks/answers/collection.js';
import { isGenuine } from '../checks/answers/qdrant.js';
import { isMissing } from '../checks/status/down.js';
import type { Overview } from '../checks/status/overview.js';
import type { HistoryEntry } from '../engine/journal.js';
import type { Observation } from '../host/probe.js';

type Data = Record<string, unknown>;

/** The overview for machines. What could not be seen is `{"unknown": why}`, what does not exist is null. */
export function statusData(overview: Overview): Data {
  const { facts, disk, dataPath, slot, services, qdrant, postgres, redis, python, last, openDeploy } =
    overview;
  return {
    facts: seen(facts, ({ os, ...rest }) => ({ ...rest, os: os.name })),
    disk: {
      path: dataPath,
      ...asObject(
        seen(disk, ({ free, size, mountedOn, fileSystem, instead }) => ({
          free,
          size,
          mounted_on: mountedOn,
          file_system: fileSystem,
          measured: instead ?? dataPath,
        })),
      ),
    },
    active_slot: slot.name,
    active_slot_recorded: slot.recorded,
    services: services.map(({ unit, state }) => ({ unit, state: seen(state, (value) => ({ ...value })) })),
    versions: {
      qdrant: seen(qdrant.root, (root) => ({ version: root.version, genuine: isGenuine(root) })),
      ...(postgres === null
        ? {}
        : { postgres: seen(postgres, ({ server }) => server?.version ?? { unknown: 'it does not answer' }) }),
      ...(redis === null
        ? {}
        : { redis: seen(redis, ({ version }) => version ?? { unknown: 'it does not answer' }) }),
      python: seen(python, (version) => version),
    },
    collections: collectionsData(overview),
    last_run: seen(last.run, runData),
    last_backup: seen(last.backup, runData),
    last_deploy: seen(last.deploy, runData),
    open_deploy: seen(openDeploy, (record) => record),
  };
}

function collectionsData({ collections, qdrant: { names } }: Overview): Data[] {
  return collections.map(({ name, info, points }) => {
    const exists = seen(names, (list) => list.includes(name));
    if (isMissing(name, names)) return { name, exists };
    return { name, exists, points: seen(points, (value) => value), ...asObject(seen(info, stateData)) };
  });
}

function stateData(state: CollectionState): Data {
  const { efConstruct, ...rest } = shapeOf(state);
  return {
    status: state.status,
    optimizer: state.optimizerError ?? 'ok',
    ...rest,
    ef_construct: efConstruct,
  };
}

function runData({ run, who, command, at, status, changed, durationMs }: HistoryEntry): Data {
  return { run, who, command, at, status, changed, duration_ms: durationMs };
}

function seen<Have>(observation: Observation<Have>, show: (value: Have) => unknown): unknown {
  if (observation.status !== 'known') return { unknown: observation.why };
  return observation.value === null ? null : show(observation.value);
}

function asObject(data: unknown): Data {
  return data === null ? { absent: true } : (data as Data);
}
