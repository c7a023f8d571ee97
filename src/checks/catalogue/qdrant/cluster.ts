import type { Observation } from '../../../host/probe.js';
import { reading } from '../../answers/qdrant.js';
import { defineCheck } from '../../check.js';
import type { HttpAnswer } from '../../probes/http.js';
import { fail, pass, whenThere } from '../../verdict.js';
import { log, SILENT, withKey } from './ask.js';

/** Consensus as the node sees it. A server that runs standalone has none. */
export const cluster = defineCheck({
  id: 'qdrant.cluster',
  group: 'qdrant',
  severity: 'error',
  title: 'The cluster has a leader and its consensus works',
  looksAt: '/cluster of the active slot',
  why: 'Without consensus collections and aliases cannot be changed, and no other slot can join.',
  skip: ({ config }) => (config.qdrant.cluster.enabled ? undefined : 'qdrant.cluster.enabled is false'),
  probe: (context) => withKey(context, '/cluster'),
  judge: ([answer]) =>
    whenThere(answer && readCluster(answer), SILENT, ({ enabled, consensus, leader, peers, pending }) => {
      const expected = 'a cluster with a leader, its consensus working';
      if (!enabled) return fail('it runs standalone', expected);
      if (consensus !== 'working') return fail(`consensus: ${consensus}`, expected);
      if (leader === null) return fail('no leader', expected);
      return pass(`${peers === 1 ? '1 peer' : `${peers} peers`}, a leader, ${pending} operations pending`);
    }),
  remedy: 'Read the log of the unit; where the configuration on the host has no cluster, run task 1.1.',
  inspect: log,
  fix: '1.1',
});

/** Qdrant's `GET /cluster`. */
interface ClusterState {
  enabled: boolean;
  /** `working`, or how the thread of the consensus ended. */
  consensus: string;
  leader: number | null;
  peers: number;
  pending: number;
}

interface RawCluster {
  status: string;
  peers?: Record<string, unknown>;
  raft_info?: { leader: number | null; pending_operations: number };
  consensus_thread_status?: { consensus_thread_status: string; err?: string };
}

function readCluster(answer: Observation<HttpAnswer>): Observation<ClusterState> {
  return reading(answer, (body) => stateOf((body as { result: RawCluster }).result));
}

function stateOf({
  status,
  peers = {},
  raft_info,
  consensus_thread_status: thread,
}: RawCluster): ClusterState {
  if (status === 'disabled') return { enabled: false, consensus: 'none', leader: null, peers: 0, pending: 0 };
  if (status !== 'enabled' || typeof thread?.consensus_thread_status !== 'string')
    throw new Error('no status');
  const { leader = null, pending_operations: pending } = raft_info ?? {};
  if (typeof pending !== 'number') throw new Error('no raft');
  const ended = thread.err === undefined ? [] : [thread.err];
  const consensus = [thread.consensus_thread_status, ...ended].join(': ');
  return { enabled: true, consensus, leader, peers: Object.keys(peers).length, pending };
}
