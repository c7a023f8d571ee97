import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

  it('never replaces what was kept before', () => {
    expect(command()).toContain('[ ! -e /k/redis.rdb ] ||');
  });

  it('compares the two where both have come to the same place, for as long as keys end by themselves', () => {
    const dir = mkdtempSync(join(tmpdir(), 'vdb-redis-'));
    const functions = /copy_scratch\(\) \{[\s\S]*?\n\s*content\(\) \{[\s\S]*?\n\s*\}/.exec(command())?.[0];
    const script = `
      cd ${dir}; echo 0 >asked; scratch_password=x scratch_port=1
      scratch_cli() { [ "$2" = replication ] && echo master_repl_offset:7 || echo db0:keys=2,expires=1; }
      main_info() { [ "$2" = master_link_status ] && echo up || echo 0; }
      main_cli() {
        [ "\${2:-}" = replication ] && echo slave_repl_offset:7 && return
        [ "\${2:-}" = keyspace ] || return 0
        echo $(($(cat asked) + 1)) >asked
        [ "$(cat asked)" -gt 2 ] && echo db0:keys=2,expires=1 || echo db0:keys=3,expires=1
      }
      ${functions}
      copy_scratch && cat asked`;
    try {
      expect(execFileSync('bash', ['-euo', 'pipefail', '-c', script], { encoding: 'utf8' })).toBe('3\n');
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
