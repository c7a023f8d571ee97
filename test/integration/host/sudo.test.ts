import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostConfig } from '../../../src/config/schema.js';
import { Gate } from '../../../src/host/gate.js';
import type { Host } from '../../../src/host/host.js';
import { takeLock } from '../../../src/host/lock.js';
import { openHost } from '../../../src/host/open.js';
import { sh } from '../../../src/host/shell.js';
import { TimeoutError } from '../../../src/host/transport.js';
import { canIsolate, sshdMissing, startSshd, type TestSshd } from '../../support/sshd.js';

const run = promisify(execFile);
const missing = await why();
if (missing) console.warn(`skipped: ${missing}`);

async function why(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'only root can create accounts';
  if (!existsSync('/usr/bin/sudo')) return 'sudo is not installed';
  if (!(await canIsolate())) return 'sshd cannot have a /run of its own';
  return sshdMissing();
}

describe.skipIf(missing)('becoming root', () => {
  const suffix = randomBytes(3).toString('hex');
  const free = `vdbfree${suffix}`;
  const asked = `vdbask${suffix}`;
  const none = `vdbnone${suffix}`;
  const password = `it's "a" $secret ${randomBytes(8).toString('hex')}`;
  const sudoers = `/etc/sudoers.d/vdb-test-${suffix}`;
  let sshd: TestSshd;

  beforeAll(async () => {
    sshd = await startSshd();
    for (const user of [free, asked, none]) await createUser(user, password);
    await writeFile(sudoers, `${free} ALL=(ALL) NOPASSWD: ALL\n${asked} ALL=(ALL) ALL\n`, { mode: 0o440 });
  });
  afterAll(async () => {
    await rm(sudoers, { force: true });
    for (const user of [free, asked, none]) await run('userdel', ['-f', user]).catch(() => {});
    await sshd?.stop();
  });

  async function asUser<T>(
    user: string,
    sudoPassword: string | undefined,
    work: (host: Host) => Promise<T>,
  ): Promise<T> {
    const config: HostConfig = {
      name: 'test',
      address: '127.0.0.1',
      port: sshd.port,
      user,
      connection: 'ssh',
      identity_file: `${sshd.directory}/id`,
      agent: false,
      known_hosts: `${sshd.directory}/known_hosts`,
      host_key: 'strict',
      use_ssh_config: false,
      connect_timeout_seconds: 10,
      ...(sudoPassword === undefined ? {} : { sudo_password: sudoPassword }),
    };
    const host = await openHost(config, new Gate(), { env: {} });
    try {
      return await work(host);
    } finally {
      await host.close();
    }
  }

  const ways = [
    { way: 'without a password', user: free, secret: undefined },
    { way: 'with a password', user: asked, secret: password },
  ];

  describe.each(ways)('$way', ({ user, secret }) => {
    it('runs commands as root and leaves their input alone', async () => {
      await asUser(user, secret, async (host) => {
        expect((await host.read(sh`id -u`)).stdout).toBe('0\n');
        expect((await host.read(sh`cat`, { stdin: 'first\nsecond\n' })).stdout).toBe('first\nsecond\n');
      });
    });

    it('shows the password in no process', async () => {
      await asUser(user, secret, async (host) => {
        const { stdout } = await host.read(sh`cat /proc/[0-9]*/cmdline | tr '\0' ' '`);
        expect(stdout).toContain('bash -c');
        expect(stdout).not.toContain(password);
      });
    });

    it('takes the lock', async () => {
      await asUser(user, secret, async (host) => {
        const lock = await takeLock(host, { who: 'anna', what: 'test', since: 'now' });
        await host.run({ title: 'look', script: sh`[ "$(id -u)" = 0 ]` });
        await lock.release();
      });
    });

    it('kills what runs as root when the time is up', async () => {
      await asUser(user, secret, async (host) => {
        const mark = `6${String(Math.random()).slice(2, 10)}`;
        const slow = sh`sleep ${mark} & sleep ${mark}; true`;
        await expect(host.read(slow, { timeoutMs: 500 })).rejects.toBeInstanceOf(TimeoutError);
        const left = await host.read(
          sh`cat /proc/[0-9]*/cmdline | tr '\0' ' ' | grep -o ${`sle[e]p ${mark}`} | wc -l`,
        );
        expect(left.stdout.trim()).toBe('0');
      });
    });

    it('streams to root and kills that too', async () => {
      await asUser(user, secret, async (host) => {
        const lock = await takeLock(host, { who: 'anna', what: 'test', since: 'now' });
        const received = await host.run({
          title: 'count',
          script: sh`wc -c`,
          stdin: { file: `${sshd.directory}/id` },
        });
        expect(Number(received.stdout)).toBeGreaterThan(100);
        const stuck = host.run({
          title: 'hang',
          script: sh`sleep 300`,
          stdin: { file: `${sshd.directory}/id` },
          timeoutSeconds: 0.5,
        });
        await expect(stuck).rejects.toBeInstanceOf(TimeoutError);
        await lock.release();
        const next = await takeLock(host, { who: 'anna', what: 'test', since: 'now' });
        await next.release();
      });
    });
  });

  it('fails early without the password', async () => {
    await expect(asUser(asked, undefined, async () => {})).rejects.toMatchObject({
      details: {
        code: 'host.no-sudo',
        exitCode: 4,
        meaning: expect.stringContaining('password is required'),
      },
    });
  });

  it('fails early with a wrong password, and does not repeat it', async () => {
    const error = await asUser(asked, 'wrong password', async () => {}).catch((reason) => reason);
    expect(error).toMatchObject({ details: { code: 'host.sudo-password-wrong', exitCode: 4 } });
    expect(JSON.stringify(error.details)).not.toContain('wrong password');
  });

  it('fails early for an account that sudo does not know', async () => {
    await expect(asUser(none, password, async () => {})).rejects.toMatchObject({
      details: { code: 'host.no-sudo', exitCode: 4 },
    });
  });
});

async function createUser(user: string, password: string): Promise<void> {
  await run('useradd', ['--no-create-home', '--shell', '/bin/sh', user]);
  const child = promisify(execFile)('chpasswd');
  Readable.from([`${user}:${password}\n`]).pipe(child.child.stdin!);
  await child;
}
