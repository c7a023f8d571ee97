import type { Endpoint } from '../../backup/qdrant-requests.js';
import type { SlotName } from '../../config/schema.js';
import type { TaskContext } from '../../engine/task.js';
import { EXIT, messageOf, VdbError } from '../../errors.js';
import { CommandError, type Host } from '../../host/host.js';
import { hasActive, type PeerId } from '../../services/qdrant/cluster.js';
import { adminHeader } from '../../services/qdrant/place.js';
import { aSecond } from '../move.js';
import type { Place } from '../record.js';
import type { Copying } from './copying.js';
import { clusterAt, copyShards, type Following, forgetPeer, partPeer, shardsAt } from './peers.js';
import { joined, qdrantUnit, reinitiate, stopSlot, takeRelease, toJoin, wakeSlot } from './slot.js';
import { compareBoth } from './verify.js';

/** What replication works with. */
export interface Replication {
  host: Host;
  /** The host as it shall be: the new slot is active. */
  after: TaskContext;
  from: SlotName;
  to: SlotName;
  /** The version that serves sends no key to its peers. */
  keyless: boolean;
  /** Starts the new slot, and waits until it is ready. */
  start(stop: AbortSignal): Promise<void>;
  onLine(line: string): void;
}

/** Looks, a second apart, until both peers have to know each other. */
const MEETING_LOOKS = 60;

/**
 * The new slot becomes a peer of the cluster of the old one, gets a copy of each shard, and takes every write from then on,
 * as the old one does. So nothing is held back, and the way back is open as long as both run.
 */
export function byReplication(replication: Replication): Copying {
  const { host, after, from, to, onLine } = replication;
  const endpoint = (slot: SlotName): Endpoint => ({
    port: after.config.qdrant.slots[slot].http,
    keyFile: adminHeader(after.config),
  });
  const at = (slot: SlotName) => ({ host, endpoint: endpoint(slot) });
  const following = (stop: AbortSignal): Following => ({ stop, onLine });

  /** The ids of both peers; null where they are not of one cluster. */
  async function pair(): Promise<{ old: PeerId; new: PeerId } | null> {
    const [here, there] = await Promise.all([clusterAt(at(from)), clusterAt(at(to)).catch(asleep)]);
    if (here === null || there === null || here.peers[there.peer] === undefined) return null;
    return there.peers[here.peer] === undefined ? null : { old: here.peer, new: there.peer };
  }

  /** Why a slot takes no part in its cluster; null: it does. */
  async function absence(slot: SlotName): Promise<string | null> {
    const cluster = await clusterAt(at(slot), 0).catch(asleep);
    return cluster === null ? 'it does not answer' : cluster.stopped;
  }

  async function meet(stop: AbortSignal): Promise<PeerId> {
    const known = await pair();
    if (known !== null) return known.new;
    await assertAlone();
    onLine(`slot ${to} joins the cluster of ${from}`);
    await host.run(toJoin(after.config, { slot: to, serving: from, keyless: replication.keyless }));
    await replication.start(stop);
    for (let looks = 0; looks < MEETING_LOOKS; looks++) {
      const found = await pair();
      if (found !== null) {
        await host.run(joined(to));
        return found.new;
      }
      await aSecond(stop);
    }
    throw new VdbError(`Slot ${to} did not become a peer of ${from}`, {
      ...{ code: 'deploy.not-joined', exitCode: EXIT.failed, host: host.target },
      next: `Read both journals on the host: journalctl -u '${qdrantUnit(from)}' -u '${qdrantUnit(to)}' -n 100 --no-pager`,
    });
  }

  /** A member that is not there would have to agree to everything, and cannot. What an attempt has left goes first. */
  async function assertAlone(): Promise<void> {
    const here = await clusterAt(at(from));
    if (here === null) throw noCluster(host, from);
    const others = Object.keys(here.peers).filter((peer) => peer !== here.peer);
    if (others.length === 0) return;
    throw new VdbError(
      `Slot ${from} has a peer already that does not answer: ${here.peers[others[0] ?? '']}`,
      {
        ...{ code: 'deploy.peer-left', exitCode: EXIT.failed, host: host.target },
        meaning: 'What was begun with it has to be taken back before another one joins.',
        next: 'vdb deploy abort',
      },
    );
  }

  /**
   * Two peers agree on everything together: the one that is to leave has to be there for that. Where it does not run any
   * more, it is tried with the release that does, if that is another one.
   */
  async function comesBack(
    slot: SlotName,
    { release, peers }: { release: string | null; peers: readonly PeerId[] },
  ): Promise<boolean> {
    const cluster = await clusterAt(at(slot), 0).catch(asleep);
    const attempts = [
      // It runs, and decides nothing: only a restart helps.
      async () => void (cluster?.stopped && (await host.run(stopSlot(slot)))),
      ...(release === null ? [] : [() => host.run(takeRelease(after.config, slot, release))]),
    ];
    for (const prepare of attempts) {
      try {
        await prepare();
        await host.run(wakeSlot(after.config, slot));
        // One whose data is gone would come as somebody else.
        return peers.includes((await clusterAt(at(slot)))?.peer ?? '');
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        onLine(`slot ${slot} does not start to take its leave: ${messageOf(error)}`);
      }
    }
    return false;
  }

  /** One slot is the only member of its cluster again, whatever has become of the other. */
  async function separate(
    { stays, leaves, release }: { stays: SlotName; leaves: SlotName; release: string | null },
    stop: AbortSignal,
  ): Promise<void> {
    const here = await clusterAt(at(stays));
    const others = Object.keys(here?.peers ?? {}).filter((peer) => peer !== here?.peer);
    if (here === null || others.length === 0) return;
    const isBack = await comesBack(leaves, { release, peers: others });
    if (!isBack) {
      // The last resort, as it costs a restart of what serves.
      onLine(`slot ${stays} is restarted, as its peer is gone for good`);
      await host.run(reinitiate(after.config, stays));
    }
    for (const peer of others) {
      if (isBack) await partPeer(at(stays), { leaves: peer, stays: here.peer }, following(stop));
      else await forgetPeer(at(stays), peer, following(stop));
    }
  }

  return {
    holdsWrites: false,
    async copy(_, stop) {
      const peer = await meet(stop);
      const shards = await copyShards(at(from), peer, following(stop), () => absence(to));
      return { note: `${shards} shards are at ${to}, which takes every write`, numbers: { shards } };
    },
    async verify(_, stop) {
      const both = { host, original: endpoint(from), copy: endpoint(to) };
      const { collections, points, sampled, queries } = await compareBoth(both, following(stop));
      return {
        note: `${collections} collections with ${points} points are equal, ${sampled} points by value, ${queries} queries`,
        numbers: { collections, points, sampled, queries },
      };
    },
    opened: async () => null,
    /** Nobody waits here for one that does not answer, which is as bad as one that says so: users are there. */
    async sick() {
      const there = await clusterAt(at(to), 0);
      if (there === null) return null;
      const { shards } = await shardsAt(at(to), 0);
      const open = shards.filter((shard) => !hasActive(shard, there.peer));
      return open.length === 0 ? null : `${open.length} of ${shards.length} shards are not active at ${to}`;
    },
    leave: (record, stop) =>
      separate({ stays: to, leaves: from, release: otherRelease(record.to, record.from) }, stop),
    withdraw: (record) =>
      separate(
        { stays: from, leaves: to, release: otherRelease(record.from, record.to) },
        new AbortController().signal,
      ),
    hasMovedOn: async () => false,
  };
}

/** null where both slots run the same one. */
function otherRelease(of: Place, than: Place): string | null {
  return of.release === than.release ? null : of.release;
}

/** A Qdrant that does not answer is nobody's peer for now. */
function asleep(error: unknown): null {
  if (error instanceof VdbError && error.exitCode !== EXIT.unreachable) return null;
  throw error;
}

function noCluster(host: Host, slot: SlotName): VdbError {
  return new VdbError(`Slot ${slot} is no peer of a cluster`, {
    ...{ code: 'deploy.no-cluster', exitCode: EXIT.failed, host: host.target },
    meaning: 'Without one a second copy does not get what is written.',
    next: 'Set qdrant.cluster.enabled: true, or: vdb deploy --strategy snapshot',
  });
}
