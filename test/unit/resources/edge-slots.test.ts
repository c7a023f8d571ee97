import { expect, test } from 'vitest';
import type { SlotName } from '../../../src/config/schema.js';
import { probeScript } from '../../../src/host/probe.js';
import { edgeSlots, edgeTraffic } from '../../../src/resources/edge-slots.js';
import { edgeServices } from '../../../src/services/haproxy/config.js';
import { testConfig } from '../../support/config.js';
import { answer, commandsFor, summaryOf } from '../../support/resource-table.js';

const SERVERS = `gateway blue-1 ready up
gateway green-1 maint down
gateway_grpc blue-1 ready up
gateway_grpc green-1 maint down
qdrant_rest blue drain up
qdrant_rest green ready up
`;
const gateway = (active: SlotName = 'blue', backends = ['gateway', 'gateway_grpc']) =>
  edgeSlots({ backends, active, limitSeconds: 42 });
const qdrant = edgeSlots({ backends: ['qdrant_rest'], active: 'green', limitSeconds: 42 });

test('servers that run as they shall differ in nothing, whether or not their health checks pass', () => {
  expect(summaryOf(gateway(), SERVERS)).toBeNull();
  expect(summaryOf(gateway(), SERVERS.replaceAll('ready up', 'ready down'))).toBeNull();
});

test('a switch that was cut off before it ended is told from one that has to be made', () => {
  expect(summaryOf(gateway('green'), SERVERS)).toBe('give the requests to green');
  expect(summaryOf(qdrant, SERVERS)).toBe('disable what is not green');
  const seen = answer(qdrant, SERVERS);
  expect(seen.status === 'known' && qdrant.diff(seen.value)?.fields).toEqual([
    { field: 'qdrant_rest/blue', have: 'drain', want: 'maint' },
  ]);
});

test('the active slot has the requests before the other one is disabled', () => {
  const [first = '', second = '', ...more] = commandsFor(gateway('green'), null);
  expect(more).toEqual([]);
  expect(first).toContain('end=$((SECONDS + 42))');
  expect(second).toContain('"${server%%-*}" = blue ]] || continue');
});

test('a fence that was left up is one that a run has to lower', () => {
  const local = edgeSlots({ backends: ['q', 'q_write'], active: 'blue', limitSeconds: 42 });
  const fenced = (state: string) =>
    `q blue ready up\nq green maint down\nq_write blue ${state}\nq_write green maint down\n`;
  expect(summaryOf(local, fenced('ready up'))).toBeNull();
  expect(summaryOf(local, fenced('drain up'))).toBe('give the requests to blue');
  expect(summaryOf(local, fenced('maint down'))).toBe('give the requests to blue');
});

test('a server that is no slot is let be', () => {
  expect(summaryOf(gateway(), `${SERVERS}gateway canary ready up\n`)).toBeNull();
});

test.each([
  ['HAProxy does not run', 'absent\n', /does not run yet/],
  [
    'it has no such backend',
    SERVERS.replaceAll('gateway_grpc', 'other'),
    /no server of blue in gateway_grpc/,
  ],
  [
    'a backend lacks the active slot',
    SERVERS.replace('gateway blue-1', 'gateway old'),
    /of blue in gateway yet/,
  ],
])('nothing can be said where %s', (_, stdout, why) => {
  expect(answer(gateway(), stdout)).toEqual({ status: 'pending', why: expect.stringMatching(why) });
  expect(gateway().diff(null)).toBeNull();
});

test('what HAProxy does not say plainly is unknown, not in order', () => {
  expect(() => answer(gateway(), 'Permission denied\n')).toThrow();
});

test('all backends are looked at by one question', () => {
  const script = probeScript([gateway().probe, qdrant.probe]).source;
  expect(script.match(/show servers state/g)).toHaveLength(1);
});

test('traffic is that of the backends that are asked for', () => {
  const { kind, arg } = edgeTraffic(['gateway']);
  const stdout =
    '# pxname,svname,scur,stot,type,hrsp_5xx,rtime\ngateway,blue-1,1,2,2,0,3\nother,blue-1,1,2,2,0,3\n';
  expect(kind.parse(stdout, [arg])).toMatchObject([
    { status: 'known', value: [{ backend: 'gateway', running: 1, requests: 2, errors: 0, meanMs: 3 }] },
  ]);
  expect(kind.parse('absent\n', [arg])).toMatchObject([{ status: 'pending' }]);
});

test('the services of the edge have the backends that their ports are configured for', () => {
  const networking = { edge: { qdrant_http_port: 6433, gateway_grpc_port: 50_050 } };
  const enabled = { enabled: true, api_key: 'Qw5nBv8xRt2mLp7s', grpc_port: 50_051 };
  expect(edgeServices(testConfig({ networking, gateway: enabled }))).toEqual([
    {
      ...{ name: 'gateway', active: 'blue', limitSeconds: 52 },
      ...{ backends: ['gateway', 'gateway_grpc'], writeBackends: [], door: { port: 8000, tls: false } },
    },
    {
      ...{ name: 'qdrant', active: 'blue', limitSeconds: 52 },
      backends: ['qdrant_rest', 'qdrant_rest_write', 'qdrant_local', 'qdrant_local_write'],
      writeBackends: ['qdrant_rest_write', 'qdrant_local_write'],
      door: { port: 6433, tls: false },
    },
  ]);
  const alone = testConfig({ networking, gateway: { enabled: false } });
  expect(edgeServices(alone)).toMatchObject([
    { name: 'qdrant', backends: ['qdrant_rest', 'qdrant_rest_write'] },
  ]);
});
