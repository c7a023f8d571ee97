import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Document, parseDocument } from 'yaml';
import type { BenchResult } from '../../../src/bench/result.js';
import { type DeployRecord, type PhaseName, phasesInPlace, phasesOf } from '../../../src/deploy/record.js';
import { type Ended, type LabHost, result, start } from '../../support/lab.js';
import { vdbWith } from '../support/configuration.js';
import { describeLab } from '../support/shared.js';
import { shortBench } from '../support/short-bench.js';
import { hostWithGateway, remove, WITHOUT_PYTHON } from '../support/site.js';
import { describeThorough } from '../support/thorough.js';
import { type Shelf, shelfBehindEdge } from './faults.js';
import { type Answered, eventually } from './load.js';

const NAME = 'deploy';
const EDGE = 'http://127.0.0.1:8000';
const OWN = fileURLToPath(new URL('own', import.meta.url));

describeLab('a deploy of the gateway', () => {
  let host: LabHost;
  let shelf: Shelf;
  let results = 50;

  beforeAll(async () => {
    host = await hostWithGateway(NAME);
    await edit((document) => {
      document.setIn(['gateway', 'test_embedder'], true);
      document.setIn(['networking', 'edge', 'gateway_grpc_port'], 8100);
      for (const rate of ['default', 'search', 'write'])
        document.setIn(['gateway', 'rate_limit', rate], '100000/minute');
      document.setIn(['monitoring', 'health_check_interval_seconds'], 2);
      document.setIn(['deployment', 'bake_seconds'], 3);
      // Every preflight would wait for the second of two looks.
      document.setIn(['checks', 'thresholds', 'collections.green'], 0);
      // A preflight runs all checks: a machine that is busy with other tests may be slow to answer these.
      const waiver = { owner: 'tests', reason: 'other tests run beside', expires: '2099-01-01' };
      document.setIn(
        ['checks', 'waivers'],
        ['gateway.search', 'gateway.ready'].map((id) => ({ id, ...waiver })),
      );
    });
    const ended = await host.vdb(`provision ${WITHOUT_PYTHON}`);
    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(0);
    shelf = await shelfBehindEdge(host);
  });
  afterAll(async () => {
    await shelf?.close();
    await remove(NAME);
  });

  async function edit(change: (document: Document) => void): Promise<void> {
    const file = join(host.directory, 'vdb.yaml');
    const document = parseDocument(await readFile(file, 'utf8'));
    change(document);
    await writeFile(file, document.toString());
  }
  /** Another configuration of the same release, which is deployed as another release is. */
  async function another(): Promise<number> {
    results += 1;
    await edit((document) => document.setIn(['gateway', 'limits', 'max_results_k'], results));
    return results;
  }
  const inside = async (script: string): Promise<string> => (await host.inside(script)).trim();
  const record = async (): Promise<DeployRecord> =>
    result(await host.vdb('deploy status --json')).deploy as DeployRecord;
  const active = async (): Promise<string> =>
    (JSON.parse(await inside('cat /var/lib/vdb/state.json')) as { gateway: { active_slot: string } }).gateway
      .active_slot;
  const running = () =>
    inside(`systemctl list-units --plain --no-legend 'api-gateway@*' | awk '$3 == "active" { print $1 }'`);
  /** What the gateway behind the edge is told, as its settings on the host have it. */
  const limitOf = (slot: string) =>
    inside(`sed -n 's/^MAX_RESULTS_K=//p' /opt/qdrant/config/gateway-${slot}-1.env`);
  const answers = async (): Promise<boolean> =>
    (await inside(`curl -s -o /dev/null -w '%{http_code}' ${EDGE}/readyz || true`)) === '200';
  /** The machine goes down and comes up. */
  async function restart(): Promise<void> {
    await shelf.close();
    await start(host.engine, ['restart', '-t', '20', host.container]).ended;
    await eventually(answers, 'the gateway answers after the machine has started');
    shelf = await shelfBehindEdge(host);
  }
  const failures = (all: readonly Answered[]) => all.filter(({ status }) => status < 200 || status >= 300);
  const done = (ended: Ended) => expect(ended.exitCode, ended.stdout + ended.stderr).toBe(0);

  /** Runs `work` under a load of searches and writes; all of them must be answered well. */
  async function underLoad<T>(work: () => Promise<T>): Promise<T> {
    const load = shelf.load();
    await sleep(2000);
    const before = load.answers();
    const value = await work();
    await sleep(1000);
    await load.stop();
    const during = load.answers();
    const p99 = (all: readonly Answered[]): number =>
      all.map(({ ms }) => ms).sort((a, b) => a - b)[Math.floor(all.length * 0.99)] ?? 0;
    console.info(
      `${during.length} requests, ${failures(during).length} failed, p99 ${p99(during)} ms, before it ${p99(before)} ms`,
    );
    expect(during.length).toBeGreaterThan(50);
    expect(new Set(during.map(({ kind }) => kind))).toEqual(new Set(['search', 'write', 'grpc search']));
    expect(failures(during)).toEqual([]);
    return value;
  }

  /** Every write that was acknowledged is found. */
  async function nothingIsLost(): Promise<void> {
    await eventually(async () => (await shelf.waiting()) === 0, 'all writes are in Qdrant');
    const there = await shelf.indexed();
    expect([...shelf.acknowledged].filter((id) => !there.has(id))).toEqual([]);
  }

  test('is measured beforehand on every way that leads to it, each of which answers every search', async () => {
    const before = await shelf.indexed();
    const open = (document: Document) => {
      shortBench()(document);
      // One client may make more requests here than a benchmark does.
      document.setIn(['gateway', 'rate_limit', 'enabled'], false);
    };
    const ended = await vdbWith(host, open, 'bench --path qdrant,edge,gateway,clients --rate 10 --json');
    done(ended);
    const { paths, remarks } = result(ended) as unknown as BenchResult;
    expect(paths.map(({ path, open: [step] }) => [path, step?.errors, step?.ok])).toEqual(
      ['qdrant', 'edge', 'gateway', 'clients'].map((path) => [path, {}, paths[0]?.open[0]?.samples]),
    );
    expect(remarks.join()).not.toContain('429');
    expect(
      await inside('curl -s -H @/opt/qdrant/config/.admin-header http://127.0.0.1:6333/collections'),
    ).not.toContain('vdb_bench');
    expect(await shelf.indexed()).toEqual(before);
  });

  test('brings in what is configured under load, without a failed request or a lost write', async () => {
    const limit = await another();
    const ended = await underLoad(() => host.vdb('deploy --blue-green'));
    done(ended);
    expect(await active()).toBe('green');
    expect(await running()).toBe('api-gateway@green-1.service');
    expect(await limitOf('green')).toBe(String(limit));
    await nothingIsLost();
    const { phases, state } = await record();
    expect(state).toBe('done');
    expect(phases.map(({ status }) => status)).toEqual(phasesOf('gateway', 'deploy').map(() => 'done'));
  });

  test('leaves nothing for a provisioning to change, and nothing to deploy', async () => {
    const provisioned = await host.vdb(`provision ${WITHOUT_PYTHON} --json`);
    expect(result(provisioned), provisioned.stdout).toMatchObject({ changed: 0, exit_code: 0 });
    expect(result(await host.vdb('deploy --json'))).toMatchObject({ status: 'unchanged', exit_code: 0 });
  });

  test('is taken back by one command, under load: the settings of before serve again', async () => {
    const ended = await underLoad(() => host.vdb('rollback'));
    done(ended);
    expect(ended.stderr).toContain('serves in blue');
    expect(await active()).toBe('blue');
    expect(await running()).toBe('api-gateway@blue-1.service');
    expect(await limitOf('blue')).not.toBe(String(results));
    await nothingIsLost();
  });

  describe('that is cut off by kill -9', () => {
    const title = 'in %s says so, and %s ends it well, with no request failed';
    test.each<[PhaseName, 'continue' | 'abort']>([['cutover', 'abort']])(title, endsWell);
    describeThorough('in every phase', () => {
      test.each<[PhaseName, 'continue' | 'abort']>([
        ['stage', 'abort'],
        ['start', 'continue'],
        ['gate', 'continue'],
        ['cutover', 'continue'],
        ['drain', 'abort'],
        ['bake', 'continue'],
        ['retire', 'continue'],
      ])(title, endsWell);
    });

    async function endsWell(phase: PhaseName, word: 'continue' | 'abort'): Promise<void> {
      await another();
      const from = await active();
      await underLoad(async () => {
        const run = host.begin('deploy --json');
        await run.until(new RegExp(`"phase.started","phase":"${phase}"`), 240);
        run.child.kill('SIGKILL');
        await run.ended;
        const told = await host.vdb('deploy status');
        expect(told.stdout).toContain(`cut short in ${phase}`);
        await eventually(async () => {
          const ended = await host.vdb(`deploy ${word}`);
          if (ended.exitCode === 5) return false;
          done(ended);
          return true;
        }, 'the step that was running when the operator was killed has ended');
      });
      const to = from === 'blue' ? 'green' : 'blue';
      const serves = word === 'continue' ? to : from;
      expect(await active()).toBe(serves);
      expect(await running()).toBe(`api-gateway@${serves}-1.service`);
      expect((await record()).state).toBe(word === 'continue' ? 'done' : 'aborted');
      await nothingIsLost();
    }
  });

  test('waits where it is told to; nothing else is deployed or provisioned meanwhile, and a reboot does no harm', async () => {
    await another();
    const from = await active();
    done(await host.vdb('deploy --pause-after cutover'));
    expect((await record()).state).toBe('paused');
    expect(await host.vdb('deploy')).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('vdb deploy continue or vdb deploy abort'),
    });
    const provisioned = await host.vdb(`provision ${WITHOUT_PYTHON}`);
    expect(provisioned.exitCode).toBe(1);
    expect(provisioned.stdout + provisioned.stderr).toContain('is not at its end');
    await inside('systemctl restart haproxy');
    await eventually(answers, 'the edge answers after its restart');
    await restart();
    done(await host.vdb('deploy continue'));
    expect(await active()).not.toBe(from);
    done(await host.vdb('check gateway'));
  });

  test('is not begun twice at once', async () => {
    await another();
    const first = host.begin('deploy');
    await first.until(/preflight/);
    expect(await host.vdb('deploy')).toMatchObject({ exitCode: 5 });
    done(await first.ended);
  });

  describe('in place', () => {
    /** From the first request over REST that was not answered well to the end of the last one, in seconds. */
    async function outage(work: () => Promise<Ended>): Promise<{ ended: Ended; seconds: number }> {
      const load = shelf.load();
      await sleep(1000);
      load.answers();
      let [first, last] = [0, 0];
      const begun = performance.now();
      const watching = setInterval(() => {
        if (!failures(load.answers()).some(({ kind }) => kind !== 'grpc search')) return;
        first ||= performance.now() - begun;
        last = performance.now() - begun;
      }, 100);
      const ended = await work();
      clearInterval(watching);
      await load.stop();
      return { ended, seconds: (last - first) / 1000 };
    }

    test('the gateway comes in with a restart, and the record says how long nobody was served', async () => {
      const limit = await another();
      const from = await active();
      expect((await host.vdb('deploy --in-place --plan')).stdout).toContain('downtime');
      const { ended, seconds } = await outage(() => host.vdb('deploy --in-place'));
      done(ended);
      expect(await active()).toBe(from);
      expect(await limitOf(from)).toBe(String(limit));
      const { phases } = await record();
      const restart = phases.find(({ name }) => name === 'restart');
      expect(restart?.note).toMatch(/(nobody was served for|no request failed, the slowest took) \d+\.\d s$/);
      const measured = (restart?.numbers?.down_ms ?? 0) / 1000;
      console.info(`in place: nobody was served for ${measured} s, by the load ${seconds} s`);
      expect(Math.abs(measured - seconds)).toBeLessThan(3);
      expect(result(await host.vdb('deploy --json'))).toMatchObject({ status: 'unchanged' });
      const provisioned = result(await host.vdb(`provision ${WITHOUT_PYTHON} --json`));
      expect(provisioned).toMatchObject({ changed: 0, exit_code: 0 });
      await nothingIsLost();
    });

    test('it is taken back with a restart: the settings of before serve again', async () => {
      const from = await active();
      done(await host.vdb('rollback'));
      expect(await active()).toBe(from);
      expect(await limitOf(from)).not.toBe(String(results));
      expect((await host.vdb('rollback --plan')).stdout).not.toContain('restart');
    });

    test('Qdrant comes in with a restart and is taken back, with all its data', async () => {
      const ofWal = () => inside("sed -n 's/^ *wal_capacity_mb: //p' /opt/qdrant/config/qdrant-blue.yaml");
      const before = await ofWal();
      await edit((document) => document.setIn(['qdrant', 'wal_capacity_mb'], Number(before) + 1));
      done(await host.vdb('deploy --in-place --service qdrant'));
      expect((await record()).phases.map(({ name }) => name)).toEqual(phasesInPlace('deploy'));
      expect(await ofWal()).toBe(String(Number(before) + 1));
      await nothingIsLost();
      done(await host.vdb('rollback --service qdrant'));
      expect(await ofWal()).toBe(before);
      await nothingIsLost();
      await edit((document) => document.deleteIn(['qdrant', 'wal_capacity_mb']));
    });
  });

  describe('of a release that is no good', () => {
    const LOAD = `for i in $(seq 200); do curl -s -o /dev/null ${EDGE}/anything; sleep 0.05; done`;

    beforeAll(async () => {
      await edit((document) => {
        document.setIn(['gateway', 'artifact'], {
          from: 'directory',
          path: OWN,
          app: 'own_gateway.asgi:app',
        });
        document.setIn(['gateway', 'health'], { path: '/ok', status: 204 });
        document.deleteIn(['networking', 'edge', 'gateway_grpc_port']);
      });
      done(await host.vdb(`provision ${WITHOUT_PYTHON}`));
    });

    /** Deploys the gateway with settings that have it behave badly: it must not serve in the end. */
    async function refused(phase: PhaseName, environment: object, message: RegExp): Promise<DeployRecord> {
      const from = await active();
      await edit((document) => document.setIn(['gateway', 'environment'], environment));
      const ended = await host.vdb('deploy');
      await edit((document) => document.deleteIn(['gateway', 'environment']));
      expect(ended.exitCode, ended.stdout + ended.stderr).toBe(1);
      expect(ended.stderr).toMatch(message);
      const seen = await record();
      expect(seen.failure?.phase).toBe(phase);
      expect(await active()).toBe(from);
      expect(await running()).toBe(`api-gateway@${from}-1.service`);
      expect(await inside(`curl -s -o /dev/null -w '%{http_code}' ${EDGE}/anything`)).toBe('200');
      return seen;
    }

    test('it does not start: users never notice', async () => {
      const { state } = await refused('start', { OWN_DOES_NOT_START: 'yes' }, /did not start|failed/);
      expect(state).toBe('failed');
    });

    test('it is slow: the gate does not let it in', async () => {
      const { state } = await refused('gate', { OWN_SECONDS: '0.3' }, /needs 3\d\d ms/);
      expect(state).toBe('failed');
    });

    test('it is healthy and answers with errors: users are back at the old one after a few of them', async () => {
      const load = host.enter(LOAD);
      const { state } = await refused('bake', { OWN_FAILS: 'yes' }, /requests failed/);
      expect(state).toBe('returned');
      await load.ended;
    });

    test('in place: the one of before is put back and serves again', async () => {
      const from = await active();
      const before = await inside(`readlink /opt/qdrant/gateway/${from}-1`);
      await edit((document) => document.setIn(['gateway', 'environment'], { OWN_DOES_NOT_START: 'yes' }));
      const ended = await host.vdb('deploy --in-place --service gateway');
      await edit((document) => document.deleteIn(['gateway', 'environment']));
      expect(ended.exitCode, ended.stdout + ended.stderr).toBe(1);
      expect(ended.stderr).toContain(`${from} serves, again from`);
      expect((await record()).state).toBe('returned');
      expect(await inside(`readlink /opt/qdrant/gateway/${from}-1`)).toBe(before);
      expect(await inside(`curl -s -o /dev/null -w '%{http_code}' ${EDGE}/anything`)).toBe('200');
    });

    test('what stood by before it still stands by', async () => {
      done(await host.vdb('rollback --service gateway --plan'));
    });
  });
});
