import { describe, expect, it } from 'vitest';
import type { CheckStatus } from '../../../../src/checks/check.js';
import type { HbaRule, PostgresHealth, PostgresRole } from '../../../../src/checks/probes/postgres-health.js';
import { known, pending } from '../../../../src/host/probe.js';
import type { LayerState } from '../../../../src/resources/database-layer-probe.js';
import { layerRevisions } from '../../../../src/services/citadel/layer.js';
import { ABSENT, contextOf, judged } from '../support.js';

const SOCKET: HbaRule = {
  line: 2,
  type: 'local',
  database: ['all'],
  user: ['postgres'],
  address: null,
  method: 'peer',
  error: null,
};
const NETWORK: HbaRule = { ...SOCKET, line: 3, type: 'host', address: '127.0.0.1', method: 'scram-sha-256' };

const ROLE: PostgresRole = {
  login: true,
  connections: -1,
  expired: false,
  connect: true,
  create: true,
  readOnly: false,
};

const HEALTH: PostgresHealth = {
  version: 170_006,
  writeError: '',
  checksums: 'on',
  connections: 10,
  maxConnections: 200,
  oldestRow: { database: 'd', age: 1000 },
  oldestTransaction: null,
  hba: { rules: [SOCKET, NETWORK], stale: false },
  weakRoles: [],
  role: ROLE,
};

function found(id: string, changes: Partial<PostgresHealth>) {
  return judged(id, [known({ ...HEALTH, ...changes })]);
}

const open = (seconds: number) => ({ oldestTransaction: { seconds, who: 'pid 7 of u, active' } });

type Row = [status: CheckStatus, changes: Partial<PostgresHealth>, seen: string];

const ROWS: [id: string, rows: Row[]][] = [
  [
    'postgres.supported',
    [
      ['pass', {}, 'PostgreSQL 17, supported until 2029-11-08'],
      ['fail', { version: 140_020 }, 'PostgreSQL 14, out of support since 2026-11-12'],
      ['fail', { version: 90_624 }, 'PostgreSQL 9, out of support since 2025-11-13'],
      ['unknown', { version: 190_000 }, 'until when PostgreSQL 19 is supported is not known to vdb'],
    ],
  ],
  [
    'postgres.write',
    [
      ['pass', {}, 'wrote, and rolled back'],
      ['fail', { writeError: 'read-only transaction\nCONTEXT: x' }, 'read-only transaction'],
    ],
  ],
  [
    'postgres.role',
    [
      ['pass', {}, 'vector_user may log in, connect and create'],
      ['pass', { role: { ...ROLE, connections: 20 } }, 'vector_user may log in, connect and create'],
      ['fail', { role: null }, 'there is no role vector_user'],
      ['fail', { role: { ...ROLE, login: false } }, 'vector_user: may not log in'],
      ['fail', { role: { ...ROLE, expired: true } }, 'vector_user: its password has expired'],
      [
        'fail',
        { role: { ...ROLE, connections: 19 } },
        'vector_user: may have 19 sessions, its pool wants 20',
      ],
      ['fail', { role: { ...ROLE, connect: false } }, 'vector_user: may not connect to the database'],
      ['fail', { role: { ...ROLE, create: false } }, 'vector_user: may not create in the schema public'],
      ['fail', { role: { ...ROLE, readOnly: true } }, 'vector_user: its default_transaction_read_only is on'],
    ],
  ],
  [
    'postgres.connections',
    [
      ['pass', { connections: 159 }, '159 of 200'],
      ['fail', { connections: 160 }, '160 of 200'],
    ],
  ],
  [
    'postgres.freeze-age',
    [
      ['pass', { oldestRow: { database: 'd', age: 999_999_999 } }, '999999999 in d'],
      ['fail', { oldestRow: { database: 'd', age: 1_000_000_000 } }, '1000000000 in d'],
    ],
  ],
  [
    'postgres.checksums',
    [
      ['pass', {}, 'data_checksums is on'],
      ['warn', { checksums: 'off' }, 'data_checksums is off'],
    ],
  ],
  [
    'postgres.transactions',
    [
      ['pass', {}, 'none is open'],
      ['pass', open(899), 'open for 14 min: pid 7 of u, active'],
      ['warn', open(900), 'open for 15 min: pid 7 of u, active'],
    ],
  ],
];

describe.each(ROWS)('%s', (id, rows) => {
  it.each(rows)('is a %s with %j', (status, changes, seen) => {
    expect(found(id, changes)).toMatchObject({ status, seen });
  });

  it('is unknown without a server', () => {
    expect(judged(id, [ABSENT])).toMatchObject({ status: 'unknown', seen: 'PostgreSQL is not installed' });
    expect(judged(id, [pending('PostgreSQL does not answer yet')]).status).toBe('unknown');
  });
});

describe('postgres.supported', () => {
  it.each([
    ['2029-08-10T12:00:00Z', 'pass'],
    ['2029-08-11T12:00:00Z', 'warn'],
    ['2029-11-08T12:00:00Z', 'warn'],
    ['2029-11-09T12:00:00Z', 'fail'],
  ])('on %s is a %s for 17', (now, status) => {
    const context = { ...contextOf(), now: new Date(now) };
    expect(judged('postgres.supported', [known(HEALTH)], context).status).toBe(status);
  });
});

describe('postgres.hba', () => {
  const withRule = (changes: Partial<HbaRule>) =>
    found('postgres.hba', { hba: { rules: [SOCKET, { ...NETWORK, ...changes }], stale: false } });

  it.each(['scram-sha-256', 'cert', 'reject'])('takes %s over the network', (method) => {
    expect(withRule({ method })).toMatchObject({ status: 'pass', seen: '2 rules' });
  });

  it.each(['trust', 'password', 'md5', 'ident', 'peer', 'ldap', null])('refuses %s there', (method) => {
    expect(withRule({ method })).toMatchObject({
      status: 'fail',
      seen: `line 3: ${method} for postgres from 127.0.0.1 to all`,
      fix: '3.1',
    });
  });

  it.each(['host', 'hostssl', 'hostnossl', 'hostgssenc'])('takes %s for the network', (type) => {
    expect(withRule({ type, method: 'trust' }).status).toBe('fail');
  });

  it('refuses trust on the socket too', () => {
    expect(withRule({ type: 'local', address: null, method: 'trust' })).toMatchObject({
      status: 'fail',
      seen: 'line 3: trust for postgres from the socket to all',
    });
  });

  it('fails on a line that PostgreSQL cannot read, on rules that are not loaded, and without rules', () => {
    expect(withRule({ type: null, method: null, error: 'invalid method' }).seen).toBe(
      'line 3: invalid method',
    );
    expect(found('postgres.hba', { hba: { rules: [SOCKET], stale: true } }).status).toBe('fail');
    expect(found('postgres.hba', { hba: { rules: [], stale: false } }).status).toBe('fail');
  });

  it('names roles whose password is not SCRAM, which no task repairs', () => {
    const result = found('postgres.hba', { weakRoles: ['a', 'b'] });
    expect(result).toMatchObject({ status: 'fail', seen: '2 findings' });
    expect(result.details).toEqual([
      'the password of a is not kept as SCRAM',
      'the password of b is not kept as SCRAM',
    ]);
    expect(result.fix).toBeUndefined();
  });

  it('is unknown without a server', () => {
    expect(judged('postgres.hba', [ABSENT]).status).toBe('unknown');
  });
});

describe('postgres.migrations', () => {
  const chain = layerRevisions().map(({ id }) => id);
  const holds = layerRevisions().flatMap(({ makes }) => makes);
  const [first = ''] = chain;
  const head = chain.at(-1) ?? '';
  const LAYER: LayerState = {
    ...{ lacking: null, tested: '', qdrant: true, database: true, revisions: [head], collections: [] },
    holds,
  };
  const found = (more: Partial<LayerState>, context = contextOf()) =>
    judged('postgres.migrations', [known({ ...LAYER, ...more })], context);

  it('passes at the newest migration of this release, whatever could run another', () => {
    expect(found({})).toMatchObject({ status: 'pass', seen: head });
    expect(found({ lacking: 'no python' }).status).toBe('pass');
  });

  it('fails below it, with what is to come and the task that brings it', () => {
    expect(found({ revisions: [] })).toMatchObject({ status: 'fail', seen: 'never migrated' });
    const behind = found({ revisions: [first] });
    expect(behind).toMatchObject({ status: 'fail', seen: `at ${first}`, expected: `at ${head}` });
    expect(behind.details?.map((line) => line.split(':')[0])).toEqual(chain.slice(1));
    expect(found({ revisions: [], lacking: 'no python' }).fix).toBe('0.4,3.1');
  });

  it('does not apply where the Python that migrates may be missing, and is', () => {
    const context = contextOf({ python: { required: false } });
    expect(found({ revisions: [], lacking: 'no python' }, context)).toMatchObject({ status: 'skip' });
    expect(found({ revisions: [] }, context).status).toBe('fail');
  });

  it('offers no task against a revision that this release does not have', () => {
    const newer = found({ revisions: ['999_newer'] });
    expect(newer).toMatchObject({ status: 'fail', seen: 'at 999_newer, which this release does not have' });
    expect(newer.fix).toBeUndefined();
  });

  it('fails where tables that were migrated are gone, which no task brings back', () => {
    const broken = found({ holds: holds.filter((name) => name !== 'documents') });
    expect(broken).toMatchObject({ status: 'fail', seen: expect.stringMatching(/: documents$/) });
    expect(broken.details?.join()).toContain('vdb restore SET --only postgres');
    expect(broken.fix).toBeUndefined();
  });

  it('is unknown where PostgreSQL cannot be asked', () => {
    expect(judged('postgres.migrations', [ABSENT]).status).toBe('unknown');
    expect(judged('postgres.migrations', [pending('down')]).status).toBe('unknown');
    expect(found({ database: false })).toMatchObject({ status: 'fail' });
  });
});
