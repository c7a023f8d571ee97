import { describe, expect, it } from 'vitest';
import { holdsKeys, readLoaded, redisCommand } from '../../../../src/backup/restore/redis.js';

describe('what Redis has loaded', () => {
  it('is read from one line', () => {
    expect(readLoaded('something\nloaded 12 3\n')).toEqual({ keys: 12, expired: 3 });
  });

  it.each(['', 'loaded 12', 'loaded 12 '])('is not made up: %j', (stdout) => {
    expect(() => readLoaded(stdout)).toThrow('did not say what it loaded');
  });

  it('is all of a set together with the keys that have ended since', () => {
    expect(holdsKeys({ keys: 12, expired: 3 }, 15)).toBe(true);
    expect(holdsKeys({ keys: 12, expired: 0 }, 15)).toBe(false);
  });
});

describe('redisCommand', () => {
  const command = (keys?: number) =>
    redisCommand({ redis: { port: 6379 } } as never, {
      rdb: '/b/dump.rdb',
      keep: '/k/redis.rdb',
      ...(keys === undefined ? {} : { keys }),
    }).script.source;

  it('keeps what is there before it touches it', () => {
    const source = command();
    expect(source.indexOf('mv -fT /k/redis.rdb.part /k/redis.rdb')).toBeGreaterThan(0);
    expect(source.indexOf('mv -fT /k/redis.rdb.part')).toBeLessThan(source.indexOf('\ntouched=yes\n'));
    expect(source.lastIndexOf('copy_scratch')).toBeGreaterThan(source.indexOf('\ntouched=yes\n'));
  });

  it('compares keys only where the set says how many there are', () => {
    expect(command(7)).toContain('[ $((loaded + expired)) = 7 ]');
    expect(command()).not.toContain('[ $((loaded + expired)) =');
  });
});
