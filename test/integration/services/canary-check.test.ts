import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../src/checks/catalogue/index.js';
import { runChecks } from '../../../src/checks/run.js';
import { selectChecks } from '../../../src/checks/select.js';
import { Gate } from '../../../src/host/gate.js';
import { Host } from '../../../src/host/host.js';
import { connectSsh } from '../../../src/host/ssh/transport.js';
import { availableKinds, type RunningQdrant, startQdrant } from '../../support/qdrant.js';
import { sshdMissing, startSshd, type TestSshd, targetOf } from '../../support/sshd.js';
import { contextOf } from '../../unit/checks/support.js';

const missing = await sshdMissing();
if (missing) console.warn(`skipped: ${missing}`);

describe.skipIf(missing).each(availableKinds())('vdb check canary (%s)', (kind) => {
  let server: RunningQdrant;
  let sshd: TestSshd;
  let host: Host;

  beforeAll(async () => {
    [server, sshd] = await Promise.all([startQdrant(kind), startSshd()]);
    host = new Host(await connectSsh(targetOf(sshd.hop())), new Gate());
  });
  afterAll(async () => {
    await host?.close();
    await Promise.all([sshd?.stop(), server?.stop()]);
  });

  async function check(api_key: string) {
    const context = contextOf({
      qdrant: {
        api_key,
        read_only_api_key: server.readOnlyApiKey,
        slots: { blue: { http: server.httpPort } },
      },
    });
    const [result] = await runChecks(host, selectChecks(CATALOGUE, { words: ['canary'] }), {
      context,
      lookAtPlan: async () => [],
    });
    return result;
  }

  it('writes, finds and forgets through a forwarded port, and leaves nothing behind', async () => {
    expect(await check(server.apiKey)).toMatchObject({
      status: 'pass',
      seen: expect.stringMatching(/^write \d+ ms, query \d+ ms, delete \d+ ms$/),
    });
    expect((await server.request('GET', '/collections')).body).toMatchObject({ result: { collections: [] } });
  });

  it('fails with a key that may not write, without showing it', async () => {
    const result = await check('wrong-wrong-wrong-wrong-wrong-key');
    expect(result).toMatchObject({ status: 'fail' });
    expect(JSON.stringify(result)).not.toContain('wrong-wrong');
  });
});
