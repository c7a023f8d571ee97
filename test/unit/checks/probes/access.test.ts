import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accounts, sudoRules, superusers } from '../../../../src/checks/probes/accounts.js';
import { hostKeys } from '../../../../src/checks/probes/host-keys.js';
import { placeholders } from '../../../../src/checks/probes/placeholders.js';
import { secretExposure } from '../../../../src/checks/probes/secret-exposure.js';
import { sshdLogin } from '../../../../src/checks/probes/sshd.js';
import { ask, observe } from '../../../../src/host/probe.js';
import { localHost } from '../local-host.js';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "vdb it's-"));
});

afterAll(() => rm(directory, { recursive: true }));

async function write(name: string, ...lines: string[]): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, `${lines.join('\n')}\n`);
  return path;
}

describe('sshdLogin', () => {
  const SETTINGS = 'permitrootlogin no\npasswordauthentication no\nkbdinteractiveauthentication no\n';

  function parsed(root: string, nobody: string, files = '', loaded = 'once') {
    const text = `@ root\n${root}@ nobody\n${nobody}@ files\n${files}@ loaded\n${loaded}\n@ end\n`;
    return sshdLogin.parse(text, [null])[0];
  }

  it('reads what holds for root and for others', () => {
    const open = SETTINGS.replace('permitrootlogin no', 'permitrootlogin yes').replace('no\nkbd', 'yes\nkbd');
    expect(parsed(open, SETTINGS)).toEqual({
      status: 'known',
      value: { rootLogin: 'yes', rootPassword: true, passwords: [], matches: [], changed: [] },
    });
  });

  it('finds the Match blocks that loosen it, each to the end of its file', () => {
    const files = [
      'file',
      'PasswordAuthentication no',
      'Match User deploy',
      '  passwordauthentication yes',
      'Match Address 10.0.0.0/8,192.168.0.0/16',
      '  PermitRootLogin  "yes"',
      '  ChallengeResponseAuthentication=yes',
      'Match all',
      '  PasswordAuthentication yes',
      'Match User last',
      'file',
      'PasswordAuthentication yes',
      '',
    ].join('\n');
    expect(parsed(SETTINGS, SETTINGS, files)).toMatchObject({
      value: {
        matches: [
          { criteria: 'User deploy', setting: 'passwordauthentication' },
          { criteria: 'Address 10.0.0.0/8,192.168.0.0/16', setting: 'permitrootlogin' },
          { criteria: 'Address 10.0.0.0/8,192.168.0.0/16', setting: 'kbdinteractiveauthentication' },
        ],
      },
    });
  });

  it.each([
    ['once', []],
    ['each', []],
    [
      'once\n/etc/ssh/sshd_config.d\n/etc/ssh/sshd_config.d/a.conf',
      ['/etc/ssh/sshd_config.d', '/etc/ssh/sshd_config.d/a.conf'],
    ],
    ['unknown', null],
  ])('reads %j as what changed since sshd read it', (loaded, changed) => {
    expect(parsed(SETTINGS, SETTINGS, '', loaded)).toMatchObject({ value: { changed } });
  });

  it('knows that there is no sshd, and reads nothing into half an answer', () => {
    expect(sshdLogin.parse('absent\n', [null])).toEqual([{ status: 'known', value: null }]);
    expect(() => parsed('permitrootlogin no\n', SETTINGS)).toThrow('passwordauthentication');
    expect(() => sshdLogin.parse(`@ root\n${SETTINGS}`, [null])).toThrow();
    expect(() => sshdLogin.parse('', [null])).toThrow();
    expect(() => parsed(SETTINGS, SETTINGS, '', '')).toThrow('when sshd read');
  });
});

describe('hostKeys', () => {
  it('reads keys without their comments', () => {
    expect(hostKeys.parse('ssh-ed25519 AAAAx root@one\necdsa-sha2-nistp256 AAAAy\nend\n', [null])).toEqual([
      { status: 'known', value: ['ssh-ed25519 AAAAx', 'ecdsa-sha2-nistp256 AAAAy'] },
    ]);
  });

  it.each(['', 'ssh-ed25519 AAAAx\n', 'unreadable /etc/ssh/ssh_host_rsa_key\nend\n'])(
    'reads nothing into %j',
    (stdout) => expect(() => hostKeys.parse(stdout, [null])).toThrow(),
  );
});

describe('accounts', () => {
  it('reads shell, password, groups and sudo', () => {
    const lines = [
      '/usr/sbin/nologin|L|redis|no',
      '/bin/bash|P|postgres ssl-cert sudo|yes',
      '/bin/sh|NP|a|none',
    ];
    expect(accounts.parse([...lines, 'absent', ''].join('\n'), ['a', 'b', 'c', 'd'])).toEqual([
      {
        status: 'known',
        value: { shell: '/usr/sbin/nologin', locked: true, groups: ['redis'], sudo: false },
      },
      {
        status: 'known',
        value: { shell: '/bin/bash', locked: false, groups: ['postgres', 'ssl-cert', 'sudo'], sudo: true },
      },
      { status: 'known', value: { shell: '/bin/sh', locked: false, groups: ['a'], sudo: null } },
      { status: 'known', value: null },
    ]);
  });

  it.each(['', 'unreadable', '/bin/sh||a|no', '/bin/sh|L||no', '/bin/sh|L|a|', 'sh|L|a|no'])(
    'is unknown for %j',
    (line) => expect(accounts.parse(`${line}\n`, ['a'])[0]?.status).toBe('unknown'),
  );

  it('sees that an account does not exist, and root', async () => {
    const [nobody, root] = await observe(localHost(), [ask(accounts, 'vdb-nobody'), ask(superusers, null)]);
    expect(nobody).toEqual({ status: 'known', value: null });
    expect(root).toMatchObject({ status: 'known', value: expect.arrayContaining(['root']) });
  });

  it('takes no list without root for a list', () => {
    expect(() => superusers.parse('', [null])).toThrow();
  });
});

describe('sudoRules', () => {
  it.each([
    [
      'exit 0\n/etc/sudoers: parsed OK\n/etc/sudoers.d/a: parsed OK\n',
      { valid: true, said: '2 files parsed' },
    ],
    [
      'exit 1\n/etc/sudoers: parsed OK\n/etc/sudoers.d/b:1:8: syntax error\n',
      { valid: false, said: '/etc/sudoers.d/b:1:8: syntax error' },
    ],
    ['absent\n', null],
  ])('reads %j', (stdout, value) => {
    expect(sudoRules.parse(stdout, [null])).toEqual([{ status: 'known', value }]);
  });

  it.each(['', 'exit 0\n', 'visudo: not found\n'])('reads nothing into %j', (stdout) => {
    expect(() => sudoRules.parse(stdout, [null])).toThrow();
  });
});

describe('secretExposure', () => {
  it('finds a secret in the arguments of a process, counts what it looked for, and says neither', async () => {
    const secret = randomUUID();
    const quoted = `${randomUUID()}\\"${randomUUID()}`;
    const header = await write('header', `x-api-key: ${secret}`);
    const yaml = await write(
      'slot.yaml',
      'service:',
      `  api_key: "${quoted}"`,
      `  read_only_api_key: "short"`,
    );
    const dollar = `${randomUUID()}$`;
    const env = await write(
      '.env',
      'POSTGRES_USER=a_long_name',
      `POSTGRES_PASSWORD="${dollar.replace('$', '\\$')}"`,
    );
    const [one, two, three] = [secret, quoted.replace('\\"', '"'), dollar].map((each) =>
      spawn('bash', ['-c', 'sleep 60; :', each]),
    );
    try {
      const [seen] = await observe(localHost(), [ask(secretExposure, [header, yaml, env])]);
      expect(seen).toMatchObject({
        status: 'known',
        value: {
          sources: new Map([
            [header, 1],
            [yaml, 1],
            [env, 1],
          ]),
          processes: expect.arrayContaining([one, two, three].map((each) => `${each?.pid} bash`)),
          files: [],
        },
      });
      expect(JSON.stringify(seen)).not.toContain(secret);
    } finally {
      one?.kill();
      two?.kill();
      three?.kill();
    }
  });

  it('takes the only line of a file for its secret, and the password of a file of passwords', async () => {
    const [bare, password] = [randomUUID(), randomUUID()];
    const key = await write('key', bare);
    const passwords = await write('passwords.json', `{"redis://127.0.0.1:6379":"${password}"}`);
    const lines = await write('lines', `a line of ${randomUUID()}`, 'and another one');
    const process = spawn('bash', ['-c', 'sleep 60; :', `${bare}${password}`]);
    try {
      for (const path of [key, passwords]) {
        const [seen] = await observe(localHost(), [ask(secretExposure, [path])]);
        expect(seen).toMatchObject({
          value: {
            sources: new Map([[path, 1]]),
            processes: expect.arrayContaining([`${process.pid} bash`]),
          },
        });
      }
      const [other] = await observe(localHost(), [ask(secretExposure, [key, lines])]);
      expect(other).toMatchObject({
        value: {
          sources: new Map([
            [key, 1],
            [lines, 0],
          ]),
        },
      });
    } finally {
      process.kill();
    }
  });

  it('is unknown when a file cannot be read, or holds no secret, or the answer is cut', async () => {
    const empty = await write('empty', 'requirepass ""');
    const [missing, none] = await Promise.all(
      [[join(directory, 'missing')], [empty]].map(async (paths) => {
        const [seen] = await observe(localHost(), [ask(secretExposure, paths)]);
        return seen?.status;
      }),
    );
    expect([missing, none]).toEqual(['unknown', 'unknown']);
    expect(secretExposure.parse('source 1 /a\nprocess 1 x\n', [['/a']])[0]?.status).toBe('unknown');
    expect(secretExposure.parse('', [['/a']])[0]?.status).toBe('unknown');
  });
});

describe('placeholders', () => {
  async function foundIn(...lines: string[]): Promise<number[]> {
    const path = await write('settings', ...lines);
    const [seen] = await observe(localHost(), [ask(placeholders, [path])]);
    if (seen?.status !== 'known') throw new Error(JSON.stringify(seen));
    const { looked, found } = seen.value as { looked: string[]; found: string[] };
    expect(looked).toEqual([path]);
    return found.map((each) => Number(each.slice(path.length + 1)));
  }

  it.each([
    'POSTGRES_PASSWORD=secure_password_123',
    "POSTGRES_PASSWORD='changeme'",
    '  api_key: "your-api-key"',
    'requirepass change-me!',
    'DB_PASSWD = Password1',
    '"secret_key": "xxxxxxxx",',
    'token: <your token>',
    'password: aaaaaaaa # for now',
    'DATABASE_URL=postgresql://user:secure_password_123@db/x',
    'url = redis://:changeme@localhost',
    'connect(password=os.getenv("P", "secure_password_123"))',
  ])('finds %j', async (line) => {
    expect(await foundIn('# first', line)).toEqual([2]);
  });

  it.each([
    '# POSTGRES_PASSWORD=secure_password_123',
    'POSTGRES_PASSWORD=Zm9vYmFyYmF6cXV4',
    'api_key_auth: true',
    'password: changemeZm9vYmFyYmF6',
    'user: admin',
    'enforce_password: required',
    'url = redis://:Zm9vYmFyYmF6@localhost',
  ])('does not find %j', async (line) => {
    expect(await foundIn(line)).toEqual([]);
  });

  it('looks into directories but not into programs of others, and knows what is not there', async () => {
    await mkdir(join(directory, 'tree', 'venv'), { recursive: true });
    await write('tree/a', 'password=changeme');
    await write('tree/venv/b', 'password=changeme');
    const paths = [join(directory, 'tree'), join(directory, 'missing')];
    const [seen] = await observe(localHost(), [ask(placeholders, paths)]);
    expect(seen).toEqual({
      status: 'known',
      value: { looked: [paths[0]], found: [`${paths[0]}/a:1`] },
    });
  });

  it('reads nothing into an answer that was cut', () => {
    expect(() => placeholders.parse('looked /a\n', [['/a']])).toThrow();
  });
});
