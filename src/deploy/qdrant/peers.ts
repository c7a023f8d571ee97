import { askQdrant, type Endpoint, type QdrantAnswer } from '../../backup/qdrant-requests.js';
import { EXIT, VdbError } from '../../errors.js';
import type { Command } from '../../host/command.js';
import { CommandError, type Host } from '../../host/host.js';
import { sh } from '../../host/shell.js';
import { collectionPath } from '../../resources/qdrant-collection.js';
import {
  type Cluster,
  dropBody,
  hasActive,
  type PeerId,
  readCluster,
  readShards,
  replicateBody,
  type Shard,
  type Shards,
} from '../../services/qdrant/cluster.js';
import { CURL, urlOnHost } from '../../services/qdrant/on-host.js';
import { aSecond } from '../move.js';

/** A Qdrant that is asked for its cluster, and told what to do with it. */
export interface Asked {
  host: Host;
  endpoint: Endpoint;
}

/** How a change of the cluster is followed. */
export interface Following {
  stop: AbortSignal;
  onLine(line: string): void;
}

/** Qdrant comes back from a restart meanwhile. */
const PATIENCE_SECONDS = 120;

/** So often a shard that does not arrive is begun anew. */
const ATTEMPTS = 3;

/** Looks, a second apart, in which nothing has come forward: then a copy that was begun is begun anew, and at last given up. */
const STUCK_LOOKS = 15;
const PATIENT_LOOKS = 180;

/** Looks in a row at which the new peer takes no part: one that crashed is started again by systemd within seconds. */
const AWAY_LOOKS = 45;

/** Looks, a second apart, until nothing may be left of a peer that was given up. */
const FORGETTING_LOOKS = 30;

/** So often a peer is told to leave: right after a restart of both, Qdrant was seen to wait in vain for what they had agreed on. */
const PARTING_ORDERS = 5;

/** The cluster as one of its peers sees it; null where it is no peer. Throws `qdrant.silent` once it was waited for. */
export async function clusterAt(
  { host, endpoint }: Asked,
  patienceSeconds = PATIENCE_SECONDS,
): Promise<Cluster | null> {
  const [answer] = await askQdrant(host, endpoint, [{ method: 'GET', path: '/cluster' }], patienceSeconds);
  return readCluster(bodyOf(host, answer, '/cluster'));
}

/** All shards of all collections. A collection that goes meanwhile is left out. Throws `qdrant.silent`. */
export async function shardsAt(
  { host, endpoint }: Asked,
  patienceSeconds = PATIENCE_SECONDS,
): Promise<Shards> {
  const list = { method: 'GET', path: '/collections' } as const;
  const [answer] = await askQdrant(host, endpoint, [list], patienceSeconds);
  const { result } = JSON.parse(bodyOf(host, answer, list.path)) as {
    result: { collections: { name: string }[] };
  };
  const names = result.collections.map(({ name }) => name);
  if (names.length === 0) return { shards: [], transfers: 0 };
  const questions = names.map((name) => ({
    method: 'GET' as const,
    path: `${collectionPath(name)}/cluster`,
  }));
  const answers = await askQdrant(host, endpoint, questions, patienceSeconds);
  const found = answers.flatMap((each, index) => {
    if (each.code === 404) return [];
    return [readShards(names[index] ?? '', bodyOf(host, each, questions[index]?.path ?? ''))];
  });
  return {
    shards: found.flatMap(({ shards }) => shards),
    transfers: found.reduce((sum, { transfers }) => sum + transfers, 0),
  };
}

/**
 * Has a peer get a whole copy of every shard, and take every write from then on; gives how many there are. One is copied
 * at a time. Collections that are made meanwhile are copied too. `absence` asks the new peer
 * why it takes no part; null: it does. Throws `deploy.shard` where one does not arrive.
 */
export async function copyShards(
  asked: Asked,
  to: PeerId,
  { stop, onLine }: Following,
  absence: () => Promise<string | null> = async () => null,
): Promise<number> {
  const begun = new Map<string, number>();
  let before = '';
  for (let idle = 0, away = 0; ; ) {
    const { shards, transfers } = await shardsAt(asked);
    const open = shards.filter((shard) => !hasActive(shard, to));
    if (open.length === 0) return shards.length;
    onLine(`${shards.length - open.length} of ${shards.length} shards are copied`);
    const [next] = open.filter(({ replicas }) => replicas[to] === undefined);
    if (next !== undefined && transfers === 0) await begin(asked, next, to, begun);
    const now = JSON.stringify([open, transfers]);
    idle = now === before && transfers === 0 ? idle + 1 : 0;
    before = now;
    const stuck = open.find(({ replicas }) => replicas[to] !== undefined);
    if (stuck !== undefined && idle === STUCK_LOOKS) await asked.host.run(dropped(asked, stuck, to));
    const why = await absence();
    away = why === null ? 0 : away + 1;
    if (why !== null && away > AWAY_LOOKS)
      throw notCopied(asked.host, open[0], `the new peer is away: ${why}`);
    if (idle > PATIENT_LOOKS) throw notCopied(asked.host, open[0], 'nothing has come forward for minutes');
    await aSecond(stop);
  }
}

async function begin(asked: Asked, shard: Shard, to: PeerId, begun: Map<string, number>): Promise<void> {
  const { collection, shard: id } = shard;
  const key = `${collection}/${id}`;
  const times = (begun.get(key) ?? 0) + 1;
  if (times > ATTEMPTS) throw notCopied(asked.host, shard, `${ATTEMPTS} attempts came to nothing`);
  begun.set(key, times);
  const from = Object.keys(shard.replicas).find((peer) => hasActive(shard, peer));
  if (from === undefined) throw notCopied(asked.host, shard, 'nobody has a whole copy of it');
  await asked.host.run(
    told(asked, {
      title: `copy shard ${id} of ${collection}`,
      path: `${collectionPath(collection)}/cluster`,
      body: replicateBody(id, from, to),
    }),
  );
}

function notCopied(host: Host, shard: Shard | undefined, why: string): VdbError {
  return new VdbError(`Shard ${shard?.shard} of ${shard?.collection} was not copied: ${why}`, {
    ...{ code: 'deploy.shard', exitCode: EXIT.failed, host: host.target },
    next: "Read both journals on the host: journalctl -u 'qdrant@*' -n 100 --no-pager",
  });
}

/**
 * Has a peer give up its copies and leave the cluster; what it alone has is copied to `stays` first. Nothing is done where
 * it is no member any more.
 */
export async function partPeer(
  asked: Asked,
  { leaves, stays }: { leaves: PeerId; stays: PeerId },
  following: Following,
): Promise<void> {
  for (let left = PARTING_ORDERS; ; ) {
    const cluster = await clusterAt(asked);
    if (cluster === null || cluster.peers[leaves] === undefined) return;
    await copyShards(asked, stays, following);
    const { shards } = await shardsAt(asked);
    const held = shards.filter((shard) => shard.replicas[leaves] !== undefined && hasActive(shard, stays));
    const orders = held.map((shard) => dropped(asked, shard, leaves));
    if (orders.length === 0) orders.push(removed(asked, leaves));
    const refusal = await carriedOut(asked.host, orders);
    if (refusal !== null && --left === 0) throw refusal;
    if (refusal !== null) following.onLine(`it has not left yet: ${refusal.message}`);
    await aSecond(following.stop);
  }
}

/** Gives what Qdrant refused for now: the next look shows what came of the rest. */
async function carriedOut(host: Host, orders: readonly Command[]): Promise<CommandError | null> {
  try {
    for (const order of orders) await host.run(order);
    return null;
  } catch (error) {
    if (error instanceof CommandError) return error;
    throw error;
  }
}

/**
 * Drops the copies that a peer has which is gone for good, and has no vote any more; then its address, which Qdrant would keep
 * for ever: no other could join beside one that does not answer. What Qdrant refuses while it ends transfers is said again.
 */
export async function forgetPeer(asked: Asked, gone: PeerId, { stop, onLine }: Following): Promise<void> {
  for (let left = FORGETTING_LOOKS; ; left--) {
    const [cluster, { shards }] = await Promise.all([clusterAt(asked), shardsAt(asked)]);
    const held = shards.filter(({ replicas }) => replicas[gone] !== undefined);
    if (held.length === 0 && cluster?.peers[gone] === undefined) return;
    const orders = [...held.map((shard) => dropped(asked, shard, gone)), removed(asked, gone)];
    const refusal = await carriedOut(asked.host, orders);
    if (refusal !== null && left === 1) throw refusal;
    if (refusal !== null) onLine(`not forgotten yet: ${refusal.message}`);
    await aSecond(stop);
  }
}

function dropped(asked: Asked, { collection, shard }: Shard, peer: PeerId): Command {
  return told(asked, {
    title: `drop the copy of shard ${shard} of ${collection}`,
    path: `${collectionPath(collection)}/cluster`,
    body: dropBody(shard, peer),
  });
}

/** Never by force: a peer that still has a shard is not removed, and the next look copies what is new there. */
function removed(asked: Asked, peer: PeerId): Command {
  return told(asked, {
    ...{ title: 'remove the peer from the cluster', method: 'DELETE', path: `/cluster/peer/${peer}` },
  });
}

interface Order {
  title: string;
  path: string;
  method?: 'POST' | 'DELETE';
  body?: string;
}

/** An order to the cluster; Qdrant's own words are on stderr where it refuses. */
function told({ endpoint }: Asked, { title, path, method = 'POST', body }: Order): Command {
  const data = body === undefined ? sh`` : sh`-H 'content-type: application/json' --data-binary @-`;
  return {
    title,
    timeoutSeconds: 90,
    ...(body === undefined ? {} : { stdin: body }),
    script: sh`
      answer=$(${CURL} --max-time 60 --fail-with-body -X ${method} -H ${`@${endpoint.keyFile}`} ${data} ${urlOnHost(endpoint, `${path}?timeout=30`)}) ||
      { code=$?; printf '%s\n' "$answer" >&2; exit "$code"; }`,
  };
}

function bodyOf(host: Host, answer: QdrantAnswer | undefined, path: string): string {
  if (answer?.code === 200) return answer.body;
  throw new VdbError(`Qdrant answered ${answer?.code ?? 'nothing'} to ${path}`, {
    ...{ code: 'qdrant.request-failed', exitCode: EXIT.failed, host: host.target },
    stderr: (answer?.body ?? '').slice(0, 500),
    next: 'vdb check qdrant',
  });
}
