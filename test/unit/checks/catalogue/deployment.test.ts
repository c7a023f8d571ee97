import { describe, expect, it } from 'vitest';
import { known, type Observation } from '../../../../src/host/probe.js';
import {
  readHealthChecks,
  renderHealthChecks,
  renderOrchestration,
} from '../../../../src/services/registry/documents.js';
import { renderRegistry } from '../../../../src/services/registry/registry.js';
import { servicesOf } from '../../../../src/services/registry/services.js';
import { contextOf, judged } from '../support.js';

const context = contextOf({
  gateway: { enabled: true, api_key: 'Qw5nBv8xRt2mLp7s', replicas: 1 },
  monitoring: { enabled: false },
});
const { config } = context;
const services = servicesOf(config, { standby: 'green', postgres: 17 });
const UNITS = [
  ...['postgresql.service', 'redis-server.service', 'qdrant@blue.service', 'qdrant@green.service'],
  ...['api-gateway@blue-1.service', 'api-gateway@green-1.service', 'haproxy.service'],
  'postgresql@17-main.service',
];
const LINKS = ['slots/blue', 'slots/green', 'gateway/blue-1', 'gateway/green-1'];
const PORTS = [5432, 6379, 6333, 6334, 6335, 8001, 8101, 8404, 8000];

interface Broken {
  text?: string | null;
  idle?: string[];
  dangling?: string[];
  closed?: number[];
}

function registry({
  text = renderRegistry(config, services),
  idle = [],
  dangling = [],
  closed = [],
}: Broken) {
  const resting = ['qdrant@green.service', 'api-gateway@green-1.service', ...idle];
  const observations: Observation<unknown>[] = [
    known(text),
    known(PORTS.filter((port) => !closed.includes(port)).map((port) => ({ address: '127.0.0.1', port }))),
    ...UNITS.map((unit) =>
      known({ active: resting.includes(unit) ? 'inactive' : 'active', since: 0, restarts: 0 }),
    ),
    ...LINKS.map((link) => known(dangling.includes(link) ? null : { mode: 0o755, owner: 'root:root' })),
  ];
  return judged('deployment.registry', observations, context);
}

describe('deployment.registry', () => {
  it('passes where all that it names is there, and what stands by is at rest', () => {
    expect(registry({})).toMatchObject({
      status: 'pass',
      seen: '5 services, 5 instances serve, 1 on standby, 1 doors',
    });
  });

  it.each<[string, Broken, string, string]>([
    ['is not there', { text: null }, 'there is no registry', '4.5'],
    ['cannot be read', { text: '{' }, 'the registry cannot be read', '4.5'],
    [
      'names a unit that is stopped',
      { idle: ['qdrant@blue.service'] },
      'qdrant@blue.service is inactive',
      '1.1',
    ],
    [
      'names a port that is closed',
      { closed: [8001] },
      'nothing listens on 8001 (api-gateway@blue-1.service)',
      '1.2',
    ],
    [
      'names a door that is closed',
      { closed: [8000] },
      'nothing listens on 8000 (a door of the edge)',
      '4.5',
    ],
    [
      'names a release that is gone',
      { dangling: ['gateway/green-1'] },
      '/opt/qdrant/gateway/green-1 leads to no release',
      '1.2',
    ],
    [
      'names no unit of this host',
      { text: renderRegistry(config, services).replace('redis-server', 'redis-other') },
      'it names redis-other.service, which is not of this configuration',
      '4.5',
    ],
  ])('fails where it %s', (_, broken, seen, fix) => {
    expect(registry(broken)).toMatchObject({ status: 'fail', seen, fix });
  });

  it('fails where it has another slot as active than the state of the host', () => {
    const green = { ...config, gateway: { ...config.gateway, active_slot: 'green' as const } };
    const text = renderRegistry(green, servicesOf(green, { standby: 'blue', postgres: 17 }));
    const result = registry({ text });
    expect(result).toMatchObject({ status: 'fail', fix: '1.2,4.5' });
    expect(result.details).toContain('it has api-gateway@green-1.service as active');
  });

  it('fails where it leaves a service out', () => {
    const text = renderRegistry(
      config,
      services.filter(({ name }) => name !== 'redis'),
    );
    expect(registry({ text })).toMatchObject({ status: 'fail', seen: 'it does not name redis' });
  });

  it('warns of what stands by and runs, as it does while a deploy is open', () => {
    const text = renderRegistry(config, services).replaceAll('api-gateway@green-1', 'haproxy');
    expect(registry({ text })).toMatchObject({
      status: 'warn',
      seen: 'haproxy.service runs, though it stands by',
    });
  });
});

describe('deployment.orchestration', () => {
  const ALL = ['vdb.target', ...UNITS.slice(0, 7)];
  const tied = { enabled: true, active: true, wants: [], after: [], partOf: ['vdb.target'] };
  const ties: Record<string, object> = {
    'vdb.target': {
      ...tied,
      wants: services.flatMap(({ units }) => units),
    },
    'api-gateway@blue-1.service': {
      ...tied,
      after: ['postgresql.service', 'redis-server.service', 'qdrant@blue.service'],
    },
    'haproxy.service': { ...tied, after: ['qdrant@blue.service', 'api-gateway@blue-1.service'] },
  };
  const judge = (changed: Record<string, object> = {}, text: string | null = renderOrchestration(services)) =>
    judged(
      'deployment.orchestration',
      [known(text), ...ALL.map((unit) => known({ ...tied, ...ties[unit], ...changed[unit] }))],
      context,
    );

  it('passes where systemd knows what the file says', () => {
    expect(judge()).toMatchObject({ status: 'pass', seen: 'vdb.target starts 5 units in their order' });
  });

  it.each<[string, Record<string, object>, string]>([
    ['is not enabled', { 'vdb.target': { enabled: false } }, 'vdb.target does not start with the host'],
    ['is stopped', { 'vdb.target': { active: false } }, 'vdb.target is stopped'],
    [
      'starts the wrong slot as well',
      { 'vdb.target': { wants: [...services.flatMap(({ units }) => units), 'qdrant@green.service'] } },
      'vdb.target also starts qdrant@green.service',
    ],
    [
      'does not start a service',
      { 'vdb.target': { wants: services.flatMap(({ units }) => units).slice(1) } },
      'vdb.target does not start postgresql.service',
    ],
    [
      'does not stop a service',
      { 'redis-server.service': { partOf: [] } },
      'redis-server.service is not stopped with vdb.target',
    ],
    [
      'does not order a service',
      { 'haproxy.service': { after: ['qdrant@blue.service'] } },
      'haproxy.service does not wait for api-gateway@blue-1.service',
    ],
  ])('fails where the target %s', (_, changed, seen) => {
    expect(judge(changed)).toMatchObject({ status: 'fail', seen, fix: '4.5' });
  });

  it('fails without its file', () => {
    expect(judge({}, null)).toMatchObject({ status: 'fail', fix: '4.5' });
  });
});

describe('deployment.health', () => {
  const text = renderHealthChecks(config, services);
  const endpoints = readHealthChecks(text)?.endpoints ?? [];
  const judge = (down?: string) =>
    judged(
      'deployment.health',
      endpoints.map(({ service }) =>
        known(service === down ? { healthy: false, said: '503' } : { healthy: true, said: '200' }),
      ),
      { ...context, healthChecks: known(text) },
    );

  it('passes where every endpoint answers', () => {
    expect(judge()).toMatchObject({ status: 'pass', seen: '6 endpoints answer' });
  });

  it('names the endpoint that does not, and the task that brings its service', () => {
    expect(judge('api_gateway')).toMatchObject({
      status: 'fail',
      seen: 'api_gateway blue-1: http://127.0.0.1:8001/readyz answers 503',
      expected: '200',
      fix: '1.2',
    });
  });

  it('fails without its list', () => {
    expect(judged('deployment.health', [], context)).toMatchObject({ status: 'fail', fix: '4.5' });
  });
});
