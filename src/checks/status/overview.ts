import type { Config, SlotName } from '../../config/schema.js';
import { type DeployRecord, isOpen } from '../../deploy/record.js';
import { deployRecords } from '../../deploy/store.js';
import { type HistoryEntry, historyOf } from '../../engine/journal.js';
import type { Facts } from '../../host/facts.js';
import type { Host } from '../../host/host.js';
import { SUPPORTED_OS } from '../../host/preflight.js';
import { ask, known, type Observation } from '../../host/probe.js';
import { edgeServes } from '../../services/haproxy/config.js';
import { type HostState, knownState, withActiveSlots } from '../../services/host-state.js';
import { monitoringPrograms } from '../../services/monitoring/programs.js';
import { type CollectionState, readCollection } from '../answers/collection.js';
import {
  type Alias,
  type QdrantRoot,
  readAliases,
  readCount,
  readNames,
  readRoot,
} from '../answers/qdrant.js';
import { type Batch, newBatch } from '../batch.js';
import { commandWords, takesBackup } from '../command-words.js';
import { type FirstLook, firstLook } from '../look.js';
import { EDGE_UNIT, gatewayUnits, REDIS_UNIT, slotUnit } from '../place.js';
import { type Disk, diskOf } from '../probes/disk.js';
import { type HttpAnswer, localHttp } from '../probes/http.js';
import { type PostgresState, postgresState } from '../probes/postgres.js';
import { pythonVersion } from '../probes/python.js';
import { type RedisState, redisState } from '../probes/redis.js';
import { type UnitState, unitState } from '../probes/units.js';

/** What runs where. Everything that was looked at says when it could not be seen. */
export interface Overview {
  facts: Observation<Facts>;
  disk: Observation<Disk>;
  dataPath: string;
  /** The slot that was asked, and whether the host's state or only the configuration names it, or why the state cannot be read. */
  slot: { name: SlotName; recorded: boolean; unreadable?: string };
  services: readonly { unit: string; state: Observation<UnitState> }[];
  qdrant: QdrantOverview;
  /** Null when the configuration has none. */
  postgres: Observation<PostgresState> | null;
  redis: Observation<RedisState> | null;
  /** Of the virtual environment; its value is null before that exists. */
  python: Observation<string>;
  collections: readonly CollectionOverview[];
  /** From the journal; null where there was none yet. */
  last: Readonly<Record<'run' | 'backup' | 'deploy', Observation<HistoryEntry>>>;
  /** The deploy that is not at its end; its value is null where there is none. */
  openDeploy: Observation<DeployRecord>;
}

export interface QdrantOverview {
  root: Observation<QdrantRoot>;
  live: Observation<HttpAnswer>;
  ready: Observation<HttpAnswer>;
  /** Every collection there. */
  names: Observation<string[]>;
}

/** One configured collection. */
export interface CollectionOverview {
  name: string;
  info: Observation<CollectionState>;
  /** Counted exactly. */
  points: Observation<number>;
}

/** Looks at everything, in two commands: the first says where Qdrant is to be asked. Changes nothing. */
export async function lookAround(host: Host, configured: Config, keyFile: string): Promise<Overview> {
  const look = await firstLook(host, configured);
  const batch = newBatch();
  const overview = askOverview(batch, configured, { look, keyFile });
  await batch.send(host);
  return overview();
}

/** Adds the questions of an overview to a batch. The function that it gives holds the answer once that was sent. */
export function askOverview(
  batch: Batch,
  configured: Config,
  { look, keyFile }: { look: Pick<FirstLook, 'facts' | 'state' | 'journal'>; keyFile: string },
): () => Overview {
  const { facts, state, journal } = look;
  const config = withActiveSlots(configured, knownState(state));
  const slot = config.qdrant.active_slot;
  const dataPath = config.paths.storage;
  const disk = batch.add(ask(diskOf, dataPath));
  const units = unitsOf(config, facts).map((unit) => ({
    unit,
    state: batch.add(ask(unitState, unit)),
  }));
  const qdrant = askQdrant(batch, config, { port: config.qdrant.slots[slot].http, keyFile });
  const { enabled, host: address, port, database } = config.postgres;
  const postgres = enabled ? batch.add(ask(postgresState, { host: address, port, database })) : null;
  const redis = config.redis.enabled ? batch.add(ask(redisState, config.redis.port)) : null;
  const python = batch.add(ask(pythonVersion, `${config.paths.root}/venv/bin/python`));
  const deploys = batch.add(ask(deployRecords, config.paths.state));
  return () => ({
    facts,
    disk: disk(),
    dataPath,
    slot: recordedSlot(slot, state),
    services: units.map((each) => ({ unit: each.unit, state: each.state() })),
    ...qdrant(),
    postgres: postgres?.() ?? null,
    redis: redis?.() ?? null,
    python: python(),
    last: lastRuns(journal),
    openDeploy: openOf(deploys()),
  });
}

/** Looking around says what it can also without a readable state, and that it could not be read. */
function recordedSlot(name: SlotName, state: Observation<HostState>): Overview['slot'] {
  if (state.status !== 'known') return { name, recorded: false, unreadable: state.why };
  return { name, recorded: state.value !== null };
}

function openOf(deploys: Observation<DeployRecord[]>): Observation<DeployRecord> {
  return deploys.status === 'known' ? known(deploys.value?.find(isOpen) ?? null) : deploys;
}

/** The newest run of each kind, whatever came of it. Pure. */
export function lastRuns(journal: Observation<string>): Overview['last'] {
  if (journal.status !== 'known') return { run: journal, backup: journal, deploy: journal };
  const runs = historyOf(journal.value ?? '');
  const newest = (isOne: (line: string) => boolean): Observation<HistoryEntry> =>
    known(runs.find(({ command }) => isOne(command)) ?? null);
  return {
    run: known(runs[0] ?? null),
    backup: newest(takesBackup),
    deploy: newest((line) => ['deploy', 'rollback'].includes(commandWords(line)[0] ?? '')),
  };
}

/** The units that this configuration makes run. PostgreSQL's carries the distribution's major. */
export function unitsOf(config: Config, facts: Observation<Facts>): string[] {
  const os = facts.status === 'known' ? facts.value?.os : undefined;
  const release = SUPPORTED_OS.find(({ id, version }) => id === os?.id && version === os.version);
  const postgres =
    release === undefined ? 'postgresql.service' : `postgresql@${release.postgres}-main.service`;
  return [
    slotUnit(config.qdrant.active_slot),
    ...(config.postgres.enabled ? [postgres] : []),
    ...(config.redis.enabled ? [REDIS_UNIT] : []),
    ...gatewayUnits(config),
    ...(edgeServes(config) ? [EDGE_UNIT] : []),
    ...monitoringPrograms(config).map(({ unit }) => unit),
  ];
}

type QdrantLook = () => Pick<Overview, 'qdrant' | 'collections'>;

function askQdrant(batch: Batch, config: Config, at: { port: number; keyFile: string }): QdrantLook {
  const get = (path: string, keyFile: string | null, body?: string) =>
    batch.add(ask(localHttp, { port: at.port, path, keyFile, ...(body === undefined ? {} : { body }) }));
  const [root, live, ready] = [get('/', null), get('/livez', null), get('/readyz', null)];
  const names = get('/collections', at.keyFile);
  const aliases = get('/aliases', at.keyFile);
  const collections = Object.keys(config.collections).map((name) => ({
    name,
    info: get(`/collections/${name}`, at.keyFile),
    points: get(`/collections/${name}/points/count`, at.keyFile, '{"exact":true}'),
  }));
  return () => ({
    qdrant: {
      ...{ root: readRoot(root()), live: live(), ready: ready() },
      names: namesAsKnown(readNames(names()), readAliases(aliases()), config),
    },
    collections: collections.map(({ name, info, points }) => ({
      name,
      info: readCollection(info()),
      points: readCount(points()),
    })),
  });
}

/** A collection that the name of a configured one is an alias of, as after a restore, goes by that name. Pure. */
export function namesAsKnown(
  names: Observation<string[]>,
  aliases: Observation<Alias[]>,
  { collections }: Pick<Config, 'collections'>,
): Observation<string[]> {
  if (names.status !== 'known' || aliases.status !== 'known') return names;
  const standIns = (aliases.value ?? []).filter(({ alias }) => collections[alias] !== undefined);
  const known = new Map(standIns.map(({ alias, collection }) => [collection, alias]));
  return { ...names, value: names.value?.map((name) => known.get(name) ?? name) ?? null };
}
