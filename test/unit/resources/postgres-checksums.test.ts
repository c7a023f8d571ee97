import { expect, test } from 'vitest';
import { postgresChecksums } from '../../../src/resources/postgres-checksums.js';
import { runWith } from '../../support/programs.js';
import { answer, commandsFor } from '../../support/resource-table.js';

const resource = postgresChecksums({ major: 17, database: 'vector_metadata' });

test.each([
  ['switched on in an empty cluster', { on: false, inUse: false }, 'update'],
  ['left off where there is a database', { on: false, inUse: true }, undefined],
  ['left on', { on: true, inUse: false }, undefined],
  ['planned before there is a cluster', null, 'update'],
])('%s', (_, have, action) => {
  expect(resource.diff(have)?.action).toBe(action);
});

test('garbage is no empty cluster', () => {
  expect(answer(resource, 'ready\n@@ question 0\nNOTICE\n').status).toBe('unknown');
});

const PROGRAMS = {
  runuser: 'shift 3; "$@"',
  psql: 'echo /data',
  systemctl: 'echo "$*" >&2',
};
const script = commandsFor(resource, { on: false, inUse: false })[0]?.replace(
  '/usr/lib/postgresql/17/bin/',
  '',
);

test('the server starts again also where the checksums could not be switched on, which is a failure', async () => {
  const log = '2>&1';
  const failing = { ...PROGRAMS, pg_checksums: 'echo "$*" >&2; exit 3' };
  expect(await runWith(failing, `(${script}) ${log}; echo $?`)).toBe(
    'stop postgresql@17-main.service\n--enable -D /data\nstart postgresql@17-main.service\n3\n',
  );
});

test('a server that does not say where its data lies is not stopped', async () => {
  const mute = { ...PROGRAMS, psql: 'exit 2', pg_checksums: 'exit 0' };
  expect(await runWith(mute, `(${script}) 2>&1; echo $?`)).toBe('1\n');
});
