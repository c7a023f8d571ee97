import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Hop } from '../../../src/host/ssh/target.js';
import { connectSsh } from '../../../src/host/ssh/transport.js';
import type { Reach } from '../../../src/host/transport.js';
import { freePort, sshdMissing, startSshd, type TestSshd, targetOf } from '../../support/sshd.js';

const missing = await sshdMissing();
if (missing) console.warn(`skipped: ${missing}`);

describe.skipIf(missing)('how the network shows a host', () => {
  let sshd: TestSshd;
  let behind: TestSshd;
  let server: Server;
  let open: number;

  beforeAll(async () => {
    [sshd, behind] = await Promise.all([startSshd(), startSshd()]);
    server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open = (server.address() as AddressInfo).port;
  });
  afterAll(async () => {
    server.close();
    await Promise.all([sshd.stop(), behind.stop()]);
  });

  async function reached<T>(hops: [Hop, ...Hop[]], work: (reach: Reach) => Promise<T>): Promise<T> {
    const transport = await connectSsh(targetOf(...hops));
    try {
      if (transport.reach === undefined) throw new Error('no reach');
      return await work(transport.reach);
    } finally {
      await transport.close();
    }
  }

  it('tells the address that was dialled and the key that answered', async () => {
    const hop = { ...sshd.hop(), address: 'localhost' };
    await reached([hop], async ({ name, address, port, via, hostKey }) => {
      expect({ name, port, via }).toEqual({ name: 'localhost', port: sshd.port, via: undefined });
      expect(address).toMatch(/^(127\.0\.0\.1|::1)$/);
      expect(`ssh-ed25519 ${hostKey.toString('base64')}`).toBe(sshd.hostKey);
    });
  });

  it('tells open ports from closed ones', async () => {
    const shut = await freePort();
    await reached([sshd.hop()], async ({ dial }) => {
      const ports = [open, shut, sshd.port];
      expect(await Promise.all(ports.map((port) => dial(port, 2000)))).toEqual(['open', 'refused', 'open']);
    });
  });

  it('dials from the last jump host, and tells the key of the host behind it', async () => {
    const shut = await freePort();
    const jump = sshd.hop({ label: 'the jump host' });
    await reached([jump, behind.hop()], async ({ via, address, hostKey, dial }) => {
      expect({ via, address }).toEqual({ via: 'the jump host', address: '127.0.0.1' });
      expect(`ssh-ed25519 ${hostKey.toString('base64')}`).toBe(behind.hostKey);
      expect(await Promise.all([open, shut].map((port) => dial(port, 2000)))).toEqual(['open', 'refused']);
    });
  });

  it('takes a jump host that must not forward for no answer about the port', async () => {
    const picky = await startSshd({ config: `PermitOpen 127.0.0.1:${behind.port}` });
    try {
      await reached([picky.hop(), behind.hop()], async ({ dial, port }) => {
        expect(await dial(port, 2000)).toBe('open');
        expect(await dial(open, 2000)).toEqual({ error: expect.stringMatching(/open fail/i) });
      });
    } finally {
      await picky.stop();
    }
  });

  it('takes a lost connection for no answer about the port', async () => {
    const dial = await reached([sshd.hop(), behind.hop()], async (reach) => reach.dial);
    expect(await dial(open, 500)).not.toBe('refused');
    expect(await dial(open, 500)).not.toBe('open');
  });
});
