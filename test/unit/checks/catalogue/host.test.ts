import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../../src/checks/catalogue/index.js';
import { known, pending } from '../../../../src/host/probe.js';
import { contextOf, EMULATED, judged } from '../support.js';

describe('host.os', () => {
  it('passes on Debian 13', () => {
    const facts = known({ os: { id: 'debian', version: '13', codename: 'trixie', name: 'Debian 13' } });
    expect(judged('host.os', [facts])).toMatchObject({ status: 'pass', seen: 'Debian 13' });
  });

  it('fails on a release that vdb does not know, and names those that it does', () => {
    const facts = known({ os: { id: 'debian', version: '12', codename: 'bookworm', name: 'Debian 12' } });
    expect(judged('host.os', [facts])).toMatchObject({
      status: 'fail',
      seen: 'Debian 12',
      expected: 'debian 13 or ubuntu 24.04',
    });
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

describe('storage.free', () => {
  const disk = (freeGib: number, sizeGib: number, mountedOn = '/data') =>
    known({ free: freeGib * 1024 ** 3, size: sizeGib * 1024 ** 3, fileSystem: 'ext4', mountedOn });

  it('passes with a quarter free', () => {
    expect(judged('storage.free', [disk(25, 100)])).toMatchObject({ status: 'pass' });
  });

  it('fails with less than a quarter free', () => {
    expect(judged('storage.free', [disk(24, 100)])).toMatchObject({
      status: 'fail',
      seen: '24.0 GiB (24 %) free on /data',
      expected: 'at least 25 % and 10 GiB',
    });
  });

  it('fails below the configured GiB, whatever the share', () => {
    expect(judged('storage.free', [disk(9, 10)]).status).toBe('fail');
  });

  it('looks at the storage, the active slot and the backups', () => {
    const context = contextOf({
      paths: { storage: '/data', backups: '/backups' },
      qdrant: { ...EMULATED.qdrant, slots: { blue: { storage: '/fast/blue' } } },
    });
    const check = CATALOGUE.find(({ id }) => id === 'storage.free');
    const probes = [check?.probe?.(context) ?? []].flat();
    expect(probes.map(({ arg }) => arg)).toEqual(['/data', '/fast/blue', '/backups']);
  });

  it('fails when the file system of the slot is full, whatever the others have free', () => {
    const disks = [disk(90, 100), disk(0, 100, '/data/blue'), disk(90, 100)];
    expect(judged('storage.free', disks)).toMatchObject({
      status: 'fail',
      seen: '0.0 GiB (0 %) free on /data/blue',
    });
  });

  it('says once what it saw of a file system that holds several paths', () => {
    const disks = [disk(50, 100), disk(50, 100), disk(60, 100, '/backups')];
    expect(judged('storage.free', disks)).toMatchObject({
      status: 'pass',
      seen: '50.0 GiB (50 %) free on /data, 60.0 GiB (60 %) free on /backups',
    });
  });

  it('takes its threshold from the configuration', () => {
    const context = contextOf({ checks: { thresholds: { 'storage.free': 10 } } });
    expect(judged('storage.free', [disk(15, 100)], context).status).toBe('pass');
  });
});
