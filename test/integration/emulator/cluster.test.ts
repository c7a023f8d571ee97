import { beforeAll, expect, it } from 'vitest';
import { onEachServer, resultOf } from './servers.js';

interface ClusterStatus {
  status: string;
  peer_id: number;
  peers: Record<string, { uri: string }>;
  raft_info: Record<string, unknown>;
  consensus_thread_status: { consensus_thread_status: string };
}

onEachServer('cluster of one', { cluster: true }, (server) => {
  const status = async () => resultOf<ClusterStatus>((await server().request('GET', '/cluster')).body);

  beforeAll(async () => {
    await server().request('PUT', '/collections/c', { vectors: { size: 1, distance: 'Dot' } });
    await server().request('PUT', '/collections/c/points?wait=true', { points: [{ id: 1, vector: [1] }] });
  });

  it('leads itself', async () => {
    const { status: enabled, peer_id, peers, raft_info, consensus_thread_status } = await status();
    expect(enabled).toBe('enabled');
    expect(Object.keys(peers)).toEqual([String(peer_id)]);
    expect(Object.values(peers)[0]?.uri).toBe(`http://127.0.0.1:${server().p2pPort}/`);
    expect(raft_info).toMatchObject({
      leader: peer_id,
      role: 'Leader',
      pending_operations: 0,
      is_voter: true,
    });
    expect(consensus_thread_status.consensus_thread_status).toBe('working');
  });

  it('stays the same peer', async () => {
    const { peer_id } = await status();
    await server().kill('SIGKILL');
    await server().start();
    expect((await status()).peer_id).toBe(peer_id);
  });

  it('holds every shard itself', async () => {
    const { body } = await server().request('GET', '/collections/c/cluster');
    expect(resultOf(body)).toMatchObject({
      shard_count: 1,
      local_shards: [{ shard_id: 0, points_count: 1, state: 'Active' }],
      remote_shards: [],
      shard_transfers: [],
    });
  });

  it('does not pretend to have moved a shard', async () => {
    const move = {
      replicate_shard: { shard_id: 0, from_peer_id: (await status()).peer_id, to_peer_id: 4711 },
    };
    const answer = await server().request('POST', '/collections/c/cluster', move);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.body).toMatchObject({ status: { error: expect.any(String) } });
  });
});
