import { describe, expect, it } from 'vitest';
import { openFileLimit } from '../../../../src/checks/probes/open-files.js';
import { postgresState } from '../../../../src/checks/probes/postgres.js';
import { pythonVersion } from '../../../../src/checks/probes/python.js';
import { listeners } from '../../../../src/checks/probes/sockets.js';
import { failedUnits, unitState } from '../../../../src/checks/probes/units.js';

describe('unitState', () => {
  it('reads one block for each unit', () => {
    const stdout = [
      'LoadState=loaded\nActiveState=active\nNRestarts=2\nActiveEnterTimestamp=@1700000000\nInactiveEnterTimestamp=',
      'LoadState=not-found\nActiveState=inactive\nNRestarts=0',
      'LoadState=loaded\nActiveState=failed\nActiveEnterTimestamp=@1\nInactiveEnterTimestamp=@1700000009\n',
    ].join('\n\n');
    expect(unitState.parse(stdout, ['a', 'b', 'c'])).toEqual([
      { status: 'known', value: { active: 'active', since: 1_700_000_000, restarts: 2 } },
      { status: 'known', value: null },
      { status: 'known', value: { active: 'failed', since: 1_700_000_009, restarts: 0 } },
    ]);
  });

  it('takes a missing block for an unreadable answer, not for a missing unit', () => {
    expect(() => unitState.parse('', ['a'])).toThrow();
    expect(() => unitState.parse('LoadState=loaded\nActiveState=active', ['a', 'b'])).toThrow();
  });
});

describe('failedUnits', () => {
  it('reads names, and nothing as none', () => {
    const lines = 'a.service loaded failed failed A\nb.timer loaded failed failed B\n';
    expect(failedUnits.parse(lines, [null])).toEqual([{ status: 'known', value: ['a.service', 'b.timer'] }]);
    expect(failedUnits.parse('', [null])).toEqual([{ status: 'known', value: [] }]);
  });
});

describe('openFileLimit', () => {
  it.each([
    ['65536', { status: 'known', value: 65_536 }],
    ['unlimited', { status: 'known', value: Number.POSITIVE_INFINITY }],
    ['stopped', { status: 'pending', why: 'q.service does not run' }],
    ['unreadable', { status: 'unknown', why: 'the limits of q.service could not be read' }],
    ['', { status: 'unknown', why: 'the limits of q.service could not be read' }],
  ])('reads %j', (line, expected) => {
    expect(openFileLimit.parse(line, ['q.service'])).toEqual([expected]);
  });
});

describe('listeners', () => {
  it('reads IPv4, IPv6, every address and addresses of one interface', () => {
    const stdout = [
      'LISTEN 0 4096 127.0.0.1:6333 0.0.0.0:*',
      'LISTEN 0 4096 [::1]:6334 [::]:*',
      'LISTEN 0 4096 *:22 *:*',
      'LISTEN 0 4096 127.0.0.53%lo:53 0.0.0.0:*',
      'LISTEN 0 4096 [::ffff:127.0.0.1]:6335 *:*',
    ].join('\n');
    expect(listeners.parse(stdout, [null])).toEqual([
      {
        status: 'known',
        value: [
          { address: '127.0.0.1', port: 6333 },
          { address: '::1', port: 6334 },
          { address: '*', port: 22 },
          { address: '127.0.0.53', port: 53 },
          { address: '::ffff:127.0.0.1', port: 6335 },
        ],
      },
    ]);
  });

  it('refuses a line that it cannot read, rather than overlook a socket', () => {
    expect(() => listeners.parse('LISTEN garbage', [null])).toThrow('ss');
  });
});

describe('postgresState', () => {
  const question = { host: '127.0.0.1', port: 5432, database: 'd' };

  it.each([
    ['absent', null],
    ['no||', { accepts: false, server: null }],
    [
      'yes|17.2 (Debian 17.2-1)|f|t|0.8.0',
      { accepts: true, server: { version: '17.2', inRecovery: false, database: true, vector: '0.8.0' } },
    ],
    [
      'yes|17.2|t|f|',
      { accepts: true, server: { version: '17.2', inRecovery: true, database: false, vector: null } },
    ],
  ])('reads %j', (line, value) => {
    expect(postgresState.parse(`${line}\n`, [question])).toEqual([{ status: 'known', value }]);
  });

  it('is unknown when the database could not be asked', () => {
    expect(postgresState.parse('yes|17.2|f|t|?\n', [question])[0]?.status).toBe('unknown');
    expect(() => postgresState.parse('\n', [question])).toThrow();
  });
});

describe('pythonVersion', () => {
  it.each([
    ['Python 3.13.5', { status: 'known', value: '3.13.5' }],
    ['absent', { status: 'known', value: null }],
    ['error while loading shared libraries', { status: 'unknown', why: '/p does not say its version' }],
  ])('reads %j', (line, expected) => {
    expect(pythonVersion.parse(line, ['/p'])).toEqual([expected]);
  });
});
