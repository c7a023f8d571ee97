import { describe, expect, it } from 'vitest';
import type { CheckContext } from '../../../../src/checks/check.js';
import type { OomKill } from '../../../../src/checks/probes/oom.js';
import { known, type Observation, pending } from '../../../../src/host/probe.js';
import { ABSENT, contextOf, EMULATED, FACTS, judged } from '../support.js';

const UNSEEN: Observation<never> = { status: 'unknown', why: 'no answer within 20 s' };

/** The same host as a container of a machine. */
function contained(context = contextOf()): CheckContext {
  return { ...context, facts: known({ ...FACTS, container: true, virtualisation: 'podman' }) };
}

function on(day: string): CheckContext {
  return { ...contextOf(), now: new Date(`${day}T12:00:00Z`) };
}

describe('host.os', () => {
  const release = (id: string, version: string) =>
    known({ ...FACTS, os: { id, version, codename: '', name: `${id} ${version}` } });

  it.each([
    ['2026-11-24', 'pass', 'debian 13, security updates until 2028-08-09'],
    ['2028-05-11', 'pass', 'debian 13, security updates until 2028-08-09'],
    ['2028-05-13', 'warn', 'debian 13, security updates until 2028-08-09, in 88 days'],
    ['2028-08-09', 'warn', 'debian 13, security updates until 2028-08-09, in 0 days'],
    ['2028-08-10', 'fail', 'debian 13: no security updates since 2028-08-09'],
  ])('on %s of Debian 13 says %s', (day, status, seen) => {
    expect(judged('host.os', [release('debian', '13')], on(day))).toMatchObject({ status, seen });
  });

  it('takes the days before the end from the configuration', () => {
    const context = contextOf({ checks: { thresholds: { 'host.os': 1000 } } });
    expect(judged('host.os', [release('debian', '13')], context).status).toBe('warn');
  });

  it('fails on a release that vdb does not know, and names those that it does', () => {
    expect(judged('host.os', [release('debian', '12')])).toMatchObject({
      status: 'fail',
      seen: 'debian 12',
      expected: 'debian 13 or ubuntu 24.04',
    });
  });
});

describe('host.arch', () => {
  const judge = (machine: Observation<unknown>, context?: CheckContext) =>
    judged('host.arch', [known(FACTS), machine], context);

  it('passes when the program is for the CPU, fails when it is for another', () => {
    expect(judge(known('x86_64'))).toMatchObject({ status: 'pass', seen: 'x86_64' });
    expect(judge(known('aarch64'))).toMatchObject({ status: 'fail', seen: 'aarch64', expected: 'x86_64' });
    expect(judge(known('machine 243')).status).toBe('fail');
  });

  it('skips the script of the emulator, and fails on a script in its place elsewhere', () => {
    expect(judge(known('script'), contextOf(EMULATED)).status).toBe('skip');
    expect(judge(known('script')).status).toBe('fail');
  });

  it('is unknown without a program', () => {
    expect(judge(ABSENT)).toMatchObject({
      status: 'unknown',
      seen: 'there is no /opt/qdrant/slots/blue/qdrant',
    });
    expect(judge(UNSEEN)).toMatchObject({
      status: 'unknown',
      seen: UNSEEN.status === 'unknown' && UNSEEN.why,
    });
  });
});

describe('host.cpus', () => {
  it.each([
    [16, 'pass'],
    [15, 'fail'],
  ])('with %i of 16 planned says %s', (cpus, status) => {
    expect(judged('host.cpus', [known({ ...FACTS, cpus })]).status).toBe(status);
  });
});

describe('host.memory', () => {
  const GIB = 1024 ** 3;
  const judge = (gib: number, limit: Observation<unknown> = ABSENT) =>
    judged('host.memory', [known({ ...FACTS, memory: gib * GIB }), limit, ABSENT]);

  it('passes when Qdrant, Redis, the gateway and an eighth for PostgreSQL fit', () => {
    expect(judge(56)).toMatchObject({ status: 'pass', seen: '56 GiB' });
  });

  it('fails when they do not, and says what is planned', () => {
    expect(judge(55)).toMatchObject({
      status: 'fail',
      seen: '55 GiB',
      expected: 'at least 55.1 GiB',
      details: ['Qdrant: 32 GiB', 'Redis: 256 MiB', 'PostgreSQL: 6.9 GiB', 'the gateway: 16 GiB'],
    });
  });

  it('counts what a container may use, not what its machine has', () => {
    expect(judge(64, known(`${16 * GIB}`))).toMatchObject({ status: 'fail', seen: '16 GiB' });
    expect(judge(64, known('max')).status).toBe('pass');
    expect(judge(64, UNSEEN).status).toBe('unknown');
    expect(judge(64, known('lots')).status).toBe('unknown');
  });
});

describe('settings of the kernel', () => {
  it.each([
    ['host.map-count', '262144', 'pass'],
    ['host.map-count', '65530', 'fail'],
    ['host.map-count', 'many', 'unknown'],
    ['host.map-count', '', 'unknown'],
    ['host.overcommit', '1', 'pass'],
    ['host.overcommit', '0', 'fail'],
    ['host.overcommit', '2', 'fail'],
    ['host.thp', 'always [madvise] never', 'pass'],
    ['host.thp', 'always madvise [never]', 'pass'],
    ['host.thp', '[always] madvise never', 'fail'],
    ['host.thp', 'always madvise never', 'unknown'],
    ['host.swap', 'SwapTotal: 4194304 kB\nSwapFree: 4194304 kB', 'pass'],
    ['host.swap', 'SwapTotal: 4194304 kB\nSwapFree: 3145728 kB', 'fail'],
    ['host.swap', 'SwapTotal: 4194304 kB', 'unknown'],
  ])('%s with %j says %s', (id, text, status) => {
    expect(judged(id, [known(text)])).toMatchObject({ severity: 'error', status });
  });

  it.each(['host.map-count', 'host.overcommit', 'host.thp', 'host.swap'])(
    '%s is unknown on a kernel without it',
    (id) => {
      expect(judged(id, [ABSENT]).status).toBe('unknown');
    },
  );

  it("warns in a container, where they are the machine's, and offers no task that could not set them", () => {
    const found = judged('host.map-count', [known('65530')], contained());
    expect(found).toMatchObject({ severity: 'warning', status: 'warn' });
    expect(found.seen).toContain('on the machine around the container');
    expect(found).not.toHaveProperty('fix');
    expect(judged('host.map-count', [known('65530')])).toHaveProperty('fix', '0.2');
  });

  it('needs no overcommit where there is no Redis', () => {
    const context = contextOf({ redis: { enabled: false } });
    expect(judged('host.overcommit', [], context).status).toBe('skip');
  });
});

describe('host.pressure', () => {
  const full = (share: string) =>
    known(
      `some avg10=9.00 avg60=9.00 avg300=9.00 total=1\nfull avg10=0.00 avg60=${share} avg300=0.00 total=1`,
    );

  it.each([
    ['0.00', '4.99', 'pass', 'memory 0 %, io 4.99 %'],
    ['0.00', '5.00', 'fail', 'io 5 %'],
    ['7.50', '5.00', 'fail', '2 of 2'],
  ])('with memory %s and io %s says %s', (memory, io, status, seen) => {
    expect(judged('host.pressure', [full(memory), full(io)])).toMatchObject({ status, seen });
  });

  it('is unknown where one of them is not measured', () => {
    expect(judged('host.pressure', [full('0.00'), ABSENT])).toMatchObject({ status: 'unknown' });
    expect(judged('host.pressure', [full('0.00'), known('some avg10=0.00')])).toMatchObject({
      status: 'unknown',
    });
  });
});

describe('host.oom', () => {
  const NOW = contextOf().now.getTime();
  const log = (kills: OomKill[], days = 7) => [known({ since: NOW - days * 86_400_000, kills })];
  const kill: OomKill = { at: NOW - 3_600_000, who: 'qdrant@blue.service', source: 'systemd' };

  it('passes without a kill, and says how far the journal reaches', () => {
    expect(judged('host.oom', log([]))).toMatchObject({ status: 'pass', seen: 'none in 7 days' });
    expect(judged('host.oom', log([], 2)).seen).toBe('none since 2026-11-22, where the journal begins');
  });

  it('fails with who was killed', () => {
    const older: OomKill = { at: NOW - 7_200_000, who: 'postgres', source: 'kernel' };
    expect(judged('host.oom', log([kill, older]))).toMatchObject({
      status: 'fail',
      seen: '2 killed, the last on 2026-11-24: qdrant@blue.service',
      details: [
        '2026-11-24T11:00:00.000Z systemd: qdrant@blue.service',
        '2026-11-24T10:00:00.000Z kernel: postgres',
      ],
    });
  });

  it('in a container warns of what the kernel killed anywhere on the machine, and fails for its own units', () => {
    const machines: OomKill = { ...kill, who: 'cc1plus', source: 'kernel' };
    expect(judged('host.oom', log([machines]), contained()).status).toBe('warn');
    expect(judged('host.oom', log([machines, kill]), contained()).status).toBe('fail');
    expect(judged('host.oom', log([]), contained()).seen).toContain("the kernel's own log is the machine's");
  });

  it('is unknown with an empty journal', () => {
    expect(judged('host.oom', [known({ since: null, kills: [] })]).status).toBe('unknown');
  });
});

describe('host.reboot', () => {
  const state = {
    required: false,
    packages: [],
    running: '6.12.48+deb13-amd64',
    kernels: ['6.12.48+deb13-amd64'],
  };
  const newer = { ...state, kernels: [...state.kernels, '6.12.57+deb13-amd64'] };

  it('passes when nothing asks for one', () => {
    expect(judged('host.reboot', [known(state)])).toMatchObject({ status: 'pass', seen: 'none is due' });
  });

  it('warns when a package asks for one, or a newer kernel waits', () => {
    const asked = { ...state, required: true, packages: ['libc6', 'dbus'] };
    expect(judged('host.reboot', [known(asked)])).toMatchObject({
      status: 'warn',
      seen: 'a reboot is asked for by libc6, dbus',
    });
    expect(judged('host.reboot', [known(newer)])).toMatchObject({
      status: 'warn',
      seen: '6.12.48+deb13-amd64 runs, 6.12.57+deb13-amd64 is installed',
    });
  });

  it('takes no kernel of a container for one that could run', () => {
    expect(judged('host.reboot', [known(newer)], contained()).status).toBe('pass');
  });
});

describe('host.hardening', () => {
  it.each([
    [5, 'pass', 'qdrant@blue.service: 5.0'],
    [5.1, 'warn', 'qdrant@blue.service: 5.1'],
  ])('with %d says %s', (level, status, seen) => {
    const context = contextOf({ gateway: { enabled: false } });
    expect(judged('host.hardening', [known(level)], context)).toMatchObject({ status, seen });
  });

  it('looks at every replica of the gateway', () => {
    const context = contextOf({ gateway: { replicas: 1 } });
    expect(judged('host.hardening', [known(1), known(9)], context)).toMatchObject({
      ...{ status: 'warn', seen: expect.stringContaining('api-gateway@blue-1.service: 9.0') },
    });
  });

  it('is unknown without the unit', () => {
    expect(judged('host.hardening', [ABSENT]).status).toBe('unknown');
  });
});

describe('host.failed-units', () => {
  it('passes with none', () => {
    expect(judged('host.failed-units', [known([])]).status).toBe('pass');
  });

  it('fails with their names', () => {
    const result = judged('host.failed-units', [known(['redis-server.service', 'cron.service'])]);
    expect(result).toMatchObject({ status: 'fail', seen: 'redis-server.service, cron.service' });
  });
});

describe('host.nofile', () => {
  it('passes at the configured limit and without one', () => {
    expect(judged('host.nofile', [known(65_536)]).status).toBe('pass');
    expect(judged('host.nofile', [known(Number.POSITIVE_INFINITY)]).status).toBe('pass');
  });

  it('fails below the configured limit', () => {
    expect(judged('host.nofile', [known(1024)])).toMatchObject({
      status: 'fail',
      seen: '1024 files',
      expected: 'at least 65536',
    });
  });

  it('is unknown while the unit does not run', () => {
    const result = judged('host.nofile', [pending('qdrant@blue.service does not run')]);
    expect(result).toMatchObject({ status: 'unknown', seen: 'qdrant@blue.service does not run' });
  });
});
