import type { Config, SlotName } from '../src/config/schema.js';
import { slotStorage } from '../src/config/slots.js';
import type { Resource } from '../src/engine/resource.js';
import type { SubTask, Task } from '../src/engine/task.js';
import { aptPackages } from '../src/resources/apt.js';
import { directory } from '../src/resources/directory.js';
import { file } from '../src/resources/file.js';
import {
  qdrantReady,
  renderQdrantConfig,
  renderQdrantEnvironment,
  renderQdrantUnit,
} from '../src/resources/qdrant.js';
import { qdrantPeer } from '../src/resources/qdrant-peer.js';
import { qdrantVersionPath } from '../src/resources/qdrant-version-path.js';
import { binaryRelease } from '../src/resources/release.js';
import { service } from '../src/resources/service.js';
import { symlink } from '../src/resources/symlink.js';
import { unitFile } from '../src/resources/unit.js';
import { renderState, stateFile } from '../src/services/host-state.js';
import { qdrantRelease, qdrantSource } from '../src/services/qdrant/artefact.js';
import { adminHeader, readOnlyHeader, slotOf } from '../src/services/qdrant/place.js';
import { betweenDeploys } from './settled.js';

function releaseDirectory(config: Config): string {
  return `${config.paths.root}/releases/${qdrantRelease(config)}`;
}

const release: SubTask = {
  id: '1.1.1',
  title: 'Release',
  criterion: 'The pinned version, its hash verified, runs on this machine from its own directory',
  resources: (context) => {
    const { config } = context;
    return [
      qdrantVersionPath({
        stateFile: stateFile(config),
        manifest: `${config.paths.root}/slots/${config.qdrant.active_slot}/manifest.json`,
        version: config.qdrant.version,
      }),
      ...installed.resources(context),
    ];
  },
};

/** The release alone, in its own directory: no slot runs from it yet. */
export const installing: SubTask = {
  ...{ id: '1.1.1', title: 'Release', criterion: 'The pinned version lies on the host, its hash verified' },
  resources: ({ config, facts }) => [
    ...(config.qdrant.artifact.from === 'emulator'
      ? [aptPackages({ name: 'emulator-runtime', packages: ['nodejs'] })]
      : []),
    binaryRelease({
      directory: releaseDirectory(config),
      binary: 'qdrant',
      version: config.qdrant.version,
      source: qdrantSource(config, facts),
    }),
  ],
};

/** For a slot that has no data yet, so that it matters to nobody which version has written it. */
const installed: SubTask = {
  ...{ id: '1.1.1', title: 'Release', criterion: 'The pinned version, its hash verified, is in the slot' },
  resources: (context) => [
    ...installing.resources(context),
    symlink({
      path: `${context.config.paths.root}/slots/${context.config.qdrant.active_slot}`,
      target: releaseDirectory(context.config),
    }),
  ],
};

const configuration: SubTask = {
  id: '1.1.2',
  title: 'Configuration',
  criterion: 'The slot listens on loopback with keys, as a one-node cluster, with directories of its own',
  resources: ({ config }) => {
    const slot = config.qdrant.active_slot;
    const owned = { mode: '0750', owner: 'qdrant:qdrant' };
    const base = slotStorage(config, slot);
    return [
      ...peerAddress(config, slot, base),
      directory({ path: base, ...owned }),
      ...['storage', 'snapshots', 'tmp'].map((name) => directory({ path: `${base}/${name}`, ...owned })),
      file({
        path: `${config.paths.root}/config/qdrant-${slot}.yaml`,
        content: renderQdrantConfig(config, slot),
        mode: '0640',
        owner: 'root:qdrant',
        secret: true,
      }),
      file({
        path: `${config.paths.root}/config/qdrant-${slot}.env`,
        content: renderQdrantEnvironment(config, slot),
      }),
      file({
        path: adminHeader(config),
        content: `api-key: ${config.qdrant.api_key}\n`,
        mode: '0600',
        secret: true,
      }),
      file({
        path: readOnlyHeader(config),
        content: `api-key: ${config.qdrant.read_only_api_key}\n`,
        mode: '0600',
        secret: true,
      }),
    ];
  },
};

/** Comes before the files of the slot: none is written with an address that Qdrant could not start with. */
function peerAddress(config: Config, slot: SlotName, base: string): Resource[] {
  const uri = /^QDRANT_URI=(.+)$/m.exec(renderQdrantEnvironment(config, slot))?.[1];
  if (!config.qdrant.cluster.enabled || uri === undefined) return [];
  return [qdrantPeer({ slot, storage: `${base}/storage`, uri })];
}

const running: SubTask = {
  id: '1.1.3',
  title: 'Service',
  criterion: 'The slot runs hardened under systemd, is ready, and refuses a call without the key',
  resources: (context) => [...serving.resources(context), ...state.resources(context)],
};

export const serving: SubTask = {
  id: '1.1.3',
  title: 'Slot that serves',
  criterion: 'The unit of the active slot is ready, and refuses a call without the key',
  resources: ({ config, facts }) => {
    const slot = config.qdrant.active_slot;
    const { root } = config.paths;
    return [
      unitFile({ name: 'qdrant@.service', content: renderQdrantUnit(config, facts.memory) }),
      service({
        unit: `qdrant@${slot}.service`,
        restartOn: [
          `${root}/config/qdrant-${slot}.yaml`,
          `${root}/config/qdrant-${slot}.env`,
          `${root}/slots/${slot}/manifest.json`,
          '/etc/systemd/system/qdrant@.service',
        ],
        readyCheck: qdrantReady(slotOf(config).http),
        startTimeoutSeconds: 120,
      }),
    ];
  },
};

/** What vdb writes down on the host of what serves there. */
export const state: SubTask = {
  id: '1.1.3',
  title: 'State',
  criterion: 'The host says which slots serve',
  resources: ({ config, standby }) => [
    file({ path: stateFile(config), content: renderState(config, standby) }),
  ],
};

/** What a slot needs before it can start. */
export const staging: readonly SubTask[] = [installed, configuration];

/** Task 1.1: Qdrant in its slot. */
export const qdrant: Task = betweenDeploys({
  id: '1.1',
  title: 'Qdrant',
  description:
    'A pinned release in a slot, hardened under systemd, on loopback, with keys, as a one-node cluster.',
  dependsOn: ['0.3'],
  subtasks: [release, configuration, running],
  runs: ({ config }) => {
    const { version, active_slot, bind, artifact } = config.qdrant;
    const { http, grpc } = slotOf(config);
    const place = `slot ${active_slot}: REST ${bind}:${http}`;
    if (artifact.from === 'emulator') return `Qdrant EMULATOR (not Qdrant) ${version}, ${place}`;
    return `Qdrant ${version}, ${place}, gRPC ${bind}:${grpc}`;
  },
});
