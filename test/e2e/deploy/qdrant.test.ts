import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Document, parseDocument } from 'yaml';
import { type DeployRecord, type PhaseName, phasesOf } from '../../../src/deploy/record.js';
import { type Ended, type LabHost, result, start } from '../../support/lab.js';
import { type Answered, eventually } from '../gateway/load.js';
import { describeLab } from '../support/shared.js';
import { hostWithGateway, remove, WITHOUT_PYTHON } from '../support/site.js';
import { describeThorough } from '../support/thorough.js';
import { type Probe, probeBehindEdge } from './probe.js';

const NAME = 'qdrant-deploy';
const EDGE = 'http://127.0.0.1:7333';

/** One fault: how the deploy ended, and what clients met. */
interface Row {
  fault: string;
  ended: string;
  requests: number;
  failed: number;
  held: number;
  lost: number;
}

describeLab('a deploy of Qdrant', () => {
  let host: LabHost;
  let probe: Probe;
  let genuine = false;
  let wal = 16;
  const rows: Row[] = [];

  beforeAll(async () => {
    host = await hostWithGateway(NAME);
    await edit((document) => {
      document.setIn(['networking', 'edge', 'qdrant_http_port'], 7333);
      document.setIn(['networking', 'edge', 'qdrant_grpc_port'], 7334);
      document.setIn(['monitoring', 'health_check_interval_seconds'], 2);
      document.setIn(['deployment', 'bake_seconds'], 3);
      document.setIn(['security', 'rate_limiting'], false);
      // A preflight runs all checks: a machine that is busy with other tests may be slow to answer these.
      const waiver = { owner: 'tests', reason: 'other tests run beside', expires: '2099-01-01' };
      document.setIn(
        ['checks', 'waivers'],
        ['gateway.search', 'gateway.ready', 'qdrant.latency'].map((id) => ({ id, ...waiver })),
      );
      document.setIn(['collections'], { general: { size: 384 } });
    });
    done(await host.vdb(`provision ${WITHOUT_PYTHON}`));
    genuine = !(await host.inside('cat /var/lib/vdb/state.json')).includes('"genuine": false');
    probe = await probeBehindEdge(host);
  });
  afterAll(async () => {
    const head = ['fault', 'where it ended', 'requests', 'failed', '503 in the fence', 'writes lost'];
    const table = rows.map(({ fault, ended, requests, failed, held, lost }) =>
      [fault, ended, requests, failed, held, lost].map(String),
    );
    const text = [head, ...table].map((cells) => cells.map((cell) => cell.padEnd(20)).join(' '));
    console.info(`Qdrant ${genuine ? 'itself: replicate' : 'EMULATOR: snapshot'}\n${text.join('\n')}`);
    await probe?.close();
    await remove(NAME);
  });

  async function edit(change: (document: Document) => void): Promise<void> {
    const file = join(host.directory, 'vdb.yaml');
    const document = parseDocument(await readFile(file, 'utf8'));
    change(document);
    await writeFile(file, document.toString());
  }
  /** Other settings of the same release, which are deployed as another release is. */
  async function another(): Promise<void> {
    wal += 1;
    await edit((document) => document.setIn(['qdrant', 'wal_capacity_mb'], wal));
  }
  const done = (ended: Ended) => expect(ended.exitCode, ended.stdout + ended.stderr).toBe(0);
  const inside = async (script: string): Promise<string> => (await host.inside(script)).trim();
  const record = async (): Promise<DeployRecord> =>
    result(await host.vdb('deploy status --json')).deploy as DeployRecord;
  const active = async (): Promise<string> =>
    (JSON.parse(await inside('cat /var/lib/vdb/state.json')) as { qdrant: { active_slot: string } }).qdrant
      .active_slot;
  const running = () =>
    inside(`systemctl list-units --plain --no-legend 'qdrant@*' | awk '$3 == "active" { print $1 }'`);
  const other = (slot: string): string => (slot === 'blue' ? 'green' : 'blue');
  const answers = async (): Promise<boolean> =>
    (await inside(`curl -s -o /dev/null -w '%{http_code}' ${EDGE}/readyz || true`)) === '200';

  const isWrite = ({ kind }: Answered): boolean => kind !== 'read' && kind !== 'grpc read';
  /** What the fence answers, and nobody else. */
  const isHeld = (answer: Answered): boolean =>
    !genuine && isWrite(answer) && answer.status === 503 && answer.retryAfter !== undefined;
  const isFailed = (answer: Answered): boolean =>
    (answer.status < 200 || answer.status >= 300) && !isHeld(answer);

  /** Runs `work` under a load of reads and writes, counts what clients met, and looks for every acknowledged write. */
  async function underLoad<T>(
    fault: string,
    work: () => Promise<T>,
  ): Promise<{ value: T; row: Row; all: Answered[] }> {
    const load = probe.load();
    await sleep(1500);
    const before = load.answers();
    const value = await work();
    await sleep(1000);
    await load.stop();
    const all = load.answers();
    const p99 = (some: readonly Answered[]): number =>
      some.map(({ ms }) => ms).sort((a, b) => a - b)[Math.floor(some.length * 0.99)] ?? 0;
    console.info(`${fault}: ${all.length} requests, p99 ${p99(all)} ms, before it ${p99(before)} ms`);
    const lost = await probe.lost();
    const { state } = await record();
    const row: Row = {
      ...{ fault, ended: `${state}: ${await active()} serves`, requests: all.length, lost: lost.length },
      ...{ failed: all.filter(isFailed).length, held: all.filter(isHeld).length },
    };
    rows.push(row);
    expect(all.length).toBeGreaterThan(50);
    expect(lost).toEqual([]);
    return { value, row, all };
  }

  test('brings other settings in under load, without a failed request or a lost write', async () => {
    await another();
    const from = await active();
    const { value, all } = await underLoad('none', () => host.vdb('deploy --service qdrant'));
    done(value);
    expect(all.filter(isFailed)).toEqual([]);
    expect(all.filter((answer) => !isWrite(answer) && answer.status !== 200)).toEqual([]);
    expect(await active()).toBe(other(from));
    expect(await running()).toBe(`qdrant@${other(from)}.service`);
    expect(await inside(`cat /opt/qdrant/config/qdrant-${other(from)}.yaml`)).toContain(
      `wal_capacity_mb: ${wal}`,
    );
    const { phases, state, strategy } = await record();
    expect({ state, strategy }).toEqual({ state: 'done', strategy: genuine ? 'replicate' : 'snapshot' });
    expect(phases.map(({ name }) => name)).toEqual(phasesOf('qdrant', 'deploy'));
    const opened = phases.find(({ name }) => name === 'outside')?.note ?? '';
    if (!genuine) expect(opened).toMatch(/writes were held back for \d+\.\d s/);
  });

  test('leaves nothing for a provisioning to change, and nothing to deploy', async () => {
    const provisioned = await host.vdb(`provision ${WITHOUT_PYTHON} --json`);
    expect(result(provisioned), provisioned.stdout).toMatchObject({ changed: 0, exit_code: 0 });
    expect(result(await host.vdb('deploy --json'))).toMatchObject({ status: 'unchanged', exit_code: 0 });
  });

  test('is taken back under load, with everything that was written since', async () => {
    const from = await active();
    const { value, all } = await underLoad('rollback', () => host.vdb('rollback'));
    done(value);
    expect(value.stderr).toContain('Validated: ');
    expect(all.filter(isFailed)).toEqual([]);
    expect(await active()).toBe(other(from));
    expect(await inside(`cat /opt/qdrant/config/qdrant-${other(from)}.yaml`)).not.toContain(
      `wal_capacity_mb: ${wal}`,
    );
  });

  describe('that is cut off by kill -9', () => {
    const title = 'in %s says so, and %s ends it well';
    test.each<[PhaseName, 'continue' | 'abort']>([['copy', 'continue']])(title, endsWell);
    describeThorough('in every phase', () => {
      test.each<[PhaseName, 'continue' | 'abort']>([
        ['stage', 'abort'],
        ['start', 'continue'],
        ['gate', 'abort'],
        ['copy', 'abort'],
        ['verify', 'continue'],
        ['cutover', 'continue'],
        ['drain', 'continue'],
        ['bake', 'abort'],
        ['retire', 'continue'],
      ])(title, endsWell);
    });

    async function endsWell(phase: PhaseName, wanted: 'continue' | 'abort'): Promise<void> {
      // By snapshots the way back loses writes by then, which a person has to decide.
      const word = phase === 'bake' && !genuine ? 'continue' : wanted;
      await another();
      const from = await active();
      const { all } = await underLoad(`kill -9 in ${phase}, ${word}`, async () => {
        const run = host.begin('deploy --service qdrant --json');
        await run.until(new RegExp(`"phase.started","phase":"${phase}"`), 240);
        await sleep(300);
        run.child.kill('SIGKILL');
        await run.ended;
        expect((await host.vdb('deploy status')).stdout).toContain(`cut short in ${phase}`);
        await eventually(
          async () => {
            const ended = await host.vdb(`deploy ${word} --yes`);
            if (ended.exitCode === 5) return false;
            done(ended);
            return true;
          },
          'the step that was running when the operator was killed has ended',
          120,
        );
      });
      expect(all.filter(isFailed)).toEqual([]);
      const serves = word === 'continue' ? other(from) : from;
      expect(await active()).toBe(serves);
      expect(await running()).toBe(`qdrant@${serves}.service`);
      expect((await record()).state).toBe(word === 'continue' ? 'done' : 'aborted');
    }
  });

  test('of a release that does not start never touches what serves', async () => {
    const from = await active();
    const broken = join(host.directory, 'broken');
    await writeFile(broken, `#!/bin/sh\n[ "$1" != --version ] || { echo "qdrant 1.18.4"; exit; }\nexit 1\n`, {
      mode: 0o755,
    });
    const { value, all } = await underLoad('release does not start', () =>
      host.vdb(`deploy --service qdrant --version 1.18.4 --artifact ${broken}`),
    );
    expect(value.exitCode, value.stdout + value.stderr).toBe(1);
    expect(all.filter(isFailed)).toEqual([]);
    expect(await active()).toBe(from);
    expect((await record()).failure?.phase).toBe('start');
    expect(await running()).toBe(`qdrant@${from}.service`);
  });

  describeThorough('that meets a fault', () => {
    test('that meets a dying new slot while it copies takes it back, or goes on without it', async () => {
      await another();
      const from = await active();
      const { value } = await underLoad('green dies in copy', async () => {
        const run = host.begin('deploy --service qdrant');
        await run.until(/gate {7}takes a write/, 240);
        await sleep(2500);
        await inside(`systemctl kill -s KILL qdrant@${other(from)}.service; true`);
        return run.ended;
      });
      const { state } = await record();
      expect(['done', 'failed'], value.stdout + value.stderr).toContain(state);
      expect(await active()).toBe(state === 'done' ? other(from) : from);
      expect(await answers()).toBe(true);
    });

    test('waits where it is told to; a restart of the edge and a reboot do no harm', async () => {
      await another();
      const from = await active();
      done(await host.vdb('deploy --service qdrant --pause-after cutover'));
      expect((await record()).state).toBe('paused');
      await inside('systemctl restart haproxy');
      await eventually(answers, 'the edge answers after its restart');
      await probe.close();
      await start(host.engine, ['restart', '-t', '20', host.container]).ended;
      await eventually(answers, 'Qdrant answers after the machine has started', 120);
      probe = await probeBehindEdge(host);
      done(await host.vdb('deploy continue'));
      expect(await active()).toBe(other(from));
      expect(await probe.lost()).toEqual([]);
    });
  });
});
