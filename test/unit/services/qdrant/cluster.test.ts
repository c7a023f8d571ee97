import { describe, expect, test } from 'vitest';
import {
  dropBody,
  hasActive,
  readCluster,
  readShards,
  replicateBody,
} from '../../../../src/services/qdrant/cluster.js';
import { parseExact } from '../../../../src/services/qdrant/exact-json.js';

/** Two ids that are the same number in JavaScript. */
const [HERE, THERE] = ['8367412938471203943', '8367412938471203944'];

describe('the ids of peers', () => {
  test('keep all their digits, wherever they stand', () => {
    expect(parseExact(`{"a":${HERE},"b":[${THERE},-${HERE}],"c":1.5e300,"d":12}`)).toEqual({
      ...{ a: HERE, b: [THERE, `-${HERE}`], c: 1.5e300, d: 12 },
    });
  });

  test('are not looked for in texts', () => {
    const text = `{"say \\"x\\": ${HERE}":"${HERE}, ${THERE}"}`;
    expect(parseExact(text)).toEqual(JSON.parse(text));
  });

  test('are written as numbers, and nothing else is taken for one', () => {
    expect(replicateBody(2, HERE, THERE)).toBe(
      `{"replicate_shard":{"shard_id":2,"from_peer_id":${HERE},"to_peer_id":${THERE},"method":"stream_records"}}`,
    );
    expect(dropBody(0, HERE)).toBe(`{"drop_replica":{"shard_id":0,"peer_id":${HERE}}}`);
    expect(() => replicateBody(0, HERE, '1,"x":2')).toThrow('not the id of a peer');
    expect(() => dropBody(0, '')).toThrow('not the id of a peer');
  });
});

describe('a cluster', () => {
  test('is what a peer says of itself and of the others', () => {
    const body = `{"result":{"status":"enabled","peer_id":${HERE},"peers":{"${HERE}":{"uri":"http://a/"},"${THERE}":{"uri":"http://b/"}},
      "raft_info":{"term":3,"commit":9,"pending_operations":1,"leader":${THERE},"role":"Follower","is_voter":true}}}`;
    expect(readCluster(body)).toEqual({
      ...{ peer: HERE, peers: { [HERE]: 'http://a/', [THERE]: 'http://b/' }, pending: 1, leader: THERE },
      stopped: null,
    });
  });

  test('has peers that run, and take part in nothing', () => {
    const body = (thread: string): string =>
      `{"result":{"status":"enabled","peer_id":1,"peers":{},"raft_info":{"pending_operations":0,"leader":null},
      "consensus_thread_status":${thread}}}`;
    const why = '{"consensus_thread_status":"stopped_with_err","err":"Failed to set hard state"}';
    expect(readCluster(body(why))?.stopped).toBe('Failed to set hard state');
    expect(readCluster(body('{"consensus_thread_status":"stopped"}'))?.stopped).toBe('stopped');
    expect(readCluster(body('{"consensus_thread_status":"working"}'))?.stopped).toBeNull();
  });

  test('is none where Qdrant is alone', () => {
    expect(readCluster('{"result":{"status":"disabled"}}')).toBeNull();
  });

  test('has shards, each with what every peer says of its copy', () => {
    const body = `{"result":{"peer_id":${HERE},"shard_count":2,
      "local_shards":[{"shard_id":1,"points_count":5,"state":"Active"},{"shard_id":0,"points_count":5,"state":"Active"}],
      "remote_shards":[{"shard_id":0,"peer_id":${THERE},"state":"Partial"}],
      "shard_transfers":[{"shard_id":0,"from":${HERE},"to":${THERE},"sync":true}]}}`;
    const { shards, transfers } = readShards('c', body);
    expect(shards).toEqual([
      { collection: 'c', shard: 0, replicas: { [HERE]: 'Active', [THERE]: 'Partial' } },
      { collection: 'c', shard: 1, replicas: { [HERE]: 'Active' } },
    ]);
    expect(transfers).toBe(1);
    expect(shards.map((shard) => hasActive(shard, THERE))).toEqual([false, false]);
    expect(shards.map((shard) => hasActive(shard, HERE))).toEqual([true, true]);
  });
});
