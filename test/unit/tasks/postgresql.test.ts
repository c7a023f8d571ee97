import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { template } from '../../../src/templates.js';
import { postgresql } from '../../../tasks/3.1-postgresql.js';
import { fakeContext, resourcesOf } from '../../support/fake-task.js';

const LATER = "comes with the gateway's database layer";

describe('task 3.1', () => {
  test('has the seven sub-tasks of the document', () => {
    expect(postgresql.subtasks.map(({ id }) => id)).toEqual(
      Array.from({ length: 7 }, (_, index) => `3.1.${index + 1}`),
    );
  });

  test.each(['3.1.2', '3.1.3', '3.1.5', '3.1.6', '3.1.7'])('%s says what comes later, and when', (id) => {
    const skipped = resourcesOf(postgresql, id, fakeContext()).filter(({ leftOut }) => leftOut !== undefined);
    expect(skipped.map(({ leftOut }) => leftOut)).toEqual([LATER]);
    expect(skipped.map(({ diff }) => diff(null))).toEqual([null]);
  });

  test.each(['3.1.1', '3.1.4'])('%s is all of this release', (id) => {
    const resources = resourcesOf(postgresql, id, fakeContext());
    expect(resources.length).toBeGreaterThan(0);
    expect(resources.every(({ leftOut }) => leftOut === undefined)).toBe(true);
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
