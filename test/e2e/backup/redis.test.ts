import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { restoreRedis, tryRedis } from '../../../src/backup/restore/redis.js';
import type { Config } from '../../../src/config/schema.js';
import type { Host } from '../../../src/host/host.js';
import type { LabHost } from '../../support/lab.js';
import { rootHost } from '../../support/root-host.js';
import { describeLab } from '../support/shared.js';
import { sharedHost } from '../support/site.js';

const DIRECTORY = '/root/redis-test';
const config = { redis: { port: 6379 } } as Config;

describeLab('an RDB file that comes into the running Redis', () => {
  let lab: LabHost;
  let host: Host;

  const cli = (commands: string): Promise<string> =>
    lab.inside(
      `export REDISCLI_AUTH=$(sed -n 's/^requirepass "\\(.*\\)"$/\\1/p' /etc/redis/vdb.conf); redis-cli`,
      `${commands}\n`,
    );
  const save = (file: string): Promise<string> =>
    lab.inside(
      `export REDISCLI_AUTH=$(sed -n 's/^requirepass "\\(.*\\)"$/\\1/p' /etc/redis/vdb.conf); redis-cli --rdb ${DIRECTORY}/${file}`,
    );
  const info = async (section: string, name: string): Promise<string | undefined> =>
    new RegExp(`^${name}:(\\S+)\\r?$`, 'm').exec(await cli(`INFO ${section}`))?.[1];
  const restart = () =>
    lab.inside(
      `systemctl restart redis-server; for i in $(seq 100); do redis-cli PING 2>&1 | grep -q NOAUTH && exit 0; sleep 0.1; done; exit 1`,
    );
  const request = (more: object = {}) => ({
    rdb: `${DIRECTORY}/set.rdb`,
    keep: `${DIRECTORY}/kept/dump.rdb`,
    ...more,
  });
  const nothingLeft = async () => {
    expect(
      await lab.inside(
        `systemctl list-units --all --no-legend 'vdb-scratch*'; find /var/lib/redis -name '.vdb*'`,
      ),
    ).toBe('');
  };

  beforeAll(async () => {
    lab = await sharedHost();
    host = await rootHost(lab.container);
    await lab.inside(`mkdir -p -m 700 ${DIRECTORY}`);
    await cli('FLUSHALL\nSET first 1\nHSET hash field value\nSELECT 3\nSET third 3');
    await save('set.rdb');
  });
  beforeEach(async () => {
    await cli('FLUSHALL\nSET now 1\nSET here 2');
    await lab.inside(`rm -rf ${DIRECTORY}/kept`);
  });
  afterAll(async () => {
    await cli('FLUSHALL');
    await lab.inside(`rm -rf ${DIRECTORY}`);
  });

  test('is loaded by a Redis of its own first, which touches nothing', async () => {
    expect(await tryRedis(host, `${DIRECTORY}/set.rdb`)).toMatchObject({ keys: 3, expired: 0 });
    expect(await cli('DBSIZE')).toBe('2\n');
    await nothingLeft();
  });

  test('replaces what is there without a restart, keeps that, and survives a restart', async () => {
    const born = await info('server', 'run_id');
    expect(await restoreRedis(host, config, request({ keys: 3 }))).toMatchObject({ keys: 3 });
    expect(await cli('GET first\nHGET hash field\nDBSIZE\nSELECT 3\nGET third')).toBe('1\nvalue\n2\nOK\n3\n');
    expect(await info('server', 'run_id')).toBe(born);
    expect(await info('replication', 'role')).toBe('master');
    expect(await cli('CONFIG GET masterauth')).toBe('masterauth\n\n');
    expect(await info('persistence', 'aof_enabled')).toBe('1');
    expect(await cli('SET later 4')).toBe('OK\n');
    await restart();
    expect(await cli('GET first\nGET later')).toBe('1\n4\n');
    await nothingLeft();
    await restoreRedis(
      host,
      config,
      request({ rdb: `${DIRECTORY}/kept/dump.rdb`, keep: `${DIRECTORY}/kept/2.rdb` }),
    );
    expect(await cli('GET now\nGET here\nDBSIZE')).toBe('1\n2\n2\n');
  });

  test.each([
    ['cannot be loaded', { rdb: `${DIRECTORY}/short.rdb` }, 'Redis could not load the RDB file'],
    ['has other keys than the set says', { keys: 4 }, 'the RDB file holds 3 keys, in the set 4'],
  ])('that %s changes nothing', async (_, more, said) => {
    await lab.inside(`head -c 60 ${DIRECTORY}/set.rdb > ${DIRECTORY}/short.rdb`);
    await expect(restoreRedis(host, config, request(more))).rejects.toMatchObject({
      details: { stderr: expect.stringContaining(said) },
    });
    expect(await cli('GET now\nDBSIZE')).toBe('1\n2\n');
    await nothingLeft();
  });

  test('never replaces what was kept before', async () => {
    await lab.inside(`mkdir ${DIRECTORY}/kept; echo kept > ${DIRECTORY}/kept/dump.rdb`);
    await expect(restoreRedis(host, config, request())).rejects.toMatchObject({
      details: { stderr: expect.stringContaining('is there already') },
    });
    expect(await lab.inside(`cat ${DIRECTORY}/kept/dump.rdb`)).toBe('kept\n');
    expect(await cli('GET now\nDBSIZE')).toBe('1\n2\n');
  });

  test('brings back what was there when it fails half-way', async () => {
    const hook = '/usr/local/sbin/grep';
    await lab.inside(
      `cat > ${hook} && chmod 755 ${hook}`,
      `#!/bin/bash
mkdir /run/vdb-once 2>/dev/null
age=$(($(date +%s) - $(stat -c %Y /run/vdb-once)))
case "$*" in *keys=*) [ $age -gt 35 ] || { echo "db0:keys=$RANDOM$RANDOM"; exit 0; } ;; esac
exec /usr/bin/grep "$@"
`,
    );
    try {
      await expect(restoreRedis(host, config, request())).rejects.toMatchObject({
        details: { stderr: expect.stringContaining('what was there is back') },
      });
    } finally {
      await lab.inside(`rm -rf ${hook} /run/vdb-once`);
    }
    expect(await cli('GET now\nGET here\nDBSIZE')).toBe('1\n2\n2\n');
    expect(await info('replication', 'role')).toBe('master');
    await restart();
    expect(await cli('GET now\nDBSIZE')).toBe('1\n2\n');
    await nothingLeft();
  });
});
