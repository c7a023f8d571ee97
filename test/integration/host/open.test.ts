import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Gate } from '../../../src/host/gate.js';
import { openHost } from '../../../src/host/open.js';
import { sh } from '../../../src/host/shell.js';
import { freePort, sshdMissing, startSshd } from '../../support/sshd.js';

const missing = await sshdMissing();

const COMMON = {
  name: 'test',
  user: 'root',
  agent: false,
  host_key: 'strict',
  use_ssh_config: false,
  connect_timeout_seconds: 10,
  known_hosts: '~/.ssh/known_hosts',
  address: '127.0.0.1',
  port: 22,
} as const;

describe('openHost', () => {
  it.skipIf(process.getuid?.() !== 0)('reaches this machine without SSH', async () => {
    const host = await openHost({ ...COMMON, connection: 'local' }, new Gate(), { env: {} });
    expect(host.target).toBe('this machine');
    expect((await host.read(sh`id -u`)).stdout).toBe('0\n');
    await host.close();
  });

  it('tells in words why it tries again, and masks the password of sudo from then on', async () => {
    const gate = new Gate();
    const told: string[] = [];
    const config = {
      ...COMMON,
      connection: 'ssh',
      port: await freePort(),
      sudo_password: 'open sesame',
    } as const;
    const refused = openHost(config, gate, {
      env: { HOME: '/nonexistent' },
      onRetry: (text) => told.push(text),
    });
    await expect(refused).rejects.toMatchObject({ details: { code: 'host.unreachable' } });
    expect(told[0]).toMatch(/connection was refused; next attempt in \d\.\d s/);
    expect(gate.redactor.mask('open sesame')).toBe('[secret]');
  });

  it.skipIf(missing)('lets the process end once the host is closed', async () => {
    const sshd = await startSshd();
    try {
      const before = process.getActiveResourcesInfo().length;
      const config = {
        ...COMMON,
        connection: 'ssh',
        user: sshd.user,
        port: sshd.port,
        identity_file: join(sshd.directory, 'id'),
        known_hosts: join(sshd.directory, 'known_hosts'),
      } as const;
      const host = await openHost(config, new Gate(), { env: {} });
      expect((await host.read(sh`echo hello`)).stdout).toBe('hello\n');
      await host.close();
      await expect
        .poll(() => process.getActiveResourcesInfo().length, { timeout: 3000 })
        .toBeLessThanOrEqual(before);
    } finally {
      await sshd.stop();
    }
  });
});
