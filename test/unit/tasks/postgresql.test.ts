import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { layerTree } from '../../../src/services/citadel/layer.js';
import { template } from '../../../src/templates.js';
import { migrationTo, postgresql } from '../../../tasks/3.1-postgresql.js';
import { fakeContext, resourcesOf } from '../../support/fake-task.js';

describe('task 3.1', () => {
  test('has the seven sub-tasks of the document', () => {
    expect(postgresql.subtasks.map(({ id }) => id)).toEqual(
      Array.from({ length: 7 }, (_, index) => `3.1.${index + 1}`),
    );
  });

  test.each(postgresql.subtasks.map(({ id }) => id))('%s is all of this release', (id) => {
    expect(resourcesOf(postgresql, id, fakeContext()).length).toBeGreaterThan(0);
  });

  test('has its files and settings before anything runs from them', () => {
    const ids = postgresql.subtasks.flatMap(({ id }) => resourcesOf(postgresql, id, fakeContext()));
    const place = (part: string) => ids.findIndex(({ id }) => id.startsWith(part));
    expect(place('tree:')).toBeGreaterThan(place('postgres-database:'));
    expect(place('database-schema:')).toBeGreaterThan(place('file:/opt/citadel/.env'));
    expect(place('database-selftest:')).toBeGreaterThan(place('database-collections:'));
    expect(place('database-collections:')).toBeGreaterThan(place('database-schema:'));
    expect(place('database-schema:')).toBeGreaterThan(place('tree:'));
  });

  test('is without database, layer and migration where there is no metadata store', () => {
    const context = fakeContext({ postgres: { enabled: false } });
    expect(postgresql.subtasks.flatMap(({ id }) => resourcesOf(postgresql, id, context))).toEqual([]);
  });

  test('takes back each file that it has put', () => {
    const context = fakeContext();
    const [, files] = postgresql.rollback?.resources(context) ?? [];
    const paths = files?.probe.arg as string[];
    for (const { path } of layerTree())
      expect(paths.some((each) => `/opt/citadel/${path}`.startsWith(each))).toBe(true);
    expect(paths).toEqual(
      expect.arrayContaining(['/opt/citadel/.env', '/opt/citadel/.vdb-files', '/opt/citadel/.vdb-tested']),
    );
    expect(paths).not.toContain('/opt/citadel/config');
  });

  test('migrates alone what vdb db migrate asks for, and fails without a Python', () => {
    const task = migrationTo(undefined);
    const ids = task.subtasks.flatMap(({ id }) => resourcesOf(task, id, fakeContext()));
    expect(ids.map(({ id }) => id.split(':')[0])).toEqual([
      ...['tree', 'directory', 'file', 'file', 'database-schema', 'database-selftest'],
    ]);
    const lacking = { lacking: 'no python', revisions: [] } as unknown;
    expect(ids[4]?.diff(lacking)?.leftOut).toBeUndefined();
  });

  test('does not have the layer tested on a schema that it is not made for', () => {
    const partly = migrationTo('002_libraries');
    expect(partly.subtasks.map(({ id }) => id)).toEqual(['3.1.3', '3.1.4', '3.1.5']);
    const [schema] = resourcesOf(partly, '3.1.5', fakeContext());
    expect(schema?.diff({ revisions: [], holds: [] })?.summary).toBe('001_initial_schema, 002_libraries');
  });

  test('a shell that reads the environment file has the password as it is, and runs nothing', () => {
    const password = 'a$(echo x)`echo y`"#; $HOME b';
    const { postgres } = fakeContext({ postgres: { password } }).config;
    const script = `${template('citadel/env', { postgres })}printf %s "$POSTGRES_PASSWORD"`;
    expect(spawnSync('sh', { input: script, encoding: 'utf8' }).stdout).toBe(password);
  });

  test('asks PostgreSQL only after it has waited for it', () => {
    const ids = resourcesOf(postgresql, '3.1.1', fakeContext()).map(({ id }) => id);
    const place = (part: string) => ids.findIndex((id) => id.includes(part));
    expect(place('postgres-ready')).toBeGreaterThan(place('service:postgresql@'));
    expect(place('checksums')).toBeGreaterThan(place('postgres-ready'));
    expect(place('running-settings')).toBeGreaterThan(place('checksums'));
    expect(place('role')).toBeGreaterThan(place('postgres-ready'));
  });
});
