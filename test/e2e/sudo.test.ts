import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LabHost, result } from '../support/lab.js';
import { describeLab } from './support/shared.js';
import { freshHost, remove } from './support/site.js';

const PROVISION = 'provision --only 0.2,0.3,3.2 --json';

describeLab('an account that is not root', () => {
  let host: LabHost;

  beforeAll(async () => {
    host = await freshHost('sudo', '--user', 'ops');
  });
  afterAll(() => remove('sudo'));

  test('provisions through sudo, and then finds nothing to change', async () => {
    expect(host.user).toBe('ops');
    expect(result(await host.vdb(PROVISION))).toMatchObject({ status: 'done', failed: 0, exit_code: 0 });
    expect(await host.inside("stat -c '%U:%G' /etc/redis/vdb.conf /data/qdrant")).toBe(
      'root:redis\nqdrant:qdrant\n',
    );
    expect(result(await host.vdb(PROVISION))).toMatchObject({ changed: 0, exit_code: 0 });
  });
});
