import { describe, expect, it } from 'vitest';
import { redisConf } from '../../../src/resources/redis-conf.js';
import { redisInclude } from '../../../src/resources/redis-include.js';
import { redisRunning } from '../../../src/resources/redis-running.js';
import { redisBytes, renderRedisConf } from '../../../src/services/redis/config.js';
import { runWith } from '../../support/programs.js';

const SETTINGS = {
  port: 6379,
  password: 'pa55word-of-redis',
  maxmemory: '256mb',
  policy: 'allkeys-lru',
  appendonly: true,
  save: ['3600 1', '300 100'],
};
const VALUES = {
  bind: '127.0.0.1 -::1',
  maxmemory: '268435456',
  'maxmemory-policy': 'allkeys-lru',
  appendonly: 'yes',
  save: '3600 1 300 100',
};

describe('renderRedisConf', () => {
  it('renders every setting', () => {
    expect(renderRedisConf(SETTINGS).split('\n').slice(1)).toEqual([
      'bind 127.0.0.1 -::1',
      'protected-mode yes',
      'port 6379',
      'requirepass "pa55word-of-redis"',
      'maxmemory 256mb',
      'maxmemory-policy allkeys-lru',
      'appendonly yes',
      'appendfsync everysec',
      'save 3600 1 300 100',
      'logfile ""',
      '',
    ]);
  });

  it('turns snapshots off with an empty list', () => {
    expect(renderRedisConf({ ...SETTINGS, save: [] })).toContain('\nsave ""\n');
  });

  it.each(['with space', 'with"quote', 'with\\backslash', 'ümlaut'])(
    'refuses the password %j',
    (password) => {
      expect(() => renderRedisConf({ ...SETTINGS, password })).toThrow('redis.conf would have to escape');
    },
  );

  it.each([
    ['256mb', 268_435_456],
    ['2gb', 2_147_483_648],
    ['512kb', 524_288],
    ['1024', 1024],
  ])('reads %s in powers of 1024', (size, bytes) => {
    expect(redisBytes(size)).toBe(bytes);
  });

  it('is a secret file that Redis can read', () => {
    const resource = redisConf(SETTINGS);
    expect(JSON.stringify(resource.diff(null))).not.toContain(SETTINGS.password);
    const [command] = resource.apply(resource.diff(null)!, null);
    expect(command?.script.source).toContain('chown root:redis "$t"\nchmod 0640 "$t"');
  });
});

describe('redisInclude', () => {
  const resource = redisInclude();

  it.each([
    ['an include at the end', { last: 'include /etc/redis/vdb.conf' }, undefined],
    ['a setting after the include', { last: 'maxmemory 1gb' }, 'update'],
    ['a Redis that comes later', null, 'update'],
  ])('judges %s', (_, have, action) => {
    expect(resource.diff(have)?.action).toBe(action);
  });

  it('does not show a value of the file, which may be a password', () => {
    expect(JSON.stringify(resource.diff({ last: 'requirepass secret' }))).not.toContain('secret');
  });
});

describe('redisRunning', () => {
  const resource = redisRunning(SETTINGS);
  const running = { loading: false, open: false, values: VALUES };

  it.each([
    ['a server as wanted', running, undefined, undefined],
    ['another limit', { ...running, values: { ...VALUES, maxmemory: '0' } }, 'update', ['maxmemory']],
    ['an open server', { ...running, open: true }, 'update', ['requirepass']],
    ['another password', { ...running, values: null }, 'restart', undefined],
    ['a server that will start with its file', null, undefined, undefined],
  ])('judges %s', (_, have, action, fields) => {
    const change = resource.diff(have);
    expect(change?.action).toBe(action);
    expect(change?.fields?.map(({ field }) => field)).toEqual(fields);
  });

  it('waits for a server that loads its data, then sets everything, and never restarts it', () => {
    const have = { loading: true, open: false, values: null };
    const change = resource.diff(have)!;
    const [wait, set, ...more] = resource.apply(change, have);
    expect(change.action).toBe('run');
    expect(more).toEqual([]);
    expect(wait?.script.source).not.toContain('systemctl');
    expect(set?.stdin).toContain('maxmemory "268435456"');
    expect(set?.stdin).toContain('requirepass "pa55word-of-redis"');
    expect(JSON.stringify(change)).not.toContain(SETTINGS.password);
  });

  it('sets what differs at once, with the password on stdin only', () => {
    const have = { ...running, open: true, values: { ...VALUES, appendonly: 'no' } };
    const change = resource.diff(have)!;
    const [command] = resource.apply(change, have);
    expect(command?.stdin).toBe('CONFIG SET appendonly "yes" requirepass "pa55word-of-redis"\n');
    expect(command?.script.source).not.toContain(SETTINGS.password);
    expect(JSON.stringify(change)).not.toContain(SETTINGS.password);
  });

  it.each([
    ['absent\n', 'pending'],
    ['stopped\n', 'pending'],
    ['Could not connect to Redis at 127.0.0.1:6379: Connection refused\nCould not connect\n', 'pending'],
    ['LOADING Redis is loading the dataset in memory\nLOADING Redis is loading\n', 'known'],
    [`NOAUTH Authentication required.\n${JSON.stringify(VALUES)}\n`, 'known'],
    ['NOAUTH Authentication required.\nNOAUTH Authentication required.\n', 'known'],
  ])('reads the answer %j', (stdout, status) => {
    expect(resource.probe.kind.parse(stdout, [resource.probe.arg])).toMatchObject([{ status }]);
  });

  it('does not take a question that failed for another password', () => {
    const stdout = 'NOAUTH Authentication required.\nERR max number of clients reached\n';
    expect(() => resource.probe.kind.parse(stdout, [resource.probe.arg])).toThrow('max number of clients');
  });

  it('asks a unit that runs or is about to', async () => {
    const { source } = resource.probe.kind.script([resource.probe.arg]);
    const asked = (state: string, answer: string) =>
      runWith({ 'redis-cli': `echo '${answer}'`, systemctl: `echo ${state}; exit 3` }, source);
    expect(await asked('inactive', '')).toBe('stopped\n');
    expect(await asked('activating', 'LOADING it')).toBe('LOADING it\nLOADING it\n');
  });

  it('does not take an answer of something else for that of Redis', () => {
    expect(() => resource.probe.kind.parse('HTTP/1.1 400\n\n', [resource.probe.arg])).toThrow('HTTP/1.1 400');
  });
});
