import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Gate } from '../../../src/host/gate.js';
import { Host } from '../../../src/host/host.js';
import { lockStatus, takeLock } from '../../../src/host/lock.js';
import { sh } from '../../../src/host/shell.js';
import { connectSsh } from '../../../src/host/ssh/transport.js';
import { startProxy } from '../../support/proxy.js';
import { canIsolate, end, sshdMissing, startSshd, type TestSshd, targetOf } from '../../support/sshd.js';

const missing =
  (await sshdMissing()) ?? ((await canIsolate()) ? undefined : 'sshd cannot have a /run of its own');
if (missing) console.warn(`skipped: ${missing}`);

const ANNA = { who: 'anna@laptop', what: 'vdb provision', since: '2026-01-02T03:04:05Z' };
const BERT = { who: 'bert@desk', what: 'vdb deploy', since: '2026-01-02T03:05:00Z' };

describe.skipIf(missing)('the lock of a host', () => {
  let sshd: TestSshd;

  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(async () => {
    await sshd.stop();
  });

  async function withHosts(
    count: number,
    work: (...hosts: Host[]) => Promise<void>,
    port = sshd.port,
  ): Promise<void> {
    const hosts = await Promise.all(Array.from({ length: count }, () => connected(port)));
    try {
      await work(...hosts);
    } finally {
      await Promise.all(hosts.map((host) => host.close()));
    }
  }

  async function connected(port: number): Promise<Host> {
    const file = `${sshd.directory}/known_hosts.${port}`;
    await writeFile(file, `[127.0.0.1]:${port} ${sshd.hostKey}\n`);
    return new Host(await connectSsh(targetOf(sshd.hop({ port, knownHosts: [file] }))), new Gate());
  }

  it('opens the gate while it is held, and closes it at release', async () => {
    await withHosts(1, async (host) => {
      const lock = await takeLock(host!, ANNA);
      expect(host!.gate.isOpen).toBe(true);
      await host!.run({ title: 'change something', script: sh`:` });
      await lock.release();
      expect(host!.gate.isOpen).toBe(false);
      await expect(host!.run({ title: 'change something', script: sh`:` })).rejects.toMatchObject({
        details: { code: 'gate.closed' },
      });
    });
  });

  it('says what a watched file holds once the lock is held, however many lines that are', async () => {
    const file = `${sshd.directory}/watched`;
    const watched = (path?: string) => async (host?: Host) => {
      const lock = await takeLock(host!, ANNA, path);
      await lock.release();
      return lock.watched;
    };
    await withHosts(1, async (host) => {
      expect(await watched()(host)).toBeNull();
      expect(await watched(file)(host)).toBeNull();
      await writeFile(file, 'two\nlines \u00fc\n');
      expect(await watched(file)(host)).toBe('two\nlines \u00fc\n');
      await writeFile(file, '');
      expect(await watched(file)(host)).toBe('');
    });
  });

  it('turns a second run away and names the first', async () => {
    await withHosts(2, async (first, second) => {
      const lock = await takeLock(first!, ANNA);
      const refused = takeLock(second!, BERT);
      await expect(refused).rejects.toMatchObject({ details: { code: 'host.locked', exitCode: 5 } });
      await expect(refused).rejects.toThrow(/anna@laptop since 2026-01-02T03:04:05Z: vdb provision/);
      expect(second!.gate.isOpen).toBe(false);
      expect(await lockStatus(second!)).toEqual(ANNA);
      await lock.release();
      expect(await lockStatus(second!)).toBeNull();
      await (await takeLock(second!, BERT)).release();
    });
  });

  it('is given to exactly one of many', async () => {
    await withHosts(6, async (...hosts) => {
      const takers = hosts.map((host, i) => takeLock(host, { ...ANNA, who: `taker${i}` }));
      const outcomes = await Promise.allSettled(takers);
      const taken = outcomes.filter((outcome) => outcome.status === 'fulfilled');
      expect(taken).toHaveLength(1);
      await taken[0]!.value.release();
    });
  });

  it('goes with the connection of a run that was killed', async () => {
    const proxy = await startProxy(sshd.port);
    try {
      await withHosts(1, async (next) => {
        const killed = await connected(proxy.port);
        const lock = await takeLock(killed, ANNA);
        proxy.cut();
        await lock.lost;
        expect(killed.gate.isOpen).toBe(false);
        await eventually(async () => expect(await lockStatus(next!)).toBeNull());
        await (await takeLock(next!, BERT)).release();
      });
    } finally {
      proxy.stop();
    }
  });

  it('goes with the sshd process that served it', async () => {
    const killed = await connected(sshd.port);
    const lock = await takeLock(killed, ANNA);
    for (const pid of await sshd.sessions()) end(pid);
    await lock.lost;
    await withHosts(1, async (next) => {
      await eventually(async () => (await takeLock(next!, BERT)).release());
    });
  });

  it('is not given while a command of a killed run is still at work', async () => {
    const killed = await connected(sshd.port);
    const lock = await takeLock(killed, ANNA);
    const running = killed.run({ title: 'long work', script: sh`sleep 8` });
    running.catch(() => {});
    await killed.read(sh`until [ -e /run/vdb/busy ]; do sleep 0.05; done; sleep 0.2`);
    for (const pid of await sshd.sessions()) end(pid);
    await lock.lost;
    await expect(running).rejects.toMatchObject({ details: { code: 'host.connection-lost' } });
    await withHosts(1, async (next) => {
      await expect(takeLock(next!, BERT)).rejects.toMatchObject({
        details: { code: 'host.busy', exitCode: 5 },
      });
      await (await takeLock(next!, BERT)).release();
    });
  });

  it('leaves nothing readable behind and shows no secret', async () => {
    await withHosts(1, async (host) => {
      host!.gate.redactor.add('hunter2hunter2');
      const lock = await takeLock(host!, { ...ANNA, what: 'vdb restore --key hunter2hunter2' });
      expect((await lockStatus(host!))?.what).toBe('vdb restore --key [secret]');
      await lock.release();
      expect((await host!.read(sh`ls /run/vdb`)).stdout).toBe('busy\nlock\n');
    });
  });
});

async function eventually(check: () => Promise<unknown>): Promise<void> {
  await expect
    .poll(async () => check().then(() => 'fine', String), { timeout: 8000, interval: 100 })
    .toBe('fine');
}
