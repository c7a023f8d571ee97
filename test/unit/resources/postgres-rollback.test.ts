import { describe, expect, it } from 'vitest';
import { dropCommand, dumpCommand, postgresRemoved } from '../../../src/resources/postgres-rollback.js';
import { filesRemoved } from '../../../src/resources/postgres-rollback-files.js';
import { postgresStopped } from '../../../src/resources/postgres-rollback-stop.js';
import { postgresql } from '../../../tasks/3.1-postgresql.js';
import { fakeContext } from '../../support/fake-task.js';
import { runWith } from '../../support/programs.js';
import { scriptOf } from '../../support/resource-table.js';

const WANT = { major: 17, database: 'meta', user: 'app', backup: '/data/backups/rollback-1' };
const HAVE = { size: 1024 ** 2, connections: 2, role: true };
const removed = postgresRemoved(WANT);
const parse = (resource: ReturnType<typeof postgresRemoved>, stdout: string) =>
  resource.probe.kind.parse(stdout, [resource.probe.arg])[0];

describe('postgresRemoved', () => {
  it('wants nothing where neither database nor role is', () => {
    expect(removed.diff(null)).toBeNull();
    expect(parse(removed, 'holds\nready\n[{"n":0,"size":null,"connections":0,"role":false}]')).toEqual({
      status: 'known',
      value: null,
    });
  });

  it('takes a stopped server for empty only when it holds no database of users', () => {
    expect(parse(removed, 'empty\ndown\n')).toEqual({ status: 'known', value: null });
    expect(parse(removed, 'empty\nabsent\n')).toEqual({ status: 'known', value: null });
    expect(parse(removed, 'holds\ndown\n')).toMatchObject({ status: 'unknown' });
    expect(parse(removed, 'holds\nstarting\n')).toMatchObject({ status: 'unknown' });
    expect(parse(removed, 'holds\nrefused FATAL: too many clients\n')).toMatchObject({ status: 'unknown' });
  });

  it('says what goes, and where its backup is', () => {
    expect(removed.diff(HAVE)?.summary).toBe(
      'the database meta (1.0 MiB, 2 connections open) and the role app, after a backup to /data/backups/rollback-1 that is read back',
    );
  });

  it('dumps before it drops, in commands of which the first failure ends the step', () => {
    const titles = removed
      .apply({ action: 'remove', summary: '' }, HAVE)
      .map(({ title }) => title.split(' ')[0]);
    expect(titles).toEqual(['back', 'remove']);
  });

  it('reads the dump back before it gets its name', () => {
    const { source } = dumpCommand(WANT, HAVE).script;
    const order = ['pg_dump --format', 'pg_restore --list', 'pg_restore --file=/dev/null', 'mv -T'];
    const places = order.map((text) => source.indexOf(text));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
  });

  it('removes only what the backup holds', () => {
    const { script, stdin } = dropCommand(WANT, { size: null, connections: 0, role: true });
    expect(stdin).toBe('DROP ROLE IF EXISTS "app";\n');
    expect(script.source).not.toContain('database.dump');
  });

  it.each([{ user: 'postgres' }, { database: 'postgres' }, { database: 'template1' }])(
    'never touches what PostgreSQL itself needs: %o',
    (more) => {
      expect(() => postgresRemoved({ ...WANT, ...more })).toThrow(expect.objectContaining({ exitCode: 2 }));
    },
  );
});

describe('filesRemoved', () => {
  it('lists what is there, and nothing else', () => {
    const resource = filesRemoved({ title: 'files', paths: ['/opt/a/x', '/opt/a/y'], backup: '/data/b' });
    const seen = resource.probe.kind.parse('/opt/a/y\n', [resource.probe.arg])[0];
    expect(seen).toEqual({ status: 'known', value: ['/opt/a/y'] });
    expect(resource.diff(['/opt/a/y'])?.fields).toEqual([
      { field: '/opt/a/y', have: 'there', want: 'absent' },
    ]);
  });

  it.each(['/opt', '/', 'relative/path', '/opt/a/../../etc'])(
    'refuses to manage the absence of %s',
    (path) => {
      expect(() => filesRemoved({ title: 'x', paths: [path], backup: '/data/b' })).toThrow('refusing');
    },
  );
});

describe('postgresStopped', () => {
  const stopped = postgresStopped({ major: 17, database: 'meta' });
  const show = (active: string, enabled: string, others = '') =>
    `Id=postgresql.service\nActiveState=${active}\nUnitFileState=${enabled}\n\nActiveState=${active}\nUnitFileState=enabled-runtime\nId=postgresql@17-main.service\n${others}`;
  const change = (stdout: string) => {
    const seen = parse(stopped, stdout);
    return stopped.diff(seen?.status === 'known' ? seen.value : null);
  };

  it.each([
    ['the question fails', { pg_isready: 'exit 0', psql: 'exit 2' }],
    ['it is starting', { pg_isready: 'exit 1', psql: 'exit 2' }],
  ])('does not take a server that runs for one without databases of others: %s', async (_, programs) => {
    const all = { ...programs, runuser: 'shift 3; exec "$@"', systemctl: 'echo active', pg_lsclusters: '' };
    await expect(runWith(all, scriptOf(stopped))).rejects.toThrow();
    const empty = { ...all, pg_isready: 'exit 0', psql: 'exit 0' };
    expect(await runWith(empty, scriptOf(stopped))).toBe('active\n');
  });

  it('stops and disables what runs', () => {
    expect(change(show('active', 'enabled'))?.fields?.map(({ field }) => field)).toEqual([
      'postgresql.service',
      'postgresql.service at boot',
      'postgresql@17-main.service',
    ]);
  });

  it('is content with what neither runs nor will', () => {
    expect(change(show('inactive', 'disabled'))).toBeNull();
    expect(change(show('failed', 'disabled'))).toBeNull();
  });

  it('leaves a server alone that others use', () => {
    const refused = change(
      show('active', 'enabled', 'other=database shop\nother=cluster 16/main\n'),
    )?.refused;
    expect(refused?.why).toContain('database shop, cluster 16/main');
  });
});

describe('the rollback of task 3.1', () => {
  const context = fakeContext();

  it('removes the database first, then files, and stops the server last', () => {
    const ids = postgresql.rollback?.resources(context).map(({ id }) => id.split(':')[0]);
    expect(ids).toEqual(['postgres-removed', 'files-removed', 'postgres-stopped']);
  });

  it('says where the backup is and how to restore it', () => {
    const warning = postgresql.rollback?.warning(context);
    expect(warning).toContain('/data/backups/rollback-3.1-20260102T030405Z/database.dump');
    expect(warning).toContain('vdb provision --only 3.1');
    expect(warning).toContain('pg_restore');
  });
});
