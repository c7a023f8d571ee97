import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Document, parse, parseDocument } from 'yaml';
import type { Registry } from '../../src/services/registry/registry.js';
import { type Ended, type LabHost, result, start } from '../support/lab.js';
import { eventually } from './gateway/load.js';
import { describeLab } from './support/shared.js';
import { hostWithGateway, remove, WITHOUT_PYTHON } from './support/site.js';
import { testThorough } from './support/thorough.js';

const NAME = 'orchestration';
const CONFIG = '/opt/qdrant/config';
const SERVING = [
  'postgresql@17-main.service',
  'redis-server.service',
  'qdrant@blue.service',
  'api-gateway@blue-1.service',
  'haproxy.service',
];

describeLab('vdb.target and the registry', () => {
  let host: LabHost;

  beforeAll(async () => {
    host = await hostWithGateway(NAME);
    await edit((document) => {
      document.setIn(['monitoring', 'health_check_interval_seconds'], 2);
      document.setIn(['deployment', 'bake_seconds'], 0);
    });
    done(await provision());
  });
  afterAll(() => remove(NAME));

  const provision = () => host.vdb(`provision ${WITHOUT_PYTHON} --json`);
  const check = () => host.vdb('check deployment --json');
  const done = (ended: Ended) => expect(ended.exitCode, ended.stdout + ended.stderr).toBe(0);
  const inside = async (script: string): Promise<string> => (await host.inside(script)).trim();
  const text = (name: string): Promise<string> => inside(`cat ${CONFIG}/${name}`);
  async function edit(change: (document: Document) => void): Promise<void> {
    const file = join(host.directory, 'vdb.yaml');
    const document = parseDocument(await readFile(file, 'utf8'));
    change(document);
    await writeFile(file, document.toString());
  }
  /** What of ours runs, in the order in which it was started. */
  async function running(): Promise<string[]> {
    const shown = await inside(
      `systemctl show -p Id,ActiveState,ActiveEnterTimestampMonotonic -- $(systemctl list-units --plain --no-legend postgresql@* redis-server* qdrant@* api-gateway@* haproxy* | awk '{ print $1 }')`,
    );
    return shown
      .split(/\n\n+/)
      .map((block) => new Map(block.split('\n').map((line) => line.split('=') as [string, string])))
      .filter((unit) => unit.get('ActiveState') === 'active')
      .sort((a, b) => since(a) - since(b))
      .map((unit) => unit.get('Id') ?? '');
  }
  const since = (unit: Map<string, string>): number => Number(unit.get('ActiveEnterTimestampMonotonic'));
  const stopped = () => eventually(async () => (await running()).length === 0, 'everything is stopped');
  const answers = () =>
    eventually(
      async () =>
        (await inside(`curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:8000/health || true`)) ===
        '200',
      'the gateway answers behind the edge',
    );
  /** The databases in any order, then the gateway, then the edge. */
  function inOrder(units: readonly string[], slot: string): void {
    expect([...units].sort()).toEqual(SERVING.map((unit) => unit.replace('blue', slot)).sort());
    expect(units.slice(-2)).toEqual([`api-gateway@${slot}-1.service`, 'haproxy.service']);
  }
  const registry = async (): Promise<Registry> => JSON.parse(await text('registry.json')) as Registry;
  const instancesOf = async (name: string) =>
    (await registry()).services
      .find((service) => service.name === name)
      ?.instances.map(({ unit, role }) => [unit, role]);

  test('a second run changes nothing, and all checks of it pass', async () => {
    expect(result(await provision())).toMatchObject({ changed: 0, exit_code: 0 });
    done(await check());
  });

  test('the target stops everything, starts it in its order, and restarts it', async () => {
    await inside('systemctl stop vdb.target');
    await stopped();
    await inside('systemctl start vdb.target');
    await answers();
    inOrder(await running(), 'blue');
    const pids = () => inside(`systemctl show -p MainPID --value ${SERVING.join(' ')} | xargs`);
    const before = (await pids()).split(' ');
    await inside('systemctl restart vdb.target');
    await answers();
    inOrder(await running(), 'blue');
    expect((await pids()).split(' ').filter((pid) => before.includes(pid))).toEqual([]);
    expect(result(await provision())).toMatchObject({ changed: 0, exit_code: 0 });
  });

  test('what is killed comes back, PostgreSQL too', async () => {
    const pid = () => inside('systemctl show -p MainPID --value postgresql@17-main');
    const before = await pid();
    await inside(`kill -9 ${before}`);
    await eventually(async () => !['0', before].includes(await pid()), 'PostgreSQL runs again');
    await eventually(async () => (await check()).exitCode === 0, 'all checks pass again');
  });

  test('its files are readable by everybody, and hold no secret', async () => {
    const secrets = parse(await readFile(join(host.directory, 'vdb.secrets.yaml'), 'utf8')) as Record<
      string,
      string
    >;
    const all = await inside(
      `cd ${CONFIG} && runuser -u nobody -- cat registry.json production.yaml deployment.yaml service-orchestration.yaml health-checks.yaml file_sd/vdb-gateway.json`,
    );
    expect(all).toContain('vdb.registry/1');
    for (const secret of Object.values(secrets)) expect(all).not.toContain(secret);
    expect(await inside(`runuser -u nobody -- ls ${CONFIG} 2>&1 || true`)).toContain('Permission denied');
  });

  test('the gateway finds itself in them', async () => {
    const ask = async (path: string) =>
      JSON.parse(await inside(`curl -s -H @${CONFIG}/.gateway-header http://127.0.0.1:8000/v1${path}`));
    expect(await ask('/config/validate')).toMatchObject({ production: { status: 'same', differences: [] } });
    expect(await ask('/deployment/status')).toMatchObject({
      placement: { status: 'known', instance: { name: 'blue-1', role: 'active' } },
    });
  });

  test('follow a deploy, without a restart of anything else', async () => {
    const others = 'qdrant@blue postgresql@17-main redis-server haproxy';
    const pids = () => inside(`systemctl show -p MainPID --value ${others} | xargs`);
    const before = await pids();
    await edit((document) => document.setIn(['gateway', 'limits', 'max_results_k'], 60));
    done(await host.vdb('deploy'));
    expect(await pids()).toBe(before);
    expect(await instancesOf('gateway')).toEqual([
      ['api-gateway@green-1.service', 'active'],
      ['api-gateway@blue-1.service', 'standby'],
    ]);
    expect(JSON.parse(await text('file_sd/vdb-gateway.json'))).toEqual([
      { targets: ['127.0.0.1:8011'], labels: { service: 'gateway', role: 'active', slot: 'green' } },
    ]);
    expect(parse(await text('deployment.yaml'))).toMatchObject({
      deployment: { services: { api_gateway: { active_slot: 'green', standby_slot: 'blue' } } },
    });
    expect(await text('health-checks.yaml')).toContain('http://127.0.0.1:8011/readyz');
    done(await check());
    expect(result(await provision())).toMatchObject({ changed: 0, exit_code: 0 });
  });

  test('after a reboot the active slots run, and no other', async () => {
    await start(host.engine, ['restart', '-t', '20', host.container]).ended;
    await answers();
    const units = await running();
    expect(units).toContain('api-gateway@green-1.service');
    expect(units).not.toContain('api-gateway@blue-1.service');
    expect(units.slice(-2)).toEqual(['api-gateway@green-1.service', 'haproxy.service']);
    done(await check());
    expect(result(await provision())).toMatchObject({ changed: 0, exit_code: 0 });
  });

  testThorough('a rollback is followed too', async () => {
    done(await host.vdb('rollback'));
    expect(await instancesOf('gateway')).toEqual([
      ['api-gateway@blue-1.service', 'active'],
      ['api-gateway@green-1.service', 'standby'],
    ]);
    expect(await inside('ls /etc/systemd/system/vdb.target.wants | grep api-gateway')).toBe(
      'api-gateway@blue-1.service',
    );
    done(await check());
  });

  test.each([
    [
      'a registry with the slot that stands by as active',
      `sed -i 's/green-1/swap/; s/blue-1/green-1/g; s/swap/blue-1/' ${CONFIG}/registry.json`,
      'deployment.registry',
    ],
    ['a registry that is gone', `rm ${CONFIG}/registry.json`, 'deployment.registry'],
    [
      'a slot that the target does not start',
      'rm /etc/systemd/system/vdb.target.wants/qdrant@blue.service && systemctl daemon-reload',
      'deployment.orchestration',
    ],
    [
      'an edge that does not wait for the gateway',
      'rm /etc/systemd/system/haproxy.service.d/20-vdb-target.conf && systemctl daemon-reload',
      'deployment.orchestration',
    ],
    [
      'a health check that leads nowhere',
      `sed -i 's/:6333/:6399/' ${CONFIG}/health-checks.yaml`,
      'deployment.health',
    ],
  ])('%s is found, and repaired', async (_, breakIt, id) => {
    await inside(breakIt);
    const ended = await check();
    expect(ended.exitCode).toBe(3);
    expect(result(ended).blocking).toEqual([id]);
    done(await host.vdb('provision --only 4.5 --json'));
    done(await check());
  });
});
