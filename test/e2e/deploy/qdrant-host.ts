import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { type Document, parseDocument } from 'yaml';
import { type DeployRecord, isOpen } from '../../../src/deploy/record.js';
import { type Ended, type LabHost, result, start } from '../../support/lab.js';
import { type Answered, eventually } from '../gateway/load.js';
import { freshHost, hostWithGateway, remove, WITHOUT_PYTHON } from '../support/site.js';
import { type Probe, probeBehindEdge } from './probe.js';
import { printRows, type Row } from './rows.js';

const EDGE = 'http://127.0.0.1:7333';

/** What came of some work under load. */
export interface Met<T> {
  value: T;
  row: Row;
  /** Requests that failed: what the fence held back is none of them. */
  failed: Answered[];
}

/** A lab host with a Qdrant behind the edge, which is deployed under load. */
export interface QdrantHost {
  lab: LabHost;
  probe: Probe;
  /** The real Qdrant, not the emulator: data comes by replication, and nothing is held back. */
  genuine: boolean;
  edit(change: (document: Document) => void): Promise<void>;
  /** Other settings of the same release, which are deployed as another release is. Gives the value of one of them. */
  another(): Promise<number>;
  /** The last deploy. */
  record(): Promise<DeployRecord>;
  /** Whether a deploy is not at its end. */
  isOpen(): Promise<boolean>;
  /** The slot that serves. */
  active(): Promise<'blue' | 'green'>;
  /** The units of slots that run, a line each. */
  running(): Promise<string>;
  /** Whether the edge has somebody to answer. */
  answers(): Promise<boolean>;
  /** Bash as root, without the blanks around what it says. */
  inside(script: string): Promise<string>;
  /** The machine goes down and comes up, and who reads and writes connects anew. */
  restart(): Promise<void>;
  /** Runs `work` under a load of reads and writes, counts what clients met, and looks for every acknowledged write. */
  underLoad<T>(fault: string, work: () => Promise<T>): Promise<Met<T>>;
  close(): Promise<void>;
}

/** Brings one up. Whoever calls this also closes it, which prints the table of what was met. */
export async function qdrantHost(
  name: string,
  { gateway, qdrant }: { gateway: boolean; qdrant?: string },
): Promise<QdrantHost> {
  const flags = qdrant === undefined ? [] : ['--qdrant', qdrant];
  const lab = await (gateway ? hostWithGateway(name, ...flags) : freshHost(name, ...flags));
  const file = join(lab.directory, 'vdb.yaml');
  const edit: QdrantHost['edit'] = async (change) => {
    const document = parseDocument(await readFile(file, 'utf8'));
    change(document);
    await writeFile(file, document.toString());
  };
  await edit((document) => {
    document.setIn(['networking', 'edge', 'qdrant_http_port'], 7333);
    // The emulator has no gRPC: what takes its place must not need another edge.
    if (document.getIn(['qdrant', 'artifact', 'from']) !== 'emulator')
      document.setIn(['networking', 'edge', 'qdrant_grpc_port'], 7334);
    document.setIn(['monitoring', 'health_check_interval_seconds'], 2);
    document.setIn(['deployment', 'bake_seconds'], 3);
    // Every preflight would wait for the second of two looks.
    document.setIn(['checks', 'thresholds', 'collections.green'], 0);
    document.setIn(['security', 'rate_limiting'], false);
    // A preflight runs all checks: a machine that is busy with other tests may be slow to answer these.
    const waiver = { owner: 'tests', reason: 'other tests run beside', expires: '2099-01-01' };
    document.setIn(
      ['checks', 'waivers'],
      ['gateway.search', 'gateway.ready', 'qdrant.latency'].map((id) => ({ id, ...waiver })),
    );
    document.setIn(['collections'], { general: { size: 384 } });
  });
  done(await lab.vdb(`provision ${WITHOUT_PYTHON}`));
  const genuine = !(await lab.inside('cat /var/lib/vdb/state.json')).includes('"genuine": false');
  const probe = await probeBehindEdge(lab);
  const rows: Row[] = [];

  const inside = async (script: string): Promise<string> => (await lab.inside(script)).trim();
  const lastRecord = async (): Promise<DeployRecord | undefined> =>
    result(await lab.vdb('deploy status --json')).deploy as DeployRecord | undefined;
  async function record(): Promise<DeployRecord> {
    const last = await lastRecord();
    if (last === undefined) throw new Error('nothing was deployed yet');
    return last;
  }
  async function hasOpen(): Promise<boolean> {
    const last = await lastRecord();
    return last !== undefined && isOpen(last);
  }
  const active: QdrantHost['active'] = async () =>
    (JSON.parse(await inside('cat /var/lib/vdb/state.json')) as { qdrant: { active_slot: 'blue' | 'green' } })
      .qdrant.active_slot;
  const answers = async (): Promise<boolean> =>
    (await inside(`curl -s -o /dev/null -w '%{http_code}' ${EDGE}/readyz || true`)) === '200';

  const isWrite = ({ kind }: Answered): boolean => kind !== 'read' && kind !== 'grpc read';
  /** What the fence answers, and nobody else. */
  const isHeld = (answer: Answered): boolean =>
    !genuine && isWrite(answer) && answer.status === 503 && answer.retryAfter !== undefined;
  const isFailed = (answer: Answered): boolean =>
    (answer.status < 200 || answer.status >= 300) && !isHeld(answer);

  return {
    ...{ lab, probe, genuine, edit, inside, record, isOpen: hasOpen, active, answers },
    async another() {
      let wal = 0;
      await edit((document) => {
        wal = Number(document.getIn(['qdrant', 'wal_capacity_mb']) ?? 16) + 1;
        document.setIn(['qdrant', 'wal_capacity_mb'], wal);
      });
      return wal;
    },
    running: () =>
      inside(`systemctl list-units --plain --no-legend 'qdrant@*' | awk '$3 == "active" { print $1 }'`),
    async restart() {
      await start(lab.engine, ['restart', '-t', '20', lab.container]).ended;
      await eventually(answers, 'Qdrant answers after the machine has started', 120);
      await probe.reconnect();
    },
    async underLoad(fault, work) {
      const load = probe.load();
      await sleep(1500);
      const before = load.answers();
      const outcome = await work().then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      );
      await sleep(1000);
      await load.stop();
      const all = load.answers();
      const failed = all.filter(isFailed);
      const lost = await probe.lost();
      const last = await record();
      const row: Row = {
        ...{ fault, ended: `${standing(last)}: ${await active()} serves` },
        ...{ requests: all.length, failed, held: all.filter(isHeld).length },
        ...{ fenceMs: fenceOf(last), lost: lost.length, before, during: all, cutover: cutoverOf(last) },
      };
      rows.push(row);
      if ('error' in outcome) throw outcome.error;
      expect(all.length).toBeGreaterThan(50);
      expect(lost).toEqual([]);
      return { value: outcome.value, row, failed };
    },
    async close() {
      printRows(genuine ? 'Qdrant itself: replicate' : 'EMULATOR: snapshot', rows);
      await probe.close();
      await remove(name);
    },
  };
}

/** Fails with all that the command said. */
export function done(ended: Ended): void {
  expect(ended.exitCode, ended.stdout + ended.stderr).toBe(0);
}

function standing({ state, phases }: DeployRecord): string {
  const at = phases.find(({ status }) => status !== 'done')?.name ?? 'its end';
  return state === 'running' ? `cut short in ${at}` : state === 'paused' ? `waits in ${at}` : state;
}

function fenceOf({ phases }: DeployRecord): number | undefined {
  return phases.find(({ name }) => name === 'outside')?.numbers?.fence_ms;
}

/** From the begin of the switch until the edge was seen to answer from the new slot. */
function cutoverOf({ phases }: DeployRecord): [from: number, to: number] | undefined {
  const [cutover, outside] = ['cutover', 'outside'].map((each) => phases.find(({ name }) => name === each));
  if (cutover?.started === undefined || outside?.ended === undefined) return undefined;
  return [Date.parse(cutover.started), Date.parse(outside.ended)];
}
