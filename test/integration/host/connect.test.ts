import { execFile } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostConfig } from '../../../src/config/schema.js';
import { Gate } from '../../../src/host/gate.js';
import { openHost } from '../../../src/host/open.js';
import { sh } from '../../../src/host/shell.js';
import { type Hop, resolveTarget } from '../../../src/host/ssh/target.js';
import { connectSsh } from '../../../src/host/ssh/transport.js';
import { startProxy } from '../../support/proxy.js';
import {
  freePort,
  generateKey,
  sshdMissing,
  startSshd,
  type TestSshd,
  targetOf,
} from '../../support/sshd.js';

const run = promisify(execFile);
const missing = await sshdMissing();
if (missing) console.warn(`skipped: ${missing}`);

describe.skipIf(missing)('connecting over ssh', () => {
  let sshd: TestSshd;
  let directory: string;

  beforeAll(async () => {
    sshd = await startSshd();
    directory = await mkdtemp(join(tmpdir(), 'vdb-connect-'));
  });
  afterAll(async () => {
    await sshd.stop();
    await rm(directory, { recursive: true, force: true });
  });

  /** Connects, runs one command, and returns what it printed. */
  async function greet(...hops: [Hop, ...Hop[]]): Promise<string> {
    const transport = await connectSsh(targetOf(...hops));
    try {
      return (await transport.exec('echo hello')).stdout;
    } finally {
      await transport.close();
    }
  }

  async function knownHosts(text: string): Promise<string[]> {
    const path = join(directory, `known_hosts.${randomBytes(4).toString('hex')}`);
    await writeFile(path, text);
    return [path];
  }

  function failure(code: string, exitCode = 4): object {
    return { details: { code, exitCode } };
  }

  describe('proves who it is', () => {
    it('with a key of the agent', async () => {
      await withAgent([join(sshd.directory, 'id')], async (agentSocket) => {
        const { identity: _, ...hop } = sshd.hop({ agentSocket, identitiesOnly: false });
        expect(await greet(hop)).toBe('hello\n');
      });
    });

    it('with a key file although the agent cannot be reached', async () => {
      expect(await greet(sshd.hop({ agentSocket: join(directory, 'no-agent') }))).toBe('hello\n');
    });

    it('with a named key although the agent holds more keys than sshd tries', async () => {
      const keys = Array.from({ length: 8 }, (_, i) => join(directory, `crowd${i}`));
      await Promise.all(keys.map((key) => generateKey(key)));
      await withAgent(keys, async (agentSocket) => {
        expect(await greet(sshd.hop({ agentSocket, identitiesOnly: false }))).toBe('hello\n');
      });
    });

    it('with an encrypted key and its passphrase', async () => {
      const path = await encryptedKey();
      expect(await greet(sshd.hop({ identity: { path, passphrase: 'correct horse' } }))).toBe('hello\n');
    });

    it('with an encrypted key that the agent holds', async () => {
      const path = join(directory, 'held');
      await writeFile(`${path}.pub`, await readFile(join(sshd.directory, 'id.pub')));
      await writeFile(path, await readFile(await encryptedKey()), { mode: 0o600 });
      await withAgent([join(sshd.directory, 'id')], async (agentSocket) => {
        expect(await greet(sshd.hop({ agentSocket, identity: { path } }))).toBe('hello\n');
      });
    });

    it('not with an encrypted key without its passphrase, and says so', async () => {
      const path = await encryptedKey();
      await expect(greet(sshd.hop({ identity: { path } }))).rejects.toMatchObject(
        failure('host.passphrase-missing', 2),
      );
      await expect(greet(sshd.hop({ identity: { path, passphrase: 'wrong' } }))).rejects.toMatchObject(
        failure('host.passphrase-wrong', 2),
      );
    });

    it('not with a key file that does not exist, and says so', async () => {
      const identity = { path: join(directory, 'absent') };
      await expect(greet(sshd.hop({ identity }))).rejects.toMatchObject(failure('host.identity-missing', 2));
    });

    it('never twice with a key that is refused', async () => {
      const path = join(directory, 'stranger');
      await generateKey(path);
      let retries = 0;
      const onRetry = (): number => retries++;
      const refused = connectSsh(targetOf(sshd.hop({ identity: { path } })), { onRetry });
      await expect(refused).rejects.toMatchObject(failure('host.auth-failed'));
      await expect(refused).rejects.toMatchObject({ details: { meaning: expect.stringContaining(path) } });
      expect(retries).toBe(0);
    });

    async function encryptedKey(): Promise<string> {
      const path = join(directory, `encrypted${randomBytes(4).toString('hex')}`);
      await generateKey(path, { passphrase: 'correct horse' });
      const keys = join(sshd.directory, 'authorized_keys');
      await writeFile(keys, await readFile(`${path}.pub`), { flag: 'a' });
      await rm(`${path}.pub`);
      return path;
    }
  });

  describe('makes sure who the host is', () => {
    it('by a hashed entry', async () => {
      const salt = randomBytes(20);
      const hash = createHmac('sha1', salt).update(`[127.0.0.1]:${sshd.port}`).digest('base64');
      const files = await knownHosts(`|1|${salt.toString('base64')}|${hash} ${sshd.hostKey}\n`);
      expect(await greet(sshd.hop({ knownHosts: files }))).toBe('hello\n');
    });

    it('and refuses a key that nobody has vouched for', async () => {
      const files = await knownHosts('');
      const refused = greet(sshd.hop({ knownHosts: files }));
      await expect(refused).rejects.toMatchObject(failure('host.key-unknown'));
      await expect(refused).rejects.toThrow(await ownFingerprint());
    });

    it('and refuses a key that has changed, naming the entry and both keys', async () => {
      const other = join(directory, 'other-host-key');
      await generateKey(other);
      const files = await knownHosts(`# first\n${entry(await readFile(`${other}.pub`, 'utf8'))}`);
      for (const hostKey of ['strict', 'accept-new'] as const) {
        const error = await greet(sshd.hop({ knownHosts: files, hostKey })).catch((reason) => reason);
        expect(error).toMatchObject(failure('host.key-changed'));
        expect(error.details.meaning).toContain(`${files[0]}:2`);
        expect(error.details.meaning).toContain(await ownFingerprint());
        expect(error.details.meaning.match(/SHA256:/g)).toHaveLength(2);
      }
    });

    it('and refuses a key of another type than the one it knows', async () => {
      const other = join(directory, 'ecdsa-host-key');
      await generateKey(other, { type: 'ecdsa' });
      const files = await knownHosts(entry(await readFile(`${other}.pub`, 'utf8')));
      await expect(greet(sshd.hop({ knownHosts: files, hostKey: 'accept-new' }))).rejects.toMatchObject(
        failure('host.key-changed'),
      );
    });

    it('and refuses a revoked key', async () => {
      const files = await knownHosts(`@revoked * ${sshd.hostKey}\n${entry(sshd.hostKey)}`);
      await expect(greet(sshd.hop({ knownHosts: files }))).rejects.toMatchObject(failure('host.key-revoked'));
    });

    it('and asks for the type of key that it knows', async () => {
      const rsa = join(directory, 'rsa-host-key');
      await generateKey(rsa, { type: 'rsa' });
      const both = await startSshd({ config: `HostKey ${rsa}` });
      try {
        const known = `[127.0.0.1]:${both.port} ${await readFile(`${rsa}.pub`, 'utf8')}`;
        expect(await greet(both.hop({ knownHosts: await knownHosts(known) }))).toBe('hello\n');
      } finally {
        await both.stop();
      }
    });

    it('and writes a new key down when it may, for itself and for ssh', async () => {
      const path = join(directory, 'fresh', 'known_hosts');
      const hop = sshd.hop({ knownHosts: [path], hostKey: 'accept-new' });
      expect(await greet(hop)).toBe('hello\n');
      expect(await readFile(path, 'utf8')).toBe(entry(sshd.hostKey));
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect((await stat(join(directory, 'fresh'))).mode & 0o777).toBe(0o700);
      expect(await greet({ ...hop, hostKey: 'strict' })).toBe('hello\n');
      const { stdout } = await run('ssh-keygen', ['-F', `[127.0.0.1]:${sshd.port}`, '-f', path]);
      expect(stdout).toContain(sshd.hostKey);
    });

    function entry(publicKey: string): string {
      return `[127.0.0.1]:${sshd.port} ${publicKey.split(' ').slice(0, 2).join(' ')}\n`;
    }

    async function ownFingerprint(): Promise<string> {
      const { stdout } = await run('ssh-keygen', ['-lf', join(sshd.directory, 'host_key.pub')]);
      return stdout.split(' ')[1]!;
    }
  });

  describe('that cannot work', () => {
    it('is tried three times where nothing listens', async () => {
      const port = await freePort();
      const attempts: number[] = [];
      const refused = connectSsh(targetOf(sshd.hop({ port })), {
        onRetry: ({ attempt }) => attempts.push(attempt),
      });
      await expect(refused).rejects.toMatchObject(failure('host.unreachable'));
      expect(attempts).toEqual([1, 2]);
    });

    it('succeeds at the second attempt when the host comes back', async () => {
      const flaky = await startProxy(sshd.port, (n) => n === 1);
      const files = await knownHosts(`[127.0.0.1]:${flaky.port} ${sshd.hostKey}\n`);
      try {
        expect(await greet(sshd.hop({ port: flaky.port, knownHosts: files }))).toBe('hello\n');
        expect(flaky.accepted).toBe(2);
      } finally {
        flaky.stop();
      }
    });

    it('says which name cannot be resolved, at once', async () => {
      const started = performance.now();
      const refused = greet(sshd.hop({ address: 'no-such-host.invalid' }));
      await expect(refused).rejects.toMatchObject(failure('host.unreachable'));
      await expect(refused).rejects.toThrow('no-such-host.invalid');
      expect(performance.now() - started).toBeLessThan(9000);
    });

    it('says which command to try by hand, and it works once somebody answers', async () => {
      const directory = await mkdtemp(join(tmpdir(), 'vdb by hand '));
      const paths = { identity_file: join(directory, 'id'), known_hosts: join(directory, 'hosts') };
      await writeFile(paths.identity_file, await readFile(join(sshd.directory, 'id')), { mode: 0o600 });
      await writeFile(paths.known_hosts, await readFile(join(sshd.directory, 'known_hosts')));
      const named = { address: '127.0.0.1', user: sshd.user, use_ssh_config: false, ...paths };
      const target = await resolveTarget(hostConfig({ ...named, port: sshd.port }), { HOME: directory });
      try {
        const refused = connectSsh({ ...target, hops: [{ ...target.hops[0], port: await freePort() }] });
        const { details } = await refused.then(
          () => Promise.reject(new Error('connected')),
          (error: { details: { next: string } }) => error,
        );
        const command = details.next.replace(/^.*: (?=ssh )/, '');
        const options = '-o BatchMode=yes -o StrictHostKeyChecking=yes';
        const { stdout } = await run('bash', [
          '-c',
          `${command.replace('ssh', `ssh ${options}`)} echo hello`,
        ]);
        expect(stdout).toBe('hello\n');
      } finally {
        await rm(directory, { recursive: true });
      }
    });

    it('gives up on a host that accepts and says nothing', async () => {
      const silent = createServer(() => {});
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
      const { port } = silent.address() as { port: number };
      try {
        const refused = greet(sshd.hop({ port, connectTimeoutMs: 300 }));
        await expect(refused).rejects.toMatchObject(failure('host.unreachable'));
      } finally {
        silent.close();
      }
    });
  });

  describe('through another host', () => {
    it('verifies both', async () => {
      const behind = await startSshd();
      try {
        expect(await greet(sshd.hop(), behind.hop())).toBe('hello\n');
        const unknown = await knownHosts('');
        const jump = sshd.hop({ knownHosts: unknown, label: 'the jump host' });
        await expect(greet(jump, behind.hop())).rejects.toMatchObject({
          details: { code: 'host.key-unknown', host: 'the jump host' },
        });
      } finally {
        await behind.stop();
      }
    });

    it('that the aliases of ~/.ssh/config describe', async () => {
      const behind = await startSshd();
      try {
        const home = await homeWith(`
Include conf.d/*.conf
Host target
  HostName 127.0.0.1
  Port ${behind.port}
  User ${behind.user}
  IdentityFile ~/id
  UserKnownHostsFile ${behind.directory}/known_hosts
  ProxyJump gateway`);
        await mkdir(join(home, '.ssh/conf.d'));
        await writeFile(
          join(home, '.ssh/conf.d/gateway.conf'),
          `Host gateway
  HostName 127.0.0.1
  Port ${sshd.port}
  User ${sshd.user}
  IdentityFile ${sshd.directory}/id
  UserKnownHostsFile ${sshd.directory}/known_hosts
`,
        );
        await writeFile(join(home, 'id'), await readFile(join(behind.directory, 'id')), { mode: 0o600 });
        const host = await openHost(hostConfig({ address: 'target' }), new Gate(), { env: { HOME: home } });
        try {
          expect(host.target).toBe(`${behind.user}@127.0.0.1:${behind.port}`);
          expect((await host.read(sh`echo hello`)).stdout).toBe('hello\n');
        } finally {
          await host.close();
        }
      } finally {
        await behind.stop();
      }
    });
  });

  it('forwards a port of the host', async () => {
    const answering = createServer((socket: Socket) => socket.end('over there'));
    await new Promise<void>((resolve) => answering.listen(0, '127.0.0.1', resolve));
    const { port } = answering.address() as { port: number };
    const transport = await connectSsh(targetOf(sshd.hop()));
    try {
      const forwarding = await transport.forward(port);
      expect(forwarding.port).not.toBe(port);
      const answers = await Promise.all(Array.from({ length: 20 }, () => readAll(forwarding.port)));
      expect(new Set(answers)).toEqual(new Set(['over there']));
      await forwarding.close();
      await expect(readAll(forwarding.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      const nowhere = await transport.forward(await freePort());
      expect(await readAll(nowhere.port).catch(() => '')).toBe('');
    } finally {
      await transport.close();
      answering.close();
    }
  });

  async function homeWith(config: string): Promise<string> {
    const home = await mkdtemp(join(directory, 'home-'));
    await mkdir(join(home, '.ssh'), { mode: 0o700 });
    await writeFile(join(home, '.ssh/config'), config);
    await chmod(join(home, '.ssh/config'), 0o600);
    return home;
  }
});

function hostConfig(changes: Partial<HostConfig>): HostConfig {
  return {
    name: 'test',
    address: '127.0.0.1',
    connection: 'ssh',
    agent: false,
    host_key: 'strict',
    use_ssh_config: true,
    connect_timeout_seconds: 10,
    ...changes,
  };
}

async function withAgent(keys: string[], work: (socket: string) => Promise<void>): Promise<void> {
  const { stdout } = await run('ssh-agent', ['-s']);
  const [, socket = '', pid = ''] = /SSH_AUTH_SOCK=([^;]+);[\s\S]*SSH_AGENT_PID=(\d+);/.exec(stdout) ?? [];
  try {
    await run('ssh-add', ['-q', ...keys], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
    await work(socket);
  } finally {
    process.kill(Number(pid));
  }
}

async function readAll(port: number): Promise<string> {
  let text = '';
  for await (const chunk of connect({ host: '127.0.0.1', port })) text += chunk;
  return text;
}
