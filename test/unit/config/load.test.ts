import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/load.js';
import { VdbError } from '../../../src/errors.js';
import { API_KEY, inDirectory, load, minimal, READ_KEY, refusal } from './helpers.js';

const FILE = `version: 1
hosts:
  - name: db
    address: 127.0.0.1
qdrant:
  api_key: \${file:secrets.yaml#api}
  read_only_api_key: \${env:READ_KEY}
  log_level: WARN
postgres: { enabled: false }
redis: { enabled: false }
gateway: { enabled: false }
`;

const SECRETS = { 'secrets.yaml': { text: `api: ${API_KEY}\n` } };
const ENV = { READ_KEY };

describe('precedence', () => {
  test.each([
    ['the default', minimal(), {}, {}, 'INFO', 'default'],
    [
      'the file',
      { ...minimal(), qdrant: { ...(minimal().qdrant as object), log_level: 'WARN' } },
      {},
      {},
      'WARN',
      'file',
    ],
    ['the environment', minimal(), { VDB__QDRANT__LOG_LEVEL: 'DEBUG' }, {}, 'DEBUG', 'environment'],
    [
      'a flag',
      minimal(),
      { VDB__QDRANT__LOG_LEVEL: 'DEBUG' },
      { qdrant: { log_level: 'ERROR', version: undefined } },
      'ERROR',
      'flag',
    ],
  ])(
    '%s decides when nothing above it says otherwise',
    async (_who, content, env, overrides, level, origin) => {
      const { config, origins } = await load(content, { env, overrides });
      expect(config.qdrant.log_level).toBe(level);
      expect(origins.get('qdrant.log_level')).toBe(origin);
      expect(origins.get('qdrant.version')).toBe('default');
    },
  );
});

describe('the environment', () => {
  test.each([
    ['VDB__HOSTS__0__PORT', '2222', { hosts: [{ port: 2222 }] }],
    ['VDB__QDRANT__CLUSTER__ENABLED', 'false', { qdrant: { cluster: { enabled: false } } }],
    ['VDB__POSTGRES__PASSWORD', '12345678901234567890', { postgres: { password: '12345678901234567890' } }],
    ['VDB__SECURITY__FIREWALL__ALLOW', '[10.0.0.0/8]', { security: { firewall: { allow: ['10.0.0.0/8'] } } }],
    ['VDB__QDRANT__ARTIFACT__FROM', 'emulator', { qdrant: { artifact: { from: 'emulator' } } }],
  ])('%s=%s is understood', async (name, value, expected) => {
    const { config } = await load(minimal(), { env: { [name]: value } });
    expect(config).toMatchObject(expected);
  });

  test('is named by its variable when it is wrong', async () => {
    const { problems } = await refusal(minimal(), { env: { VDB__REDIS__PROT: '1', VDB__REDIS__PORT: 'x' } });
    expect(problems).toEqual([
      { source: 'VDB__REDIS__PORT', path: 'redis.port', message: 'must be a number; found "x"' },
      { source: 'VDB__REDIS__PROT', path: 'redis.prot', message: 'is not a known key; did you mean port?' },
    ]);
  });

  test('of another kind of artefact drops what the file says about the old one', async () => {
    const artifact = { from: 'release', sha256: 'unpinned' };
    const content = { ...minimal(), qdrant: { ...(minimal().qdrant as object), artifact } };
    const { config } = await load(content, { env: { VDB__QDRANT__ARTIFACT__FROM: 'emulator' } });
    expect(config.qdrant.artifact).toEqual({ from: 'emulator' });
  });
});

describe('references', () => {
  test('are resolved, and their values at secret keys are secrets', async () => {
    const { config, secrets } = await load(FILE, { files: SECRETS, env: ENV });
    expect(config.qdrant).toMatchObject({ api_key: API_KEY, read_only_api_key: READ_KEY });
    expect(secrets).toEqual(expect.arrayContaining([API_KEY, READ_KEY]));
  });

  test.each([
    ['env:ACCOUNT', { ACCOUNT: 'root' }],
    ['cmd:echo root', {}],
    ['file:account', {}],
  ])('at a plain key are plain configuration: ${%s}', async (reference, env) => {
    const hosts = [{ name: 'db', address: '127.0.0.1', user: `\${${reference}}` }];
    const files = { account: { text: 'root\n' } };
    const { config, secrets } = await load({ ...minimal(), hosts }, { files, env });
    expect(config.hosts[0]?.user).toBe('root');
    expect(secrets).not.toContain('root');
  });

  test('inside a longer secret are secrets of their own', async () => {
    const redis = { password: 'prefix-${env:PART}' };
    const { secrets } = await load({ ...minimal(), redis }, { env: { PART: 'Q8w2Er5Ty1' } });
    expect(secrets).toEqual(expect.arrayContaining(['Q8w2Er5Ty1', 'prefix-Q8w2Er5Ty1']));
  });

  test('become numbers where the configuration wants numbers', async () => {
    const { config } = await load(`${FILE}monitoring: { prometheus_port: "\${env:PORT}" }\n`, {
      files: SECRETS,
      env: { ...ENV, PORT: '9091' },
    });
    expect(config.monitoring.prometheus_port).toBe(9091);
  });

  test('that fail are reported with their line, all at once', async () => {
    const { problems } = await refusal(FILE, {
      files: { 'secrets.yaml': { text: 'api: x\n', mode: 0o644 } },
    });
    expect(problems).toEqual([
      expect.objectContaining({ line: 6, column: 12, message: expect.stringContaining('chmod 600') }),
      expect.objectContaining({
        line: 7,
        column: 22,
        message: expect.stringContaining('READ_KEY, which is not set'),
      }),
    ]);
  });

  test('that a variable replaces need not resolve', async () => {
    const env = { ...ENV, VDB__QDRANT__API_KEY: API_KEY };
    const { config } = await load(FILE, { env });
    expect(config.qdrant.api_key).toBe(API_KEY);
  });

  test('written out in the file are secrets too', async () => {
    const { secrets } = await load(minimal());
    expect(secrets).toEqual(expect.arrayContaining([API_KEY, READ_KEY]));
  });
});

describe('an address', () => {
  test.each([
    ['https://ci:h%40rd-Guess@index.example.org/simple', ['h%40rd-Guess', 'h@rd-Guess']],
    ['https://Zk3vTq8sXw1mBn6cLd9f42@index.example.org/', ['Zk3vTq8sXw1mBn6cLd9f42']],
  ])('%s has secrets', async (index_url, expected) => {
    const { secrets } = await load({ ...minimal(), python: { index_url } });
    expect(secrets).toEqual(expect.arrayContaining(expected));
  });

  test.each(['https://deploy@index.example.org/', 'https://index.example.org/a@b:c'])(
    '%s has none',
    async (index_url) => {
      const { secrets } = await load({ ...minimal(), python: { index_url } });
      expect(secrets).toEqual((await load(minimal())).secrets);
    },
  );
});

describe('an invalid file', () => {
  test('is refused with file, line, column and path of every problem', async () => {
    const { message, details } = await refusal(`${FILE}qdrnt: 1\nbackup:\n  retention: 30\n`, {
      files: SECRETS,
      env: ENV,
    });
    expect(message.split('\n').slice(1)).toEqual([
      '  vdb.yaml:12:1 qdrnt: is not a known key; did you mean qdrant?',
      '  vdb.yaml:14:14 backup.retention: must be text; found 30',
    ]);
    expect(details).toMatchObject({ code: 'config.invalid', exitCode: 2 });
  });

  test('points at the nearest key around what is missing', async () => {
    const { problems } = await refusal({ ...minimal(), hosts: [{ name: 'a', address: 'x' }, { name: 'b' }] });
    expect(problems).toEqual([expect.objectContaining({ line: 5, path: 'hosts[1].address' })]);
  });

  test('with broken YAML is refused with line and column', async () => {
    const { problems } = await refusal('version: 1\nversion: 1\nhosts: [\n');
    expect(problems.map(({ line }) => line)).toEqual([2, 4]);
  });

  test('of no content says what is missing', async () => {
    const { message } = await refusal('');
    expect(message).toContain('vdb.yaml:1:1 hosts: is missing');
  });
});

describe('a sentinel secret', () => {
  const sentinel = 'sentinel-Zk3vTq8sXw1mBn6';

  test.each([
    ['as a wrong number', `monitoring: { prometheus_port: "\${env:SENTINEL}" }`],
    ['as an alias', `collections: { a: { size: 4, aliases: ["\${env:SENTINEL}", "\${env:SENTINEL}"] } }`],
    ['as an unknown choice', `deployment: { strategy: "\${env:SENTINEL}" }`],
    ['in broken YAML', `paths: { root: "${sentinel}" "${sentinel}" }`],
    ['as a secret of the wrong type', `backup: { retention: x }\nmodels: { a: { url: "\${env:SENTINEL}" } }`],
  ])('%s is not in the error', async (_how, line) => {
    const { message, problems } = await refusal(`${FILE}${line}\n`, {
      files: SECRETS,
      env: { ...ENV, SENTINEL: sentinel },
    });
    expect(problems).not.toEqual([]);
    expect(message).not.toContain('sentinel');
  });
});

describe('paths on this machine', () => {
  test('are relative to the configuration file', async () => {
    const host = { name: 'a', address: 'x', identity_file: 'key', known_hosts: '~/known' };
    const repositories = [
      { name: 'here', type: 'operator', path: 'copies' },
      { name: 'nas', path: '/mnt/nas' },
    ];
    const { config, file } = await load({ ...minimal(), hosts: [host], backup: { repositories } });
    expect(config.backup.repositories.map(({ path }) => path)).toEqual([
      file.replace('vdb.yaml', 'copies'),
      '/mnt/nas',
    ]);
    expect(config.hosts[0]?.identity_file).toBe(file.replace('vdb.yaml', 'key'));
    expect(config.hosts[0]?.known_hosts).toMatch(/^\/.*[^~]\/known$/);
  });
});

test('a missing file says how to make one', async () => {
  await inDirectory(async (cwd) => {
    const error = await loadConfig({ cwd, env: {} }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(VdbError);
    expect((error as VdbError).details).toMatchObject({ code: 'config.missing', exitCode: 2 });
    expect((error as VdbError).details.next).toMatch(/vdb init.*vdb lab up/);
  });
});
