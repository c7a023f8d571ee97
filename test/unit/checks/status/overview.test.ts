import { describe, expect, it } from 'vitest';
import { downOf } from '../../../../src/checks/status/down.js';
import { lastRuns, unitsOf } from '../../../../src/checks/status/overview.js';
import { known } from '../../../../src/host/probe.js';
import { withActiveSlots } from '../../../../src/services/host-state.js';
import { MONITORING_UNITS } from '../../../../src/services/monitoring/programs.js';
import { bareOverview, runningOverview, unseenOverview } from '../overview-of.js';
import { contextOf } from '../support.js';

describe('downOf', () => {
  it('is empty when everything runs', () => {
    expect(downOf(runningOverview())).toEqual([]);
  });

  it('names what is not installed on a bare host', () => {
    expect(downOf(bareOverview())).toEqual([
      'qdrant@blue.service: not installed',
      'Qdrant: does not answer',
      'PostgreSQL: not installed',
      'Redis: not installed',
    ]);
  });

  it('does not take what could not be seen for running', () => {
    const down = downOf(unseenOverview('no answer'));
    expect(down).toHaveLength(5);
    for (const line of down) expect(line).toContain('unknown, no answer');
  });

  it('names a unit that failed, a missing and a red collection', () => {
    const { collections, qdrant } = runningOverview();
    const [docs] = collections;
    const red = known({ status: 'red' } as never);
    const overview = runningOverview({
      services: [{ unit: 'a.service', state: known({ active: 'failed', since: 1, restarts: 5 }) }],
      qdrant: { ...qdrant, names: known(['other']) },
      collections: [
        { ...docs!, name: 'docs' },
        { ...docs!, name: 'other', info: red },
      ],
    });
    expect(downOf(overview)).toEqual([
      'a.service: failed',
      'collection docs: missing',
      'collection other: red',
    ]);
  });
});

describe('unitsOf', () => {
  const green = () => withActiveSlots(contextOf().config, { activeSlot: 'green', gateway: null });

  it("names PostgreSQL's unit by the distribution's major", () => {
    const { facts } = runningOverview();
    expect(unitsOf(green(), facts)).toEqual([
      'qdrant@green.service',
      'postgresql@17-main.service',
      'redis-server.service',
      'api-gateway@blue-1.service',
      'api-gateway@blue-2.service',
      'haproxy.service',
      ...MONITORING_UNITS,
    ]);
  });

  it('names no program of monitoring that is off', () => {
    const off = contextOf({ monitoring: { enabled: false } }).config;
    expect(unitsOf(off, known(null)).filter((unit) => MONITORING_UNITS.includes(unit))).toEqual([]);
  });

  it('falls back to the general unit where the release is not known', () => {
    expect(unitsOf(contextOf().config, { status: 'unknown', why: '' })).toContain('postgresql.service');
  });

  it('names every replica of the gateway where it is on', () => {
    const on = contextOf({ gateway: { enabled: true, active_slot: 'green' } }).config;
    expect(unitsOf(on, known(null))).toEqual(
      expect.arrayContaining(['api-gateway@green-1.service', 'api-gateway@green-2.service']),
    );
  });

  it('names HAProxy where it has something to serve', () => {
    const behind = (networking: object) => unitsOf(contextOf({ networking }).config, known(null));
    expect(behind({ edge: { qdrant_http_port: 8443 } })).toContain('haproxy.service');
    expect(behind({ load_balancer: false })).not.toContain('haproxy.service');
  });

  it('leaves out what is switched off', () => {
    const off = { enabled: false };
    const { config } = contextOf({ postgres: off, redis: off, gateway: off, monitoring: off });
    expect(unitsOf(config, known(null))).toEqual(['qdrant@blue.service']);
  });
});

describe('a state of the host that cannot be read', () => {
  it('is said among what is down: the other slot may be the active one', () => {
    const slot = { name: 'blue', recorded: false, unreadable: 'state.json names no active slot' } as const;
    expect(downOf(runningOverview({ slot }))).toEqual([
      'active slot: unknown, state.json names no active slot',
    ]);
  });
});

describe('lastRuns', () => {
  const run = (id: string, command: string): string =>
    JSON.stringify({
      schema: 'vdb.journal/1',
      run: id,
      who: 'me',
      command,
      vdb: '1',
      at: '2026-01-01T00:00:00Z',
      event: 'intent',
      tasks: [],
      changes: 0,
    });

  it('finds the newest of each kind', () => {
    const journal = [
      run('1', 'vdb backup'),
      run('2', 'vdb --lab x backup'),
      run('3', "vdb --lab deploy provision --report 'a backup'"),
    ].join('\n');
    const last = lastRuns(known(journal));
    expect(last.run).toMatchObject({ value: { run: '3' } });
    expect(last.backup).toMatchObject({ value: { run: '2' } });
    expect(last.deploy).toEqual({ status: 'known', value: null });
  });

  it('takes what is done with a set afterwards for no backup', () => {
    const journal = [
      run('1', 'vdb backup --json'),
      run('2', 'vdb backup pin latest'),
      run('3', 'vdb backup drill'),
    ];
    expect(lastRuns(known(journal.join('\n'))).backup).toMatchObject({ value: { run: '1' } });
  });

  it('counts a rollback as a deploy', () => {
    const journal = [run('1', 'vdb deploy'), run('2', 'vdb rollback'), run('3', 'vdb check')].join('\n');
    expect(lastRuns(known(journal)).deploy).toMatchObject({ value: { run: '2' } });
  });

  it('has none without a journal, and is unknown when that could not be read', () => {
    expect(lastRuns(known<string>(null)).run).toEqual({ status: 'known', value: null });
    expect(lastRuns({ status: 'unknown', why: 'no right' }).backup).toEqual({
      status: 'unknown',
      why: 'no right',
    });
  });
});
