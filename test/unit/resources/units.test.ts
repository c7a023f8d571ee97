import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { cronFile } from '../../../src/resources/cron.js';
import { limitsFile } from '../../../src/resources/limits.js';
import { unitFile } from '../../../src/resources/unit.js';
import { group, systemUser } from '../../../src/resources/user.js';
import { commandsFor, scriptOf, summaryOf } from '../../support/resource-table.js';

describe('unitFile', () => {
  test('is known to systemd afterwards and goes by the name of its file', () => {
    const unit = unitFile({ name: 'q@.service', content: '[Service]\n' });
    expect(unit.id).toBe('file:/etc/systemd/system/q@.service');
    expect(commandsFor(unit, null).at(-1)).toBe('systemctl daemon-reload');
    expect(commandsFor(unit, null)[0]).toContain('systemd-analyze verify');
  });

  test('may be a drop-in, whose directory is created', () => {
    const [first] = commandsFor(unitFile({ name: 'redis.service.d/10-vdb.conf', content: '' }), null);
    expect(first).toContain('mkdir -p');
  });

  test.each(['q', 'q.conf', '../q.service', 'a/q.service'])('refuses the name %s', (name) => {
    expect(() => unitFile({ name, content: '' })).toThrow('not a unit file');
  });
});

describe('cronFile', () => {
  test('ends with a newline, without which cron ignores the line', () => {
    const [command] = cronFile({ name: 'vdb', content: '0 3 * * * root true' }).apply(
      { action: 'create', summary: '' },
      null,
    );
    expect(command?.stdin).toBe('0 3 * * * root true\n');
  });

  test('refuses names that cron ignores', () => {
    expect(() => cronFile({ name: 'vdb.cron', content: '' })).toThrow('cron would ignore');
  });
});

describe('limitsFile', () => {
  test('sets soft and hard limits', () => {
    expect(limitsFile({ nofile: 65536, nproc: 32768, memlock: 'unlimited' })).toBe(
      `* soft nofile 65536
* hard nofile 65536
* soft nproc 32768
* hard nproc 32768
* soft memlock unlimited
* hard memlock unlimited
`,
    );
  });
});

describe('systemUser', () => {
  const wanted = systemUser({ name: 'q', group: 'qg', home: '/data', groups: ['adm', 'ssl-cert'] });
  const line = (shell: string, home = '/data') => `q:x:998:998::${home}:${shell}\n`;

  test.each([
    ['as wanted', `${line('/usr/sbin/nologin')}@q qg qg adm ssl-cert\n`, null],
    ['missing', '', 'create the system user q'],
    [
      'with a login shell',
      `${line('/bin/bash')}@q qg qg adm ssl-cert\n`,
      'shell /bin/bash, want /usr/sbin/nologin',
    ],
    ['outside a group', `${line('/usr/sbin/nologin')}@q qg qg adm\n`, 'groups qg,adm, want ssl-cert'],
    ['in more groups', `${line('/usr/sbin/nologin')}@q qg qg adm ssl-cert more\n`, null],
  ])('that is %s', (_, stdout, summary) => {
    expect(summaryOf(wanted, stdout)).toBe(summary);
  });

  test('is created or changed by one command', () => {
    const ensure = '{ getent group qg >/dev/null || groupadd --system -- qg; } && ';
    expect(commandsFor(wanted, null)).toEqual([
      `${ensure}useradd --system --no-create-home -g qg -d /data -s /usr/sbin/nologin -G adm,ssl-cert -- q`,
    ]);
    const have = { uid: 998, home: '/', shell: '/bin/sh', group: 'q', groups: ['q'] };
    expect(commandsFor(wanted, have)).toEqual([
      `${ensure}usermod -g qg -d /data -s /usr/sbin/nologin -a -G adm,ssl-cert -- q`,
    ]);
  });

  test('is never the superuser under another name', () => {
    expect(
      wanted.diff({ uid: 0, home: '/', shell: '/bin/sh', group: 'root', groups: [] })?.refused,
    ).toBeDefined();
  });

  test('and its group have plain names', () => {
    expect(() => systemUser({ name: 'a b' })).toThrow('not a name');
    expect(() => group({ name: '-x' })).toThrow('not a name');
  });

  test('is looked up in valid bash', () => {
    expect(execFileSync('bash', ['-n', '-c', scriptOf(wanted)]).toString()).toBe('');
  });
});

describe('group', () => {
  test('is created when getent does not know it', () => {
    expect(summaryOf(group({ name: 'q' }), 'qq:x:1:\n')).toBe('create the system group q');
    expect(summaryOf(group({ name: 'q' }), 'q:x:1:\n')).toBeNull();
  });
});
