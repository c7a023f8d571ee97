import { takeCollections } from '../../backup/create/collections.js';
import { placeOf } from '../../backup/create/create.js';
import { newRun } from '../../backup/create/run.js';
import type { Config, SlotName } from '../../config/schema.js';
import type { TaskContext } from '../../engine/task.js';
import type { Host } from '../../host/host.js';
import { sh } from '../../host/shell.js';
import { edgeFollows } from '../../resources/edge-file.js';
import { renderHaproxy } from '../../services/haproxy/config.js';
import { raiseFence } from '../../services/haproxy/fence.js';
import { switchSlot } from '../../services/haproxy/switch.js';
import { edgeOf } from '../move.js';
import { numbersOf } from '../record.js';
import { takesRequests } from '../traffic.js';
import type { Copying } from './copying.js';
import { recoverAll } from './recover.js';
import { compareBoth } from './verify.js';

/** What copying by snapshots works with. */
export interface Snapshotting {
  host: Host;
  /** The host as it is: the old slot is active. */
  before: TaskContext;
  /** The host as it shall be: the new slot is active. */
  after: TaskContext;
  from: SlotName;
  to: SlotName;
  onLine(line: string): void;
}

/** A write may take so long until it is answered: as long as the edge waits for one. */
const FENCE_SECONDS = 120;

/**
 * Holds every write back at the edge, takes a snapshot of each collection, and has the new slot recover it. Reads go on. The
 * fence stands from `copy` until the new slot has been seen serving from outside: up to there the way back costs nothing.
 */
export function bySnapshots(snapshotting: Snapshotting): Copying {
  const { host, before, after, from, to, onLine } = snapshotting;
  const directory = (id: string): string => `${before.config.paths.storage}/.vdb-deploy-${id}`;

  const { writeBackends: backends, limitSeconds } = edgeOf(before.config, 'qdrant');

  /** The file says what the running edge does, so that a reboot lets no write in either. */
  const written = (config: Config, fenced: boolean) =>
    host.run(edgeFollows(renderHaproxy(config, { fenced })));

  async function fence(): Promise<number> {
    await host.run(raiseFence({ backends, limitSeconds: FENCE_SECONDS }));
    await written(before.config, true);
    return Date.now();
  }

  /** Lets writes in at one slot, and at no other. */
  async function open(config: Config, slot: SlotName): Promise<void> {
    await host.run(switchSlot({ backends, to: slot, limitSeconds }));
    await written(config, false);
  }

  const forget = (id: string) =>
    host.run({
      title: 'remove the snapshots of the deploy',
      timeoutSeconds: 600,
      script: sh`rm -rf -- ${directory(id)}`,
    });

  return {
    holdsWrites: true,
    async copy({ id }, stop) {
      const fenced_at = await fence();
      onLine('writes are held back');
      await forget(id);
      await host.run({
        title: 'make room for snapshots',
        script: sh`umask 077 && mkdir -p -- ${`${directory(id)}/collections`}`,
      });
      const run = newRun({
        ...{
          host,
          config: before.config,
          qdrant: placeOf(before.config, from),
          directory: directory(id),
          stop,
        },
        sizes: { collections: new Map(), database: 0 },
        onEvent: (event) => {
          if (event.type === 'part-started') onLine(`take a snapshot of ${event.part.collection}`);
        },
      });
      const { parts, definitions } = await takeCollections(run, []);
      const snapshots = { directory: directory(id), parts, definitions };
      const place = placeOf(after.config, to);
      const { collections, points } = await recoverAll(host, place, snapshots, { stop, onLine });
      await forget(id);
      return {
        note: `${collections} collections with ${points} points are at ${to}; writes are held back`,
        numbers: { collections, points, fenced_at },
      };
    },
    async verify(_, stop) {
      const both = { host, original: placeOf(before.config, from), copy: placeOf(after.config, to) };
      const { collections, points, sampled, queries } = await compareBoth(both, { stop, onLine });
      return {
        note: `${collections} collections with ${points} points are equal, ${sampled} points by value, ${queries} queries`,
        numbers: { collections, points, sampled, queries },
      };
    },
    async opened(record) {
      await open(after.config, to);
      const { fenced_at = Date.now() } = numbersOf(record, 'copy');
      const fence_ms = Date.now() - fenced_at;
      return { note: `writes were held back for ${(fence_ms / 1000).toFixed(1)} s`, numbers: { fence_ms } };
    },
    sick: async () => null,
    leave: async () => {},
    async withdraw({ id }) {
      await open(before.config, from);
      await forget(id);
    },
    /** Writes are let in at the end of the phase `outside`: where that is begun, the running edge knows. */
    async hasMovedOn({ phases }) {
      const isOutside = phases.some(({ name, status }) => name === 'outside' && status !== 'pending');
      return isOutside && (await takesRequests(host, { backends, slot: to }));
    },
  };
}
