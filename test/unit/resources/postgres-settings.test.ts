import { describe, expect, it } from 'vitest';
import { postgresHbaLoaded, renderHba } from '../../../src/resources/postgres-hba.js';
import { postgresRunningSettings } from '../../../src/resources/postgres-running.js';
import { renderPostgresSettings } from '../../../src/resources/postgres-settings.js';

describe('renderPostgresSettings', () => {
  it('sorts by name and quotes what needs it', () => {
    const content = renderPostgresSettings({
      work_mem: '4096kB',
      listen_addresses: '127.0.0.1,::1',
      application_name: "it's",
      random_page_cost: '1.1',
    });
    expect(content.split('\n').slice(1)).toEqual([
      "application_name = 'it''s'",
      "listen_addresses = '127.0.0.1,::1'",
      'random_page_cost = 1.1',
      "work_mem = '4096kB'",
      '',
    ]);
  });
});

describe('postgresRunningSettings', () => {
  const resource = postgresRunningSettings({
    major: 17,
    values: { work_mem: '8MB', max_connections: '100' },
  });
  const WORK_MEM = { name: 'work_mem', setting: '8192', unit: 'kB', vartype: 'integer', context: 'user' };
  const CONNECTIONS = {
    ...{ name: 'max_connections', setting: '100', unit: null, vartype: 'integer', context: 'postmaster' },
  };
  const have = (more: object = {}) => ({
    settings: [WORK_MEM, CONNECTIONS],
    pendingRestart: [] as string[],
    altered: [] as object[],
    overruled: [] as object[],
    stale: false,
    ...more,
  });

  it.each([
    ['settings in force', have(), undefined],
    [
      'a setting that a reload changes',
      have({ settings: [{ ...WORK_MEM, setting: '4096' }, CONNECTIONS] }),
      'reload',
    ],
    [
      'a setting that needs a restart',
      have({ settings: [WORK_MEM, { ...CONNECTIONS, setting: '50' }] }),
      'restart',
    ],
    ['another setting that waits for a restart', have({ pendingRestart: ['shared_buffers'] }), 'restart'],
    ['files that were not loaded', have({ stale: true }), 'reload'],
    ['a server that is starting or starts later', null, undefined],
  ])('judges %s', (_, state, action) => {
    expect(resource.diff(state)?.action).toBe(action);
  });

  it('shows the running value beside the wanted one', () => {
    const change = resource.diff(have({ settings: [{ ...WORK_MEM, setting: '4096' }, CONNECTIONS] }));
    expect(change?.fields).toEqual([{ field: 'work_mem', have: '4MB', want: '8MB' }]);
  });

  it('refuses a setting that PostgreSQL does not have, which would keep it from starting', () => {
    expect(resource.diff(have({ settings: [WORK_MEM] }))?.refused?.why).toContain(
      'no setting max_connections',
    );
  });

  it('refuses to fight ALTER SYSTEM', () => {
    const altered = [{ name: 'work_mem', setting: '1MB' }];
    const state = have({ settings: [{ ...WORK_MEM, setting: '1024' }, CONNECTIONS], altered });
    expect(resource.diff(state)?.refused?.next).toContain('ALTER SYSTEM RESET work_mem');
  });

  describe('a file that is read after the one of vdb', () => {
    const file = '/etc/postgresql/17/main/conf.d/99-x.conf';
    const overruled = [{ name: 'max_connections', setting: '10', file, line: 3 }];
    const settings = [WORK_MEM, { ...CONNECTIONS, setting: '10' }];

    it('is not fought with restarts: the change is refused with the place and the way out', () => {
      expect(resource.diff(have({ settings, overruled }))?.refused).toEqual({
        why: `${file}, line 3, sets max_connections to 10, which wins over the configuration.`,
        next: 'Remove that line, or set postgres.settings.max_connections to the same value in the configuration.',
      });
    });

    it('is refused while the value that it would bring waits for a restart', () => {
      const state = have({ pendingRestart: ['max_connections'], overruled });
      expect(resource.diff(state)?.refused?.why).toContain(file);
    });

    it('is no obstacle when it has the wanted value', () => {
      const change = resource.diff(have({ settings, overruled: [{ ...overruled[0], setting: '100' }] }));
      expect(change).toMatchObject({ action: 'restart' });
      expect(change?.refused).toBeUndefined();
    });

    it('is no obstacle to another setting', () => {
      const state = have({ settings: [{ ...WORK_MEM, setting: '4096' }, CONNECTIONS], overruled });
      expect(resource.diff(state)?.refused).toBeUndefined();
    });
  });

  it('checks the files before it stops the server', () => {
    const [command] = resource.apply({ action: 'restart', summary: '' }, null);
    expect(command?.script.source).toMatch(
      /postgres -C max_connections [^\n]+ exit 65\nsystemctl restart postgresql@17-main\.service/,
    );
  });

  it('follows the file with the settings in a plan', () => {
    const file = 'file:/etc/postgresql/17/main/conf.d/60-vdb.conf';
    expect(resource.predict?.(new Set([file]))?.action).toBe('reload');
    expect(resource.predict?.(new Set(['file:/etc/other']))).toBeNull();
  });
});

describe('renderHba', () => {
  it('lets in postgres over the socket and the named roles with SCRAM, nobody else', () => {
    const rules = [
      { database: 'vector_metadata', user: 'vector_user', from: '127.0.0.1/32' },
      { database: 'vector_metadata', user: 'exporter', from: 'local' },
    ];
    expect(renderHba(rules).split('\n').slice(1)).toEqual([
      'local\tall\tpostgres\tpeer',
      'host\t"vector_metadata"\t"vector_user"\t127.0.0.1/32\tscram-sha-256',
      'local\t"vector_metadata"\t"exporter"\tpeer',
      '',
    ]);
  });
});

describe('postgresHbaLoaded', () => {
  const resource = postgresHbaLoaded();

  it.each([
    ['rules in force', { errors: [], stale: false }, undefined],
    ['a file newer than what is loaded', { errors: [], stale: true }, 'reload'],
    ['a server that cannot be asked yet', null, 'reload'],
  ])('judges %s', (_, have, action) => {
    expect(resource.diff(have)?.action).toBe(action);
  });

  it('refuses a file with errors, which a reload would silently ignore', () => {
    expect(resource.diff({ errors: ['line 3: invalid'], stale: true })?.refused?.why).toContain(
      'keeps its old rules',
    );
  });
});
