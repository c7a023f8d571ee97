import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostConfig } from '../../../../src/config/schema.js';
import { type Hop, resolveTarget } from '../../../../src/host/ssh/target.js';

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'vdb-target-'));
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

async function homeWith(files: Record<string, string>): Promise<string> {
  const home = await mkdtemp(join(root, 'home-'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(home, name)), { recursive: true });
    await writeFile(join(home, name), text);
  }
  return home;
}

async function hopsOf(
  changes: Partial<HostConfig>,
  config = '',
  env: NodeJS.ProcessEnv = {},
): Promise<{ home: string; hops: readonly Hop[]; host: Hop }> {
  const home = await homeWith({ '.ssh/config': config });
  const { hops } = await resolveTarget(hostConfig(changes), { HOME: home, USER: 'me', ...env });
  return { home, hops, host: hops.at(-1)! };
}

function hostConfig(changes: Partial<HostConfig>): HostConfig {
  return {
    name: 'test',
    address: 'db',
    connection: 'ssh',
    agent: true,
    host_key: 'strict',
    use_ssh_config: true,
    connect_timeout_seconds: 15,
    ...changes,
  };
}

const ALIAS = `
Host db
  HostName db.example
  Port 2222
  User ubuntu
  IdentityFile ~/.ssh/db
  IdentitiesOnly yes
  UserKnownHostsFile ~/.ssh/db_hosts
  HostKeyAlias the-db
`;

describe('resolveTarget', () => {
  it('prefers what the configuration says, even where it is the usual value', async () => {
    const { home, host } = await hopsOf({ user: 'root', port: 22, known_hosts: '~/.ssh/known_hosts' }, ALIAS);
    expect(host).toMatchObject({ user: 'root', port: 22, knownHosts: [join(home, '.ssh/known_hosts')] });
  });

  it('needs no ~/.ssh/config', async () => {
    const home = await homeWith({});
    const { hops, label } = await resolveTarget(hostConfig({}), { HOME: home });
    expect(label).toBe('root@db:22');
    expect(hops).toEqual([
      expect.objectContaining({
        knownHosts: [join(home, '.ssh/known_hosts'), '/etc/ssh/ssh_known_hosts'],
        otherIdentities: ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => join(home, '.ssh', name)),
        connectTimeoutMs: 15_000,
      }),
    ]);
    expect(hops[0]).not.toHaveProperty('agentSocket');
  });

  it('follows an alias', async () => {
    const { home, host } = await hopsOf({}, ALIAS);
    expect(host).toMatchObject({
      label: 'ubuntu@db.example:2222',
      address: 'db.example',
      hostKeyName: 'the-db',
      hostKeyPort: 22,
      otherIdentities: [join(home, '.ssh/db')],
      identitiesOnly: true,
      knownHosts: [join(home, '.ssh/db_hosts'), '/etc/ssh/ssh_known_hosts'],
    });
  });

  it('lets the configuration of vdb win', async () => {
    const changes = {
      user: 'ops',
      port: 2200,
      identity_file: '~/key',
      identity_passphrase: 'p',
      known_hosts: '~/kh',
    };
    const { home, host } = await hopsOf(changes, ALIAS);
    expect(host).toMatchObject({
      label: 'ops@db.example:2200',
      identity: { path: join(home, 'key'), passphrase: 'p' },
      otherIdentities: [],
      knownHosts: [join(home, 'kh')],
    });
  });

  it('leaves ~/.ssh/config alone when told so', async () => {
    const { host } = await hopsOf({ use_ssh_config: false }, ALIAS);
    expect(host.label).toBe('root@db:22');
  });

  it('offers the agent unless it is switched off', async () => {
    const env = { SSH_AUTH_SOCK: '/agent' };
    expect((await hopsOf({}, '', env)).host.agentSocket).toBe('/agent');
    expect((await hopsOf({ agent: false }, '', env)).host).not.toHaveProperty('agentSocket');
    expect((await hopsOf({}, 'Host *\n IdentityAgent none', env)).host).not.toHaveProperty('agentSocket');
    expect((await hopsOf({}, 'Host *\n IdentityAgent /other', env)).host.agentSocket).toBe('/other');
  });

  it('goes through the hosts of proxy_jump in order', async () => {
    const { hops } = await hopsOf({ proxy_jump: 'ops@one:2201, two,[2001:db8::1]:2203' });
    expect(hops.map((hop) => hop.label)).toEqual([
      'ops@one:2201',
      'me@two:22',
      'me@2001:db8::1:2203',
      'root@db:22',
    ]);
  });

  it('resolves each host on the way by ~/.ssh/config too', async () => {
    const config = `
Host db
  ProxyJump inner
Host inner
  HostName inner.example
  User gate
  ProxyJump outer
Host outer
  HostName outer.example
  Port 2222
`;
    const { hops } = await hopsOf({}, config);
    expect(hops.map((hop) => hop.label)).toEqual([
      'me@outer.example:2222',
      'gate@inner.example:22',
      'root@db:22',
    ]);
  });

  it('uses identity_file for the host alone: the hosts in between have keys of their own', async () => {
    const config = 'Host bastion\n  IdentityFile ~/.ssh/bastion\n';
    const changes = { identity_file: '~/key', proxy_jump: 'bastion,other' };
    const { home, hops } = await hopsOf(changes, config);
    const [bastion, other, host] = hops;
    expect(bastion?.otherIdentities).toEqual([join(home, '.ssh/bastion')]);
    expect(other?.otherIdentities).toContain(join(home, '.ssh/id_ed25519'));
    expect([bastion?.identity, other?.identity]).toEqual([undefined, undefined]);
    expect(host).toMatchObject({ identity: { path: join(home, 'key') }, otherIdentities: [] });
  });

  it.each<[string, Partial<HostConfig>, string]>([
    ['what is the default left out', {}, 'ssh -p 2222 ubuntu@db'],
    [
      'key and known hosts of the configuration',
      { user: 'ops', port: 2200, identity_file: '/k/id', known_hosts: '/k/hosts' },
      'ssh -p 2200 -i /k/id -o IdentitiesOnly=yes -o UserKnownHostsFile=/k/hosts ops@db',
    ],
    [
      'no ~/.ssh/config, no agent, a new key',
      { use_ssh_config: false, agent: false, host_key: 'accept-new' },
      'ssh -F none -p 22 -o IdentityAgent=none -o StrictHostKeyChecking=accept-new root@db',
    ],
    [
      'paths with spaces',
      { identity_file: '/a b/id', known_hosts: '/a b/hosts' },
      `ssh -p 2222 -i '/a b/id' -o IdentitiesOnly=yes -o 'UserKnownHostsFile="/a b/hosts"' ubuntu@db`,
    ],
    [
      'the hosts in between',
      { proxy_jump: 'ops@one:2201, two' },
      'ssh -p 2222 -J ops@one:2201,two ubuntu@db',
    ],
  ])('knows the command that a person types, with %s', async (_, changes, command) => {
    expect((await hopsOf(changes, ALIAS)).host.byHand).toBe(command);
  });

  it('knows the command for each host in between, through those before it', async () => {
    const { hops } = await hopsOf({ proxy_jump: 'ops@one:2201, two', identity_file: '/k/id' });
    expect(hops.slice(0, 2).map(({ byHand }) => byHand)).toEqual([
      'ssh -p 2201 ops@one',
      'ssh -p 22 -J ops@one:2201 me@two',
    ]);
  });

  it('goes directly when proxy_jump is none', async () => {
    expect((await hopsOf({ proxy_jump: 'none' }, 'Host db\n ProxyJump x')).hops).toHaveLength(1);
  });

  it('refuses a way that leads in circles', async () => {
    const config = 'Host a\n ProxyJump b\nHost b\n ProxyJump a\nHost db\n ProxyJump a\n';
    await expect(hopsOf({}, config)).rejects.toMatchObject({
      details: { code: 'host.proxy-jump', exitCode: 2 },
    });
  });

  it('refuses a proxy_jump that it cannot read', async () => {
    await expect(hopsOf({ proxy_jump: 'one two' })).rejects.toMatchObject({
      details: { code: 'host.proxy-jump' },
    });
    await expect(hopsOf({ proxy_jump: 'one:99999' })).rejects.toMatchObject({
      details: { code: 'host.proxy-jump' },
    });
  });

  it('does not silently ignore a ProxyCommand', async () => {
    const config = 'Host db\n  ProxyCommand nc -X connect %h %p\n';
    await expect(hopsOf({}, config)).rejects.toMatchObject({
      details: { code: 'host.proxy-command', exitCode: 2 },
    });
    expect((await hopsOf({ proxy_jump: 'none' }, config)).hops).toHaveLength(1);
    expect((await hopsOf({}, 'Host db\n  ProxyCommand none\n')).hops).toHaveLength(1);
  });

  it('reads what ~/.ssh/config includes', async () => {
    const home = await homeWith({
      '.ssh/config': 'Include conf.d/*.conf ~/more\n',
      '.ssh/conf.d/one.conf': 'Host db\n  HostName included.example\n',
      '.ssh/conf.d/ignored.txt': 'Host db\n  Port 1\n',
      more: 'Host *\n  User included\n',
    });
    const { label } = await resolveTarget(hostConfig({}), { HOME: home });
    expect(label).toBe('included@included.example:22');
  });

  it('runs no program that ~/.ssh/config names', async () => {
    const mark = join(root, 'ran');
    const { host } = await hopsOf({}, `Match exec "touch ${mark}"\n  User evil\n`);
    expect(host.user).toBe('root');
    await expect(rm(mark)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
