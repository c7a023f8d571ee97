import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Document, parseDocument } from 'yaml';
import { EXPORTED } from '../support/exported-metrics.js';
import { type Ended, type LabHost, result } from '../support/lab.js';
import { resultsOf } from './checks/breakage.js';
import { eventually } from './gateway/load.js';
import { MAIL_SINK, mails, startMailSink } from './support/mail-sink.js';
import { RECEIVER, type Received, received, startReceiver } from './support/receiver.js';
import { describeLab } from './support/shared.js';
import { remove, WITHOUT_PYTHON, wholeHost } from './support/site.js';

const NAME = 'monitoring';
const TOKEN = 'sentinel-of-the-receiver';
const MAIL_PASSWORD = 'sentinel-of-the-mail-server';
const TEXTFILES = '/var/lib/prometheus/node-exporter';
const SMALL = '/mnt/e2e-small';
const UNITS = [
  'prometheus',
  'prometheus-alertmanager',
  'prometheus-node-exporter',
  'prometheus-postgres-exporter',
  'prometheus-redis-exporter',
];

/**
 * What is there only once something has happened: a backup, a deploy, a request. And what the emulator of Qdrant has not, or
 * the kernel of the machine.
 */
const NOT_YET =
  /^(vdb_(?!certificate)|grpc_|rest_responses_|collection_indexed_only|node_pressure_|gateway_rate_)/;

describeLab('monitoring', () => {
  let host: LabHost;

  beforeAll(async () => {
    host = await wholeHost(NAME);
    await edit((document) => {
      document.setIn(['networking', 'edge', 'qdrant_http_port'], 6433);
      document.setIn(['networking', 'tls'], { mode: 'own-ca' });
      document.setIn(['collections'], { general: { size: 384 } });
      document.setIn(['deployment', 'bake_seconds'], 5);
      document.setIn(['monitoring'], {
        ...{
          enabled: true,
          scrape_interval: '4s',
          evaluation_interval: '1s',
          health_check_interval_seconds: 2,
        },
        alerts: {
          QdrantDown: { for: '2s' },
          GatewayDown: { for: '2s' },
          TargetDown: { for: '2s' },
          // The file systems of the machine below may be as full as they like.
          DiskSpace: { for: '1s', limit: 2 },
        },
        alertmanager: {
          ...{ group_wait: '1s', group_interval: '1s' },
          receivers: [
            { name: 'test', url: `${RECEIVER}/alerts`, token: TOKEN },
            {
              ...{ name: 'on-call', type: 'email', severity: 'critical', to: ['on-call@example.org'] },
              ...{ from: 'vdb@example.org', smarthost: MAIL_SINK, require_tls: false },
              ...{ username: 'vdb', password: MAIL_PASSWORD },
            },
          ],
          watchdog_url: `${RECEIVER}/watchdog`,
        },
      });
    });
    done(await provision());
  });
  afterAll(() => remove(NAME));

  const provision = (flags = '') => host.vdb(`provision ${WITHOUT_PYTHON} --json ${flags}`);
  const done = (ended: Ended) => expect(ended.exitCode, ended.stdout + ended.stderr).toBe(0);
  const inside = async (script: string): Promise<string> => (await host.inside(script)).trim();
  async function edit(change: (document: Document) => void): Promise<void> {
    const file = join(host.directory, 'vdb.yaml');
    const document = parseDocument(await readFile(file, 'utf8'));
    change(document);
    await writeFile(file, document.toString());
  }
  async function ask<Data>(path: string): Promise<Data> {
    const answer = await inside(`curl -sg 'http://127.0.0.1:9090/api/v1/${path}'`);
    return (JSON.parse(answer) as { data: Data }).data;
  }
  async function targets(): Promise<Record<string, string>> {
    const { activeTargets } = await ask<{
      activeTargets: { labels: { job: string }; health: string; lastError: string }[];
    }>('targets?state=active');
    return Object.fromEntries(
      activeTargets.map(({ labels, health, lastError }) => [labels.job, lastError || health]),
    );
  }
  /** The values of an expression, by the label `slot` of their series. */
  async function query(expression: string): Promise<Record<string, number>> {
    const { result: found } = await ask<{ result: { metric: { slot?: string }; value: [number, string] }[] }>(
      `query?query=${encodeURIComponent(expression)}`,
    );
    return Object.fromEntries(found.map(({ metric, value }) => [metric.slot ?? '', Number(value[1])]));
  }
  /** The slot of Qdrant that serves. */
  const active = async (): Promise<string> =>
    (JSON.parse(await inside('cat /var/lib/vdb/state.json')) as { qdrant: { active_slot: string } }).qdrant
      .active_slot;
  const JOBS = ['alertmanager', 'edge', 'gateway', 'node', 'postgresql', 'prometheus', 'qdrant', 'redis'];
  const allUp = async () => {
    const found = await targets().catch((): Record<string, string> => ({}));
    return JOBS.every((job) => found[job] === 'up');
  };
  const check = (what: string) => host.vdb(`check ${what} --json`);
  /** Passes once an alert came to the receiver like this. */
  async function told(
    name: string,
    status: Received['status'],
    holds = (_: Received) => true,
  ): Promise<void> {
    const came = async () =>
      (await received(host)).some(
        (each) => each.path === '/alerts' && each.name === name && each.status === status && holds(each),
      );
    await eventually(came, `${name} is ${status}`, 90);
  }

  test('a second run changes nothing', async () => {
    expect(result(await provision())).toMatchObject({ changed: 0, exit_code: 0 });
  });

  test('everything that runs on the host is scraped', async () => {
    await eventually(allUp, 'all targets are up').catch(async (error: Error) => {
      throw new Error(`${error.message}: ${JSON.stringify(await targets())}`);
    });
    expect(Object.keys(await targets()).sort()).toEqual(JOBS);
  });

  test('the checks find no fault: sockets on loopback, files closed, everything in the registry', async () => {
    await eventually(async () => {
      const { status } = resultsOf(await check('monitoring.rules')).get('monitoring.rules') ?? {};
      return status === 'pass';
    }, 'all rules were evaluated');
    const results = await check('monitoring network.listeners access deployment host.failed-units');
    const findings = [...resultsOf(results).values()].filter(({ status }) => !/^(pass|skip)$/.test(status));
    expect(findings).toEqual([]);
    expect(resultsOf(results).get('monitoring.targets')?.seen).toBe('8 up, of 8 jobs');
  });

  test('nothing of it listens but on loopback, and no secret is where others see it', async () => {
    const listening = await inside(
      `ss -Hlnt | awk '{ print $4 }' | grep -E ':(9090|9093|9094|9100|9121|9187)$'`,
    );
    expect(listening.split('\n').filter((address) => !address.startsWith('127.0.0.1:'))).toEqual([]);
    const seen = await inside(
      `runuser -u nobody -- cat /etc/prometheus/*.yml /etc/default/prometheus /etc/default/prometheus-redis-exporter
       ps -eo args; systemctl show -p Environment,ExecStart ${UNITS.join(' ')}
       runuser -u nobody -- curl -s http://127.0.0.1:9090/api/v1/status/config`,
    );
    expect(seen).toContain('credentials_file');
    for (const secret of [...host.secrets, TOKEN, MAIL_PASSWORD, `${RECEIVER}/alerts`])
      expect(seen).not.toContain(secret);
  });

  test('the metrics are there that rules and dashboards go by', async () => {
    const known = await ask<string[]>('label/__name__/values');
    const wanted = JOBS.flatMap((job) => EXPORTED[job] ?? []);
    expect(wanted.filter((name) => !known.includes(name) && !NOT_YET.test(name))).toEqual([]);
  });

  test('its units are closed off from the system', async () => {
    const levels = await inside(
      `for unit in ${UNITS.join(' ')}; do echo "$unit $(systemd-analyze security --no-pager $unit.service | tail -n 1 | grep -oE '[0-9]+\\.[0-9]')"; done`,
    );
    expect(levels.split('\n')).toHaveLength(UNITS.length);
    expect(levels.split('\n').filter((line) => !(Number(line.split(' ')[1]) <= 5))).toEqual([]);
  });

  test('the gateway that runs tells of its requests', async () => {
    await inside(`curl -s -o /dev/null -k https://127.0.0.1:8000/v1/collections`);
    const counted = async () => Object.keys(await query('sum by (slot) (gateway_requests_total)'));
    await eventually(async () => (await counted()).length > 0, 'a request was counted');
    expect(await query('up{job="gateway"}')).toEqual({ blue: 1 });
  });

  test('alerts reach the receiver with its token; the Watchdog goes to whoever misses it', async () => {
    await startReceiver(host);
    await startMailSink(host);
    const watchdog = async () => (await received(host)).some(({ path }) => path === '/watchdog');
    await eventually(watchdog, 'the Watchdog has come', 120);
    const everything = await received(host);
    expect(everything.filter(({ name, path }) => name === 'Watchdog' && path !== '/watchdog')).toEqual([]);
    expect(everything.filter(({ name, path }) => name !== 'Watchdog' && path === '/watchdog')).toEqual([]);
  });

  test('Prometheus follows a deploy of Qdrant to its new slot, and nobody is alarmed', async () => {
    const pid = () => inside('systemctl show -p MainPID --value prometheus');
    const [before, told] = [await pid(), (await received(host)).length];
    expect(await query('up{job="qdrant"}')).toEqual({ blue: 1 });
    await edit((document) => document.setIn(['qdrant', 'wal_capacity_mb'], 17));
    done(await host.vdb('deploy --service qdrant --json'));
    const scraped = async () => JSON.stringify(await query('up{job="qdrant"}')) === '{"green":1}';
    await eventually(scraped, 'the new slot is scraped, and it alone');
    const ended = async () => (await query('vdb_deploy_status{service="qdrant"}'))[''] === 1;
    await eventually(ended, 'the deploy is told to be at its end');
    expect(await query('vdb_deploy_open{service="qdrant"}')).toEqual({ '': 0 });
    expect(await pid()).toBe(before);
    const alarms = (await received(host)).slice(told).map(({ name }) => name);
    expect(alarms.filter((name) => name !== 'Watchdog')).toEqual([]);
    expect(resultsOf(await check('monitoring.targets')).get('monitoring.targets')?.status).toBe('pass');
  });

  test('Qdrant is stopped', async () => {
    const slot = await active();
    await inside(`systemctl stop qdrant@${slot}`);
    try {
      await told(
        'QdrantDown',
        'firing',
        ({ key, labels }) => key === `Bearer ${TOKEN}` && labels.slot === slot,
      );
      const found = resultsOf(await check('monitoring'));
      expect(found.get('monitoring.alerts')).toMatchObject({
        status: 'fail',
        seen: expect.stringContaining('QdrantDown'),
      });
      expect(found.get('monitoring.targets')).toMatchObject({ status: 'warn', fix: '1.1' });
    } finally {
      await inside(`systemctl start qdrant@${slot}`);
    }
    await told('QdrantDown', 'resolved');
  });

  test('the gateway is stopped', async () => {
    await inside('systemctl stop api-gateway@blue-1');
    try {
      await told('GatewayDown', 'firing');
    } finally {
      await inside('systemctl start api-gateway@blue-1');
    }
    await told('GatewayDown', 'resolved');
  });

  test('what is critical comes by mail too, from who has logged in', async () => {
    const sent = async () => (await mails(host)).filter(({ body }) => body.includes('QdrantDown'));
    await eventually(async () => (await sent()).length > 1, 'mail has come');
    const [first, ...others] = await sent();
    expect(first).toMatchObject({
      ...{ account: ['vdb', MAIL_PASSWORD], to: ['on-call@example.org'], from: 'vdb@example.org' },
      subject: expect.stringMatching(/^\[FIRING:1\] QdrantDown/),
    });
    expect(first?.body).toContain('does not answer');
    expect(others.map(({ subject }) => subject)).toContainEqual(expect.stringContaining('[RESOLVED]'));
  });

  test('the backup grows old', async () => {
    const aged = (name: string, age: string) =>
      inside(`sed -i "s/^${name} .*/${name} $(date -d '${age} ago' +%s)/" ${TEXTFILES}/vdb_backup.prom`);
    const newest = 'vdb_backup_last_success_timestamp_seconds';
    await aged(newest, '25 hours');
    await inside('sleep 10');
    expect((await received(host)).filter(({ name }) => name === 'BackupOld')).toEqual([]);
    await aged(newest, '27 hours');
    await told(
      'BackupOld',
      'firing',
      ({ annotations }) => annotations.summary?.includes('27 hours old') ?? false,
    );
    done(await host.vdb('backup'));
    await told('BackupOld', 'resolved');
  });

  test('a warning comes to who wants them all, and to nobody else', async () => {
    const status = (value: number) =>
      inside(
        `sed -i 's/^vdb_backup_last_status .*/vdb_backup_last_status ${value}/' ${TEXTFILES}/vdb_backup.prom`,
      );
    await status(0);
    await told('BackupFailed', 'firing');
    await status(1);
    await told('BackupFailed', 'resolved');
    expect((await mails(host)).filter(({ body }) => body.includes('BackupFailed'))).toEqual([]);
    expect((await mails(host)).filter(({ body }) => body.includes('BackupOld'))).not.toEqual([]);
  });

  test('a disk fills up', async () => {
    await inside(
      `mkdir -p ${SMALL} && mount -t tmpfs -o size=4m tmpfs ${SMALL} && head -c 4128768 /dev/zero >${SMALL}/fill`,
    );
    try {
      await told('DiskSpace', 'firing', ({ labels }) => labels.mountpoint === SMALL);
    } finally {
      await inside(`rm ${SMALL}/fill`);
    }
    await told('DiskSpace', 'resolved', ({ labels }) => labels.mountpoint === SMALL);
    await inside(`umount ${SMALL}`);
  });

  test('Redis and PostgreSQL are stopped', async () => {
    await inside('systemctl stop redis-server postgresql');
    try {
      await inside('sleep 1');
      await eventually(async () => {
        const { alerts } = await ask<{ alerts: { labels: { alertname: string } }[] }>('alerts');
        const names = alerts.map(({ labels }) => labels.alertname);
        return names.includes('RedisDown') && names.includes('PostgresDown');
      }, 'both are seen to be down');
    } finally {
      await inside('systemctl start redis-server postgresql');
    }
  });

  test('rules that were changed on the host are found, and come back', async () => {
    await inside(`sed -i 's/for: 2s/for: 9s/' /etc/prometheus/vdb.rules.yml`);
    const found = resultsOf(await check('monitoring.rules')).get('monitoring.rules');
    expect(found).toMatchObject({ status: 'fail', fix: '5.1' });
    expect(found?.details).toEqual([
      'TargetDown: loaded from another file',
      'QdrantDown: loaded from another file',
      'GatewayDown: loaded from another file',
    ]);
    const fixed = resultsOf(await check('monitoring.rules --fix')).get('monitoring.rules');
    expect(fixed?.status).toBe('pass');
  });

  test('rules that promtool refuses change nothing', async () => {
    const files = () =>
      inside('sha256sum /etc/prometheus/*.yml; systemctl show -p MainPID,ExecReload prometheus');
    const before = await files();
    await inside(
      `mv /usr/bin/promtool /usr/bin/promtool.e2e
       printf '#!/bin/sh\necho "rules: 1:1: parse error"; exit 1\n' >/usr/bin/promtool && chmod 0755 /usr/bin/promtool`,
    );
    await edit((document) => document.setIn(['monitoring', 'alerts', 'BackupOld'], { limit: 50 }));
    try {
      const refused = await provision('--only 5.1');
      expect(refused.exitCode).toBe(1);
      expect(refused.stdout).toContain('parse error');
      expect(await files()).toBe(before);
    } finally {
      await inside('mv /usr/bin/promtool.e2e /usr/bin/promtool');
    }
    done(await provision('--only 5.1'));
    expect(await files()).not.toBe(before);
    expect(result(await provision())).toMatchObject({ changed: 0, exit_code: 0 });
  });

  test('an Alertmanager that is gone is found, and comes back', async () => {
    await inside('systemctl stop prometheus-alertmanager');
    const found = resultsOf(await check('monitoring.alerts')).get('monitoring.alerts');
    expect(found).toMatchObject({ status: 'fail', fix: '5.1' });
    expect([found?.seen, ...(found?.details ?? [])].join('\n')).toContain('nobody is told of alerts');
    await check('monitoring.alerts --fix');
    await eventually(allUp, 'all targets are up again');
  });

  test('a receiver that is no longer wanted leaves nothing behind', async () => {
    await edit((document) => document.deleteIn(['monitoring', 'alertmanager', 'receivers']));
    done(await provision('--only 5.1'));
    expect(await inside('ls -A /etc/prometheus/vdb-receivers')).toBe('.watchdog-url');
    expect(result(await provision('--only 5.1'))).toMatchObject({ changed: 0, exit_code: 0 });
  });

  test('vdb.target stops and starts it with everything else', async () => {
    await inside('systemctl stop vdb.target');
    const active = () => inside(`systemctl is-active ${UNITS.join(' ')} || true`);
    await eventually(async () => !/^active$/m.test(await active()), 'all of it is stopped');
    await inside('systemctl start vdb.target');
    await eventually(allUp, 'all targets are up again', 120);
    expect(result(await provision())).toMatchObject({ changed: 0, exit_code: 0 });
  });

  test('dashboards come where Grafana is', async () => {
    await inside('mkdir -p /etc/grafana');
    done(await provision('--only 5.1'));
    expect(await inside('ls /etc/grafana/provisioning/dashboards/vdb')).toContain('vdb-overview.json');
    expect(result(await provision('--only 5.1'))).toMatchObject({ changed: 0, exit_code: 0 });
  });
});
