import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { aptTransaction } from '../../../src/resources/apt.js';
import { filesAlone } from '../../../src/resources/files-alone.js';
import { grafanaProvisioning } from '../../../src/resources/grafana-provisioning.js';
import { postgresMonitor } from '../../../src/resources/postgres-monitor.js';
import { answer, commandsFor, scriptOf, summaryOf } from '../../support/resource-table.js';

const bash = (script: string) => execFileSync('bash', ['-c', script], { encoding: 'utf8' });

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'vdb-monitoring-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('a role that looks at PostgreSQL', () => {
  const role = postgresMonitor({ name: 'prometheus' });
  const good = { login: true, privileged: false, password: false, groups: ['pg_monitor'] };

  test.each([
    ['is not there', null, 'role prometheus in pg_monitor'],
    ['is as wanted', good, undefined],
    ['may not log in', { ...good, login: false }, 'login differ'],
    ['may do more', { ...good, privileged: true }, 'privileges differ'],
    ['has a password', { ...good, password: true }, 'password differ'],
    ['sees nothing', { ...good, groups: [] }, 'member of differ'],
    ['sees more', { ...good, groups: ['pg_monitor', 'pg_read_all_data'] }, 'member of differ'],
  ])('that %s', (_, have, summary) => {
    expect(role.diff(have)?.summary).toBe(summary);
  });

  test('gets no password, and loses what it should not have', () => {
    const have = { ...good, groups: ['pg_read_all_data'] };
    const [command] = role.apply(role.diff(have) ?? { action: 'update', summary: '' }, have);
    expect(String(command?.stdin)).toContain('ALTER ROLE "prometheus" WITH LOGIN NOSUPERUSER');
    expect(String(command?.stdin)).toContain('PASSWORD NULL;');
    expect(String(command?.stdin)).toContain('REVOKE "pg_read_all_data" FROM "prometheus";');
    expect(String(command?.stdin)).toContain('GRANT pg_monitor TO "prometheus";');
  });
});

describe('a directory that is vdb’s alone', () => {
  const alone = (keep: string[]) =>
    filesAlone({ directory: join(directory, 'own'), keep: keep.map((name) => join(directory, 'own', name)) });
  const look = (keep: string[]) => summaryOf(alone(keep), bash(scriptOf(alone(keep))));

  test('loses every file that it does not keep, and no other', () => {
    mkdirSync(join(directory, 'own'));
    for (const name of ['a', '.b', "it's"]) writeFileSync(join(directory, 'own', name), '');
    writeFileSync(join(directory, 'other'), '');
    expect(look(['a', '.b', "it's"])).toBeNull();
    expect(look(['a'])).toBe("remove .b, it's");
    for (const script of commandsFor(alone(['a']), ['.b', 'a', "it's"])) bash(script);
    expect(bash(`ls -A ${directory} ${directory}/own`)).toBe(
      `${directory}:\nother\nown\n\n${directory}/own:\na\n`,
    );
  });

  test('may be missing', () => {
    expect(look(['a'])).toBeNull();
  });
});

describe('Grafana', () => {
  const files = [{ path: 'dashboards/vdb/a.json', content: '{}\n' }];
  const of = (required: boolean) => grafanaProvisioning({ files, required });

  test('is told of by its look, with what it has', () => {
    const none = '@none\n@tree\nabsent\n';
    expect(answer(of(false), none)).toEqual({ status: 'known', value: { installed: false, tree: null } });
    expect(summaryOf(of(false), none)).toBeNull();
    expect(summaryOf(of(true), none)).toBe('1 files');
    expect(summaryOf(of(false), '@installed\n@tree\nabsent\n')).toBe('1 files');
    expect(() => answer(of(false), 'what?\n')).toThrow('it says "what?"');
  });

  test('reads a data source at its start alone, so that it is started again', () => {
    expect(commandsFor(of(true), { installed: true, tree: null }).at(-1)).toContain(
      'systemctl try-restart grafana-server.service',
    );
  });
});

describe('packages that would listen to everybody', () => {
  const { source } = aptTransaction(['prometheus', 'curl']).script;
  const prelude = source.slice(source.indexOf('closed() {'), source.indexOf('updated='));

  test('find their arguments there before them, and those that are there stay', () => {
    const file = join(directory, 'prometheus');
    const script = prelude.replace('/etc/default/prometheus', file);
    bash(script);
    expect(readFileSync(file, 'utf8')).toBe('ARGS="--web.listen-address=127.0.0.1:9090"\n');
    writeFileSync(file, 'mine\n');
    bash(script);
    expect(readFileSync(file, 'utf8')).toBe('mine\n');
  });
});
