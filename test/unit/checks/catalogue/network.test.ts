import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import type { CheckContext } from '../../../../src/checks/check.js';
import { dialClosedPorts } from '../../../../src/checks/outside/ports.js';
import { Gate } from '../../../../src/host/gate.js';
import { Host } from '../../../../src/host/host.js';
import { known, type Observation } from '../../../../src/host/probe.js';
import type { Dialled, Transport } from '../../../../src/host/transport.js';
import { ABSENT, contextOf, FACTS, judged } from '../support.js';

const OPEN = [22, 8000];
const MONITORING = [9090, 9093, 9100, 9121, 9187];
const PLANNED = [
  ...OPEN,
  ...[6330, 6333, 6334, 6335, 5432, 6379, 8001, 8002, 8101, 8102, 8404],
  ...MONITORING,
].map((port) => ({
  address: OPEN.includes(port) ? '0.0.0.0' : '127.0.0.1',
  port,
}));

function listening(...more: { address: string; port: number }[]) {
  return judged('network.listeners', [known([...PLANNED, ...more])]);
}

/** With Qdrant behind the edge. */
function listeningEdge(...more: { address: string; port: number }[]) {
  const context = contextOf({ networking: { edge: { qdrant_http_port: 8443 } } });
  return judged('network.listeners', [known([...PLANNED, ...more])], context);
}

describe('network.listeners', () => {
  it('passes with the planned sockets, and counts others on loopback', () => {
    expect(listening({ address: '127.0.0.53', port: 53 }, { address: '::1', port: 6379 })).toMatchObject({
      status: 'pass',
      seen: '19 sockets as configured, 1 others on loopback',
    });
  });

  it.each([
    ['0.0.0.0', '0.0.0.0:4444'],
    ['*', '*:4444'],
    ['::', '[::]:4444'],
    ['10.0.0.5', '10.0.0.5:4444'],
  ])('fails for a socket on %s that is not planned', (address, shown) => {
    expect(listening({ address, port: 4444 })).toMatchObject({
      status: 'fail',
      seen: `${shown} is not planned`,
    });
  });

  it('fails for a planned port at an address that is not', () => {
    const result = listening({ address: '0.0.0.0', port: 6379 }, { address: '0.0.0.0', port: 9090 });
    expect(result).toMatchObject({ status: 'fail', seen: '2 sockets differ' });
    expect(result.details).toEqual(['0.0.0.0:6379 is not planned', '0.0.0.0:9090 is not planned']);
  });

  it('lets the edge listen everywhere where something is behind it', () => {
    expect(listeningEdge({ address: '*', port: 8443 }).status).toBe('pass');
    expect(listening({ address: '*', port: 8443 }).seen).toBe('*:8443 is not planned');
  });

  it('fails where the edge does not listen', () => {
    expect(listeningEdge()).toMatchObject({
      status: 'fail',
      seen: 'nothing listens on 8443 (qdrant_http_port of the edge)',
    });
  });

  it('fails for a planned socket that is missing', () => {
    const sockets = known(PLANNED.filter(({ port }) => port !== 6379));
    expect(judged('network.listeners', [sockets])).toMatchObject({
      status: 'fail',
      seen: 'nothing listens on 6379 (Redis)',
    });
  });

  it('is unknown when the port of SSH is not known', () => {
    const context: CheckContext = { ...contextOf(), facts: known({ ...FACTS, sshPorts: [] }) };
    expect(judged('network.listeners', [known(PLANNED)], context).status).toBe('unknown');
  });
});

const OWN_ADDRESS = Object.values(networkInterfaces())
  .flat()
  .find((each) => each?.internal === false)?.address;

function dialled(ssh: Dialled, ...ports: [number, Dialled][]): Observation<unknown> {
  return known({ address: '203.0.113.7', ssh, ports: new Map(ports) });
}

describe('network.closed', () => {
  it('passes when every port is refused, rejected or silent while SSH answers', () => {
    const seen = dialled('open', [6333, 'refused'], [6334, 'silent'], [5432, 'rejected']);
    expect(judged('network.closed', [seen])).toMatchObject({
      status: 'pass',
      seen: '3 ports closed at 203.0.113.7, from here',
    });
  });

  it('fails for a port that is open, whatever else is not known', () => {
    const seen = dialled('silent', [6333, 'open'], [5432, { error: 'EPERM' }]);
    expect(judged('network.closed', [seen])).toMatchObject({
      status: 'fail',
      seen: '6333 open at 203.0.113.7, from here',
    });
  });

  it('is repaired by the firewall where that is wanted', () => {
    const seen = dialled('open', [6333, 'open']);
    const off = contextOf({ security: { firewall: { enabled: false } } });
    expect(judged('network.closed', [seen]).fix).toBe('0.2');
    expect(judged('network.closed', [seen], off).fix).toBeUndefined();
  });

  it.each<Dialled>(['silent', 'rejected', 'refused', { error: 'EMFILE' }])(
    'is unknown when not even SSH answers: %j',
    (ssh) => {
      expect(judged('network.closed', [dialled(ssh, [6333, 'silent'], [6334, 'rejected'])]).status).toBe(
        'unknown',
      );
    },
  );

  it('is unknown when a port could not be dialled for a reason of ours', () => {
    const seen = dialled('open', [6333, 'refused'], [5432, { error: 'EPERM' }]);
    expect(judged('network.closed', [seen])).toMatchObject({
      status: 'unknown',
      seen: '5432 could not be dialled from here: EPERM',
    });
  });

  it('dials the address that SSH has used, without SSH and the edge', async () => {
    const asked: number[] = [];
    const seen = await dialClosedPorts(siteAt('203.0.113.7', asked));
    expect(seen).toMatchObject({ status: 'known', value: { address: '203.0.113.7', ssh: 'open' } });
    expect(asked).toContain(2222);
    expect(asked).toContain(6333);
    expect(asked).not.toContain(8000);
  });

  it.each(['127.0.0.1', '::1', '::ffff:127.0.0.1', 'localhost'])(
    'is skipped for a host that is reached at %s',
    async (address) => {
      const asked: number[] = [];
      const seen = await dialClosedPorts(siteAt(address, asked));
      expect(judged('network.closed', [seen])).toMatchObject({
        status: 'skip',
        seen: expect.stringContaining(address),
      });
      expect(asked).toEqual([]);
    },
  );

  it.skipIf(OWN_ADDRESS === undefined)('is skipped for an address of this machine itself', async () => {
    const asked: number[] = [];
    const seen = await dialClosedPorts(siteAt(OWN_ADDRESS ?? '', asked));
    expect(judged('network.closed', [seen])).toMatchObject({ status: 'skip' });
    expect(asked).toEqual([]);
  });

  it('is skipped for this machine', async () => {
    const context = contextOf({ hosts: [{ name: 'one', address: '203.0.113.7', connection: 'local' }] });
    expect(judged('network.closed', [], context).status).toBe('skip');
  });
});

/** SSH leads to port 2222 of `address`, where nothing else answers. */
function siteAt(address: string, asked: number[]) {
  const refused = (): Promise<never> => Promise.reject(new Error('not in this test'));
  const dial = async (port: number): Promise<Dialled> => {
    asked.push(port);
    return port === 2222 ? 'open' : 'refused';
  };
  const transport: Transport = {
    target: 'test',
    reach: { name: address, address, port: 2222, hostKey: Buffer.alloc(0), dial },
    exec: refused,
    open: refused,
    forward: refused,
    close: async () => undefined,
  };
  return { host: new Host(transport, new Gate()), context: contextOf(), plan: refused };
}

describe('network.firewall', () => {
  const good = { table: true, chain: 'drop', dormant: false, open: false };

  it.each([
    [good, 'pass', 'policy drop'],
    [{ ...good, table: false }, 'fail', 'there is no table inet vdb'],
    [{ ...good, chain: null }, 'fail', 'the table has no chain that sees what comes in'],
    [{ ...good, chain: 'accept' }, 'fail', 'policy accept'],
    [{ ...good, dormant: true }, 'fail', 'the table is dormant'],
    [{ ...good, open: true }, 'fail', 'a rule accepts everything'],
  ])('judges %j', (state, status, seen) => {
    expect(judged('network.firewall', [known(state)])).toMatchObject({ status, seen });
  });

  it('fails where nftables is not installed, and is repaired by its task', () => {
    expect(judged('network.firewall', [ABSENT])).toMatchObject({ status: 'fail', fix: '0.2' });
  });

  it('is skipped where the firewall is switched off', () => {
    const context = contextOf({ security: { firewall: { enabled: false } } });
    expect(judged('network.firewall', [known(good)], context).status).toBe('skip');
  });
});

describe('network.somaxconn', () => {
  it.each([
    [4096, 'pass'],
    [4095, 'warn'],
  ])('%i: %s', (value, status) => {
    expect(judged('network.somaxconn', [known(`${value}`)])).toMatchObject({ status, seen: `${value}` });
  });

  it('takes its threshold from the configuration, and is unknown without the setting', () => {
    const context = contextOf({ checks: { thresholds: { 'network.somaxconn': 128 } } });
    expect(judged('network.somaxconn', [known('128')], context).status).toBe('pass');
    expect(judged('network.somaxconn', [ABSENT]).status).toBe('unknown');
    expect(judged('network.somaxconn', [known('many')]).status).toBe('unknown');
  });
});

describe('network.conntrack', () => {
  it.each([
    [79, 100, 'pass'],
    [80, 100, 'fail'],
    [0, 0, 'unknown'],
  ])('%i of %i: %s', (count, most, status) => {
    expect(judged('network.conntrack', [known(`${count}`), known(`${most}`)]).status).toBe(status);
  });

  it('is skipped where connections are not tracked, and unknown with half an answer', () => {
    expect(judged('network.conntrack', [ABSENT, ABSENT])).toMatchObject({
      status: 'skip',
      seen: 'connection tracking is not loaded',
    });
    expect(judged('network.conntrack', [ABSENT, known('100')]).status).toBe('unknown');
    expect(judged('network.conntrack', [known('few'), known('100')]).status).toBe('unknown');
  });
});

describe('network.names', () => {
  const context = contextOf({
    models: {
      one: { url: 'http://embedding.example:8080/a', collection: 'docs' },
      two: { url: 'https://[2001:db8::1]/b', collection: 'docs' },
    },
    os: { ntp: { servers: ['time.example', '192.0.2.1'] } },
  });

  it('passes when the own name and all others resolve; addresses need not', () => {
    expect(judged('network.names', [known(true), known(true), known(true)], context)).toMatchObject({
      status: 'pass',
      seen: "the host's own name, embedding.example, time.example",
    });
  });

  it('fails with the name that does not', () => {
    expect(judged('network.names', [known(true), known(true), known(false)], context)).toMatchObject({
      status: 'fail',
      seen: 'time.example does not resolve',
    });
  });

  it('is unknown when a name server is silent, unless another name fails', () => {
    const silent = { status: 'unknown', why: 'no answer within 10 s' } as const;
    expect(judged('network.names', [known(true), silent, known(true)], context).status).toBe('unknown');
    expect(judged('network.names', [known(false), silent, known(true)], context).status).toBe('fail');
  });
});
