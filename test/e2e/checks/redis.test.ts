import { test } from 'vitest';
import { onSharedHost } from '../support/shared.js';
import { DEPLOYMENT, expectFound } from './breakage.js';

const CLI = `export REDISCLI_AUTH=$(sed -n 's/^requirepass "\\(.*\\)"$/\\1/p' /etc/redis/vdb.conf); redis-cli --no-auth-warning -e`;
const RELATIVES = ['network.listeners', /^redis\./, 'drift', 'host.failed-units', /^gateway\./, /^network\./];

/** Waits until the save that was asked for has ended. */
const ENDED = `for i in $(seq 100); do redis-cli INFO persistence | grep -q '_in_progress:1' || break; sleep 0.1; done`;

onSharedHost('Redis that is not as it should be', (host) => {
  test('is stopped', () =>
    expectFound(host(), {
      id: 'redis.ping',
      seen: /nothing listens on port 6379/,
      break: 'systemctl stop redis-server',
      relatives: [DEPLOYMENT, ...RELATIVES],
    }));

  test('lets strangers in', () =>
    expectFound(host(), {
      id: 'redis.auth',
      seen: /a stranger gets PONG/,
      break: `${CLI} CONFIG SET requirepass ''`,
      relatives: ['drift'],
    }));

  test('lets one user in without a password', () =>
    expectFound(host(), {
      id: 'redis.auth',
      seen: /without a password: evil/,
      break: `${CLI} ACL SETUSER evil on nopass '~*' +@all`,
      mend: `${CLI} ACL DELUSER evil`,
    }));

  test('has become a replica, and refuses writes', () =>
    expectFound(host(), {
      id: 'redis.writable',
      seen: /a replica of another server/,
      break: `${CLI} REPLICAOF 127.0.0.1 1`,
      mend: `${CLI} REPLICAOF NO ONE`,
      relatives: ['redis.persistence', 'drift'],
    }));

  test('misses a replica without which it refuses writes', () =>
    expectFound(host(), {
      id: 'redis.writable',
      seen: /1 of the replicas/,
      break: `${CLI} CONFIG SET min-replicas-to-write 1`,
      mend: `${CLI} CONFIG SET min-replicas-to-write 0`,
    }));

  test('has no memory limit', () =>
    expectFound(host(), {
      id: 'redis.memory',
      seen: /no limit/,
      break: `${CLI} CONFIG SET maxmemory 0`,
      relatives: ['drift'],
    }));

  test('is full, and refuses writes: a limit below what it uses', () =>
    expectFound(host(), {
      id: 'redis.memory',
      seen: /of 1 MiB \(\d+ %\), noeviction/,
      break: `${CLI} CONFIG SET maxmemory 900000 maxmemory-policy noeviction >/dev/null
        for i in $(seq 40); do redis-cli SET vdb-test-$i "$(head -c 4000 /dev/zero | tr '\\0' x)" >/dev/null || true; done`,
      mend: `${CLI} CONFIG SET maxmemory 64mb maxmemory-policy allkeys-lru
        for i in $(seq 40); do redis-cli DEL vdb-test-$i >/dev/null; done`,
      relatives: ['drift'],
    }));

  test('cannot save a snapshot: its directory takes no file', () =>
    expectFound(host(), {
      id: 'redis.persistence',
      seen: /the last snapshot failed/,
      break: `chmod 0550 /var/lib/redis; ${CLI} BGSAVE; ${ENDED}`,
      // After a failed snapshot it answers even a PING with MISCONF.
      relatives: ['redis.ping'],
      mend: `chmod 0750 /var/lib/redis; ${CLI} BGSAVE; ${ENDED}`,
    }));

  test('cannot rewrite its log', () =>
    expectFound(host(), {
      id: 'redis.persistence',
      seen: /the last rewrite of the log failed/,
      break: `chmod 0550 /var/lib/redis; ${CLI} BGREWRITEAOF; ${ENDED}`,
      mend: `chmod 0750 /var/lib/redis; ${CLI} BGREWRITEAOF; ${ENDED}`,
    }));

  test('does not log writes', () =>
    expectFound(host(), {
      id: 'redis.persistence',
      seen: /writes are not logged/,
      break: `${CLI} CONFIG SET appendonly no`,
      relatives: ['drift'],
    }));
});
