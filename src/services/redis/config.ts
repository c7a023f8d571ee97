import { EXIT, VdbError } from '../../errors.js';

/** What the configuration says about Redis. */
export interface RedisSettings {
  port: number;
  password: string;
  /** `256mb`, in Redis' own notation. */
  maxmemory: string;
  policy: string;
  appendonly: boolean;
  /** `3600 1`: after so many seconds when so many keys changed. */
  save: readonly string[];
}

/** The file with vdb's settings, included at the end of the distribution's `redis.conf`. */
export const REDIS_CONF = '/etc/redis/vdb.conf';

const UNITS = { '': 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 } as const;

/** The content of {@link REDIS_CONF}. */
export function renderRedisConf(settings: RedisSettings): string {
  return [
    '# Written by vdb: changes here are overwritten.',
    'bind 127.0.0.1 -::1',
    'protected-mode yes',
    `port ${settings.port}`,
    `requirepass "${plainPassword(settings.password)}"`,
    `maxmemory ${settings.maxmemory}`,
    `maxmemory-policy ${settings.policy}`,
    `appendonly ${settings.appendonly ? 'yes' : 'no'}`,
    'appendfsync everysec',
    `save ${settings.save.join(' ') || '""'}`,
    // To the journal, where a start that fails is looked for.
    'logfile ""',
    '',
  ].join('\n');
}

/** The same settings as `CONFIG GET` shows them. The password is not among them. */
export function runningRedisValues(settings: RedisSettings): Record<string, string> {
  return {
    bind: '127.0.0.1 -::1',
    maxmemory: String(redisBytes(settings.maxmemory)),
    'maxmemory-policy': settings.policy,
    appendonly: settings.appendonly ? 'yes' : 'no',
    save: settings.save.join(' '),
  };
}

/** Bytes of a size in Redis' notation. */
export function redisBytes(size: string): number {
  const match = /^(\d+)(kb|mb|gb|)$/.exec(size.toLowerCase());
  if (match === null) return Number.NaN;
  return Number(match[1]) * UNITS[match[2] as keyof typeof UNITS];
}

/**
 * The password is read back from the file by a plain pattern, so characters that Redis would escape are
 * not for passwords.
 */
export function plainPassword(password: string): string {
  if (/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(password)) return password;
  throw new VdbError('The password of Redis has a character that redis.conf would have to escape', {
    code: 'redis.password-characters',
    exitCode: EXIT.usage,
    meaning: 'Spaces, quotation marks, backslashes and characters outside ASCII are not possible there.',
    next: 'Choose another redis.password, or leave it to vdb to generate one.',
  });
}
