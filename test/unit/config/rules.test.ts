import { expect, test } from 'vitest';
import { mergeValues } from '../../../src/config/layers.js';
import { formatPath } from '../../../src/config/path.js';
import { validate } from '../../../src/config/validate.js';
import { plainPassword } from '../../../src/services/redis/config.js';
import { API_KEY, minimal } from './helpers.js';

function refusals(patch: Record<string, unknown>): string[] {
  return validate(mergeValues(minimal(), patch)).issues.map(
    ({ path, message }) => `${formatPath(path)}: ${message}`,
  );
}

const collection = (more: object = {}) => ({ size: 8, ...more });

test.each<[string, Record<string, unknown>, string]>([
  [
    'two slots on one port',
    { qdrant: { slots: { green: { http: 6333 } } } },
    'qdrant.slots.green.http: port 6333 is taken by http of the blue slot',
  ],
  [
    'Redis on the port of PostgreSQL',
    { redis: { port: 5432 } },
    'redis.port: port 5432 is taken by PostgreSQL',
  ],
  [
    'the edge on the port of a slot',
    { networking: { edge: { qdrant_http_port: 6333 } } },
    'networking.edge.qdrant_http_port: port 6333 is taken by http of the blue slot',
  ],
  [
    'a replica of the gateway on the port of the edge',
    { gateway: { enabled: true, api_key: API_KEY, port: 7999 } },
    'networking.edge.gateway_port: port 8000 is taken by replica 2 of the gateway',
  ],
  [
    'a replica of the gateway on the port of the metrics of the edge',
    { gateway: { enabled: true, api_key: API_KEY, port: 8403 } },
    'gateway.port: port 8404 is taken by the metrics of the edge; replica 2 of the gateway',
  ],
  [
    'Prometheus on the port of the node exporter',
    { monitoring: { prometheus_port: 9100 } },
    'monitoring.node_exporter: port 9100',
  ],
  [
    'Prometheus on the port of an exporter',
    { monitoring: { enabled: true, prometheus_port: 9187 } },
    'monitoring.enabled: port 9187 is taken by Prometheus; the PostgreSQL exporter',
  ],
  [
    'an alert that there is not',
    { monitoring: { alerts: { BackupsOld: { limit: 50 } } } },
    'monitoring.alerts.BackupsOld: there is no such alert; did you mean BackupOld?',
  ],
  [
    'a limit of an alert that compares with nothing',
    { monitoring: { alerts: { QdrantDown: { for: '5m', limit: 3 } } } },
    'monitoring.alerts.QdrantDown.limit: has no use: QdrantDown compares with nothing',
  ],
  [
    'a delay of an alert that fires always',
    { monitoring: { alerts: { Watchdog: { for: '5m' } } } },
    'monitoring.alerts.Watchdog.for: has no use: Watchdog does not wait',
  ],
  [
    'monitoring without metrics',
    { monitoring: { enabled: true, metrics_enabled: false } },
    'monitoring.metrics_enabled: is false, but monitoring.enabled has vdb install a Prometheus',
  ],
  [
    'a webhook without its address',
    { monitoring: { alertmanager: { receivers: [{ name: 'a' }] } } },
    'monitoring.alertmanager.receivers[0].url: is missing; it is required while the type is webhook',
  ],
  [
    'mail to nobody',
    {
      monitoring: {
        alertmanager: {
          receivers: [{ name: 'a', type: 'email', from: 'a@b.example', smarthost: 'b.example:25' }],
        },
      },
    },
    'monitoring.alertmanager.receivers[0].to: names nobody',
  ],
  [
    'an account at a mail server without its password',
    {
      monitoring: {
        alertmanager: {
          receivers: [
            {
              ...{ name: 'a', type: 'email', to: ['a@b.example'], from: 'a@b.example' },
              smarthost: 'b.example:25',
              username: 'a',
            },
          ],
        },
      },
    },
    'monitoring.alertmanager.receivers[0].password: is missing: a mail server wants an account',
  ],
  [
    'two receivers of one name',
    {
      monitoring: {
        alertmanager: {
          receivers: [
            { name: 'a', url: 'http://127.0.0.1:1' },
            { name: 'a', url: 'http://127.0.0.1:2' },
          ],
        },
      },
    },
    'monitoring.alertmanager.receivers[1].name: a is the name of two receivers',
  ],
  [
    'a mail server for a webhook',
    {
      monitoring: {
        alertmanager: { receivers: [{ name: 'a', url: 'http://127.0.0.1:1', smarthost: 'b.example:25' }] },
      },
    },
    'monitoring.alertmanager.receivers[0].smarthost: has no use while the type is webhook',
  ],
  [
    'a port where outgoing connections get theirs',
    { redis: { port: 16_379 } },
    'redis.port: port 16379 (Redis) lies in net.ipv4.ip_local_port_range 10240 65535',
  ],
  [
    'a port range that is none',
    { os: { sysctl: { 'net.ipv4.ip_local_port_range': 'many' } } },
    'os.sysctl["net.ipv4.ip_local_port_range"]: must be two ports',
  ],
  [
    'two slots in one directory',
    { qdrant: { slots: { blue: { storage: '/data/q' }, green: { storage: '/data/q' } } } },
    'qdrant.slots.green.storage: both slots would store their data in /data/q',
  ],
  [
    'a slot inside the other',
    { qdrant: { slots: { green: { storage: '/data/qdrant/blue/green' } } } },
    "qdrant.slots.green.storage: the data of one slot lies inside the other's",
  ],
  [
    'backups inside a slot',
    { paths: { backups: '/data/qdrant/blue/backups' } },
    'paths.backups: overlaps with the data of the blue slot',
  ],
  [
    'backups off the volume that is demanded',
    { storage: { require_own_mount: true }, paths: { backups: '/srv/backups' } },
    'paths.backups: /srv/backups is not on /data',
  ],
  [
    'a volume whose name merely begins the same',
    { storage: { require_own_mount: true, mount_point: '/data/q' }, paths: { backups: '/data/q/backups' } },
    'paths.storage: /data/qdrant is not on /data/q,',
  ],
  [
    'one key for reading and writing',
    { qdrant: { read_only_api_key: API_KEY } },
    'qdrant.read_only_api_key: must differ',
  ],
  ['PostgreSQL without a password', { postgres: { password: '' } }, 'postgres.password: '],
  [
    'a password of PostgreSQL with a single quote',
    { postgres: { password: "v8Lr2Wn5'Yc1Xq" } },
    "postgres.password: must not contain ' or \\",
  ],
  [
    'a password of PostgreSQL with a backslash',
    { postgres: { password: 'v8Lr2Wn5\\Yc1Xq' } },
    'postgres.password: must not contain',
  ],
  [
    'a password of PostgreSQL that python-dotenv would expand',
    { postgres: { password: 'v8Lr2${HOME}Yc1Xq' } },
    'postgres.password: must not contain',
  ],
  [
    'a password of Redis with a space',
    { redis: { password: 'e4Tg9 Ub3Mz7Ks' } },
    'redis.password: must not contain spaces',
  ],
  ...['\n', '\0', '\t', '\r'].map((character): [string, Record<string, unknown>, string] => [
    `a key of Qdrant with ${JSON.stringify(character)}`,
    { qdrant: { api_key: `${API_KEY}${character}x` } },
    'qdrant.api_key: must not contain control characters',
  ]),
  [
    'a password with a line break',
    { postgres: { password: 'v8Lr2Wn5Yc1Xq\nA=b' } },
    'postgres.password: must not contain control characters',
  ],
  [
    'pools that PostgreSQL has no connections for',
    { gateway: { enabled: true, api_key: API_KEY, replicas: 3 } },
    'postgres.max_connections: 250 is less than 310: 50 connections of the pool (size and max_overflow) for each of 3 replicas in both slots',
  ],
  [
    'more workers than connections of the pool',
    { gateway: { enabled: true, api_key: API_KEY, workers: 21 } },
    'gateway.workers: 21 workers cannot share the 20 connections',
  ],
  [
    'the reference gateway without its metadata store',
    { gateway: { enabled: true, api_key: API_KEY }, postgres: { enabled: false } },
    'postgres.enabled: is false, but the gateway keeps its metadata there',
  ],
  [
    'rate limits that nothing counts',
    { gateway: { enabled: true, api_key: API_KEY }, redis: { enabled: false } },
    'gateway.rate_limit.enabled: needs Redis',
  ],
  [
    'a door to gRPC where there is none',
    {
      gateway: { enabled: true, api_key: API_KEY, grpc_port: null },
      networking: { edge: { gateway_grpc_port: 8100 } },
    },
    'networking.edge.gateway_grpc_port: leads nowhere: gateway.grpc_port is null',
  ],
  [
    'a door to gRPC on the port of another',
    { networking: { edge: { gateway_grpc_port: 8000 } } },
    'networking.edge.gateway_grpc_port: port 8000 is taken by gateway_port of the edge',
  ],
  [
    'a variable of the gateway that has a key of its own',
    { gateway: { environment: { MAX_RESULTS_K: 7 } } },
    'gateway.environment.MAX_RESULTS_K: is what gateway.limits.max_results_k sets: set that',
  ],
  [
    'the same as a secret',
    { gateway: { secrets: { POSTGRES_PASSWORD: API_KEY } } },
    'gateway.secrets.POSTGRES_PASSWORD: is what postgres.password sets: set that',
  ],
  [
    'a variable that the unit needs as it is',
    { gateway: { environment: { PROMETHEUS_MULTIPROC_DIR: '/tmp' } } },
    "gateway.environment.PROMETHEUS_MULTIPROC_DIR: is set by the gateway's unit",
  ],
  [
    'a variable with two values',
    { gateway: { environment: { A: 1 }, secrets: { A: API_KEY } } },
    'gateway.secrets.A: stands in gateway.environment too',
  ],
  [
    'a variable that is none',
    { gateway: { environment: { 'docs-enabled': true } } },
    'gateway.environment.docs-enabled: the name must be the name of a variable',
  ],
  [
    'a variable of two lines',
    { gateway: { environment: { NOTE: 'a\nB=b' } } },
    'gateway.environment.NOTE: must be',
  ],
  [
    'a gateway on an address that the edge does not come from',
    { gateway: { bind: '192.0.2.7' } },
    'gateway.bind: must be one of 127.0.0.1, 0.0.0.0, ::',
  ],
  [
    'a health path that would end its line',
    { gateway: { health: { path: '/a b' } } },
    'gateway.health.path: must be a path such as /health',
  ],
  [
    'every origin and one more',
    { gateway: { cors_origins: ['*', 'https://a.example.org'] } },
    'gateway.cors_origins: * allows every origin',
  ],
  [
    'gRPC of a replica on the port of another',
    { gateway: { enabled: true, api_key: API_KEY, grpc_port: 8002 } },
    'gateway.port: port 8002 is taken by gRPC of replica 1 of the gateway',
  ],
  [
    'more replicas than there are ports between the slots',
    {
      gateway: { enabled: true, api_key: API_KEY, replicas: 11, grpc_port: null, workers: 1 },
      postgres: { max_connections: 1110 },
    },
    'gateway.slot_offset: port 8011 is taken by replica 11 of the gateway, slot blue; replica 1 of the gateway, slot green',
  ],
  [
    'a green slot on the gRPC ports of the blue one',
    { gateway: { enabled: true, api_key: API_KEY, replicas: 1, slot_offset: 100 } },
    'gateway.slot_offset: port 8101 is taken by gRPC of replica 1 of the gateway, slot blue',
  ],
  [
    'gRPC ports that end in the middle of the replicas',
    { gateway: { enabled: false, grpc_port: 65_535 } },
    'gateway.grpc_port: leaves no room for 2 replicas',
  ],
  [
    'two hosts of one name',
    {
      hosts: [
        { name: 'a', address: 'x' },
        { name: 'a', address: 'y' },
      ],
    },
    'hosts[1].name: a is the name of hosts[0] too',
  ],
  [
    'more copies than hosts',
    { collections: { a: collection({ replicas: 2 }) } },
    'collections.a.replicas: 2 copies need as many hosts',
  ],
  [
    'writes that can never be confirmed',
    { collections: { a: collection({ write_consistency: 2 }) } },
    'collections.a.write_consistency: 2 copies cannot confirm',
  ],
  [
    'an alias that is the name of a collection',
    { collections: { a: collection({ aliases: ['b'] }), b: collection() } },
    'collections.a.aliases[0]: b is the name of a collection',
  ],
  [
    'an alias used twice',
    { collections: { a: collection({ aliases: ['x'] }), b: collection({ aliases: ['x'] }) } },
    'collections.b.aliases[0]: x is an alias of a already',
  ],
  [
    'a model without its collection',
    { models: { m: { url: 'http://localhost:1/embed', collection: 'none' } } },
    'models.m.collection: there is no collection none',
  ],
  [
    'a certificate without its files',
    { networking: { tls: { mode: 'files', key: 'k' } } },
    'networking.tls.certificate: is missing',
  ],
  [
    'ACME without a domain',
    { networking: { tls: { mode: 'acme' } } },
    'networking.tls.domain: is missing; it is required while networking.tls.mode is acme',
  ],
  ...[
    '*.example.com',
    '192.0.2.7',
    'Vectors.example.com',
    'https://a.example',
    'a_b.example',
    'a..example',
  ].map((domain): [string, Record<string, unknown>, string] => [
    `ACME for ${domain}`,
    { networking: { tls: { mode: 'acme', domain } } },
    `networking.tls.domain: ${domain} is nothing that an ACME server can be asked to certify here; it must be a DNS name in lower case, such as vectors.example.com`,
  ]),
  [
    'an ACME server without TLS',
    { networking: { tls: { mode: 'acme', domain: 'a.example', acme: { directory: 'http://ca.example' } } } },
    'networking.tls.acme.directory: must be an https address',
  ],
  [
    'a contact that is no address',
    { networking: { tls: { mode: 'acme', domain: 'a.example', acme: { email: 'ops' } } } },
    'networking.tls.acme.email: must be an e-mail address',
  ],
  [
    'challenges at a port of the edge',
    {
      networking: {
        edge: { qdrant_http_port: 80 },
        tls: { mode: 'acme', domain: 'a.example' },
      },
    },
    'networking.tls.acme.http_port: port 80 is taken by qdrant_http_port of the edge; challenges of ACME at the edge',
  ],
  [
    'certbot at the port of Redis',
    {
      networking: {
        edge: { qdrant_http_port: 6433 },
        tls: { mode: 'acme', domain: 'a.example', acme: { local_port: 6379 } },
      },
    },
    'networking.tls.acme.local_port: port 6379 is taken by Redis; certbot',
  ],
  [
    'two repositories of one name',
    {
      backup: {
        repositories: [
          { name: 'r', path: '/b' },
          { name: 'r', path: '/c' },
        ],
      },
    },
    'backup.repositories[1].name: r is the name of two repositories',
  ],
  [
    'a password for a repository that is not encrypted',
    { backup: { repositories: [{ name: 'r', path: '/b', password: API_KEY }] } },
    'backup.repositories[0].password: has no use while the type is directory',
  ],
  [
    'a repository that is the directory of the sets itself',
    { backup: { repositories: [{ name: 'r', path: '/data/backups/' }] } },
    'backup.repositories[0].path: is where the sets themselves are: that is no copy',
  ],
  [
    'an encrypted repository without its password',
    { backup: { repositories: [{ name: 'r', type: 'restic', path: '/b' }] } },
    'backup.repositories[0].password: is missing',
  ],
])('%s is refused', (_what, patch, message) => {
  expect(refusals(patch)).toEqual([expect.stringContaining(message)]);
});

test.each<[string, Record<string, unknown>]>([
  ['a gateway behind the edge', { gateway: { enabled: true, api_key: API_KEY } }],
  ['a gateway without gRPC', { gateway: { enabled: true, api_key: API_KEY, grpc_port: null } }],
  [
    'a gateway of their own without PostgreSQL and Redis',
    {
      gateway: { enabled: true, api_key: API_KEY, artifact: { from: 'directory', path: './gateway' } },
      postgres: { enabled: false },
      redis: { enabled: false },
    },
  ],
  ['the same port on a database elsewhere', { postgres: { host: 'db.example.org', port: 6379 } }],
  ['data on the demanded volume', { storage: { require_own_mount: true } }],
])('%s is accepted', (_what, patch) => {
  expect(refusals(patch)).toEqual([]);
});

test('a wrong key in one section does not hide what is wrong between others', () => {
  expect(refusals({ backup: { retention: 'x' }, redis: { port: 5432 }, monitoring: {} })).toEqual([
    expect.stringContaining('backup.retention'),
    expect.stringContaining('redis.port'),
  ]);
});

test("the characters of Redis' password are the ones that redis.conf can take", () => {
  const codes = Array.from({ length: 0x100 - 0x20 }, (_, index) => index + 0x20);
  const passwords = codes.map((code) => `e4Tg9Ub3${String.fromCharCode(code)}Mz7Ks`);
  const refused = passwords.filter((password) => refusals({ redis: { password } }).length > 0);
  const impossible = passwords.filter((password) => {
    try {
      return plainPassword(password) !== password;
    } catch {
      return true;
    }
  });
  expect(refused).toEqual(impossible);
});

test('a gateway without a key is refused, with how to make one and how to do without the gateway', () => {
  const [issue] = validate({ ...minimal(), gateway: {} }).issues;
  expect(formatPath(issue?.path ?? [])).toBe('gateway.api_key');
  expect(issue?.message).toMatch(
    /^is missing; .*16 characters.* openssl rand -hex 32 .*gateway\.enabled: false/,
  );
});

test('a service that is off needs no password', () => {
  const off = { enabled: false };
  expect(validate({ ...minimal(), postgres: off, redis: off, gateway: off }).issues).toEqual([]);
});
