import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Hop, SshTarget } from '../../src/host/ssh/target.js';
import { installPackages } from './packages.js';

const run = promisify(execFile);
const SSHD = '/usr/sbin/sshd';

/** A real sshd on loopback, with keys and configuration of its own in a temporary directory. */
export interface TestSshd {
  port: number;
  /** Holds `id` (an accepted key), `known_hosts`, `authorized_keys`. */
  directory: string;
  user: string;
  /** The public host key, as in known_hosts: `ssh-ed25519 AAAA…`. */
  hostKey: string;
  /** A hop to it that works. */
  hop(changes?: Partial<Hop>): Hop;
  /** The processes that serve connections at the moment. */
  sessions(): Promise<number[]>;
  stop(): Promise<void>;
}

/** Why no sshd can be started here, or undefined when it can. Installs it where that is possible. */
export async function sshdMissing(): Promise<string | undefined> {
  if (existsSync(SSHD)) return undefined;
  const why = await installPackages('openssh-server', 'openssh-client');
  return why === undefined ? undefined : `${SSHD} is missing, and ${why}`;
}

export async function startSshd(options: { config?: string; hostKeyType?: string } = {}): Promise<TestSshd> {
  const directory = await mkdtemp(join(tmpdir(), 'vdb-sshd-'));
  const type = options.hostKeyType ?? 'ed25519';
  await generateKey(join(directory, 'host_key'), { type });
  await generateKey(join(directory, 'id'));
  await writeFile(join(directory, 'authorized_keys'), await readFile(join(directory, 'id.pub')), {
    mode: 0o644,
  });
  const port = await freePort();
  await writeFile(join(directory, 'sshd_config'), sshdConfig(directory, port, options.config ?? ''));
  await chmod(directory, 0o755);
  const [program, ...args] = await daemonCommand(join(directory, 'sshd_config'));
  const daemon = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  daemon.stderr.on('data', (chunk) => {
    log += chunk;
  });
  await answering(port, () => log);
  const hostKey = words(await readFile(join(directory, 'host_key.pub'), 'utf8'), 2);
  const knownHosts = join(directory, 'known_hosts');
  await writeFile(knownHosts, `[127.0.0.1]:${port} ${hostKey}\n`, { mode: 0o600 });
  const user = userInfo().username;
  const stop = async (): Promise<void> => {
    for (const pid of await childrenOf(daemon.pid!)) end(pid);
    daemon.kill('SIGKILL');
    await rm(directory, { recursive: true, force: true });
  };
  const hop = (changes: Partial<Hop> = {}): Hop => ({
    label: `${user}@127.0.0.1:${port}`,
    address: '127.0.0.1',
    port,
    user,
    hostKeyName: '127.0.0.1',
    hostKeyPort: changes.port ?? port,
    hostKey: 'strict',
    knownHosts: [knownHosts],
    identity: { path: join(directory, 'id') },
    otherIdentities: [],
    identitiesOnly: true,
    connectTimeoutMs: 10_000,
    byHand: `ssh -p ${port} ${user}@127.0.0.1`,
    ...changes,
  });
  return { port, directory, user, hostKey, hop, sessions: () => childrenOf(daemon.pid!), stop };
}

/** Whether sshd can be given a /run of its own, so that tests do not share the lock of the machine. */
export async function canIsolate(): Promise<boolean> {
  return run('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/run']).then(
    () => true,
    () => false,
  );
}

async function daemonCommand(config: string): Promise<[string, ...string[]]> {
  const sshd: [string, ...string[]] = [SSHD, '-D', '-e', '-f', config];
  if (!(await canIsolate())) return sshd;
  const setup = 'mount -t tmpfs -o mode=755 tmpfs /run && mkdir -m 755 /run/sshd && exec "$@"';
  return ['unshare', '-m', 'sh', '-c', setup, 'sh', ...sshd];
}

export function targetOf(...hops: [Hop, ...Hop[]]): SshTarget {
  return { label: hops.at(-1)!.label, hops };
}

export async function generateKey(path: string, { type = 'ed25519', passphrase = '' } = {}): Promise<void> {
  await run('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', 'test', '-f', path]);
}

/** With that SHLVL, bash does not read the .bashrc of whoever runs the tests. */
function sshdConfig(directory: string, port: number, more: string): string {
  return `ListenAddress 127.0.0.1
Port ${port}
HostKey ${directory}/host_key
AuthorizedKeysFile ${directory}/authorized_keys
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
AllowTcpForwarding yes
MaxStartups 100
SetEnv SHLVL=5
${more}
`;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answering(port: number, log: () => string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await accepts(port)) return;
    await sleep(50);
  }
  throw new Error(`sshd does not answer on port ${port}:\n${log()}`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('error', () => resolve(false));
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/** The direct children of a process. */
async function childrenOf(parent: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = await Promise.all(pids.map(async (pid) => [pid, await parentOf(pid)] as const));
  return parents.filter(([, of]) => of === parent).map(([pid]) => pid);
}

async function parentOf(pid: number): Promise<number | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

/** Ends a process that a test has started; one that is gone already is fine. */
export function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {}
}

function words(text: string, count: number): string {
  return text.split(/\s+/).slice(0, count).join(' ');
}
