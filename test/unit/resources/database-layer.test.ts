import { describe, expect, test } from 'vitest';
import { judge } from '../../../src/engine/plan.js';
import { known } from '../../../src/host/probe.js';
import { sh } from '../../../src/host/shell.js';
import { databaseCollections } from '../../../src/resources/database-collections.js';
import type { LayerState } from '../../../src/resources/database-layer-probe.js';
import { databaseSchema } from '../../../src/resources/database-schema.js';
import { databaseSelftest } from '../../../src/resources/database-selftest.js';
import type { Revision } from '../../../src/services/citadel/revisions.js';
import { runWith } from '../../support/programs.js';
import { answer, commandsFor, scriptOf } from '../../support/resource-table.js';

const LAYER = {
  citadel: {
    directory: '/opt/citadel',
    venv: '/opt/qdrant/venv',
    qdrant: { port: 6333, keyFile: '/opt/qdrant/config/.admin-header' },
  },
  database: 'meta',
};
const REVISIONS: Revision[] = [
  { id: '001_a', down: null, title: 'A', phase: 'expand', makes: ['users', 'jobs'], drops: [] },
  { id: '002_b', down: '001_a', title: 'B', phase: 'expand', makes: ['notes', 'jobs.note'], drops: [] },
];
const HAVE: LayerState = {
  ...{ lacking: null, tested: 'digest', qdrant: true, database: true },
  ...{ revisions: ['002_b'], holds: ['jobs', 'jobs.note', 'notes', 'users'], collections: ['general'] },
};
const NO_PYTHON = { lacking: 'there is no /opt/qdrant/venv to run it (task 0.4)' };
const LEFT_OUT = { why: NO_PYTHON.lacking, until: 'imports:/opt/qdrant/venv' };

const schema = databaseSchema({ ...LAYER, revisions: REVISIONS });
const collections = databaseCollections({
  ...LAYER,
  names: ['general', 'code'],
  qdrantUnit: 'service:qdrant@blue.service',
});
const selftest = databaseSelftest({ ...LAYER, digest: 'digest' });

describe('the schema', () => {
  test.each<[string, Partial<LayerState> | null, string | null]>([
    ['is at the newest migration', {}, null],
    ['was never migrated', { revisions: [] }, '001_a, 002_b'],
    ['is one behind', { revisions: ['001_a'] }, '002_b'],
    ['cannot be seen yet', null, 'tables of 002_b'],
  ])('that %s', (_, more, summary) => {
    expect(schema.diff(more === null ? null : { ...HAVE, ...more })?.summary ?? null).toBe(summary);
  });

  test.each([[['009_z']], [['001_a', '002_b']]])(
    'at %j, which this release does not know, is refused, and holds back what builds on it',
    (revisions) => {
      const change = schema.diff({ ...HAVE, ...NO_PYTHON, revisions });
      expect(change?.refused).toMatchObject({ blocks: true, why: expect.stringContaining('002_b') });
      expect(change?.refused?.next).toMatch(/vdb db rollback --to 002_b.*vdb restore/);
    },
  );

  test.each([
    [['jobs', 'jobs.note'], 'without users, notes'],
    [['jobs', 'notes', 'users'], 'without jobs.note'],
    [['notes', 'users'], 'without jobs'],
  ])('that was taken apart by hand is no schema at all: of it there are %j', (holds, missing) => {
    const change = schema.diff({ ...HAVE, holds });
    expect(change).toMatchObject({ summary: missing, refused: { blocks: true } });
    expect(change?.refused?.next).toMatch(/vdb restore SET --only postgres.*vdb task rollback 3\.1/);
  });

  test('lacks nothing of migrations that are still to come', () => {
    expect(schema.diff({ ...HAVE, revisions: ['001_a'], holds: ['jobs', 'users'] })?.summary).toBe('002_b');
  });

  test('goes only as far as it is told to, by what it is told to', () => {
    const chain: Revision[] = [
      ...REVISIONS,
      { id: '003_c', down: '002_b', title: 'C', phase: 'contract', makes: [], drops: ['users'] },
    ];
    const part = ({ pending }: { pending: readonly Revision[] }) =>
      pending.filter(({ phase }) => phase === 'expand');
    const partly = databaseSchema({
      ...{ ...LAYER, revisions: chain, part, run: (args) => sh`other ${args}` },
    });
    expect(partly.diff({ ...HAVE, revisions: ['001_a'] })).toMatchObject({
      ...{ summary: '002_b', fields: [{ have: '001_a', want: '002_b' }] },
    });
    expect(commandsFor(partly, { ...HAVE, revisions: ['001_a'] })).toEqual(['other migrate --to 002_b']);
    expect(partly.diff(HAVE)).toBeNull();
    expect(databaseSchema({ ...LAYER, revisions: chain }).diff(HAVE)?.summary).toBe('003_c (contracts)');
  });

  test('does not lack what a migration dropped', () => {
    const chain: Revision[] = [
      ...REVISIONS,
      { id: '003_c', down: '002_b', title: 'C', phase: 'contract', makes: [], drops: ['jobs', 'notes'] },
    ];
    const shrunk = databaseSchema({ ...LAYER, revisions: chain });
    expect(shrunk.diff({ ...HAVE, revisions: ['003_c'], holds: ['users'] })).toBeNull();
    expect(shrunk.diff({ ...HAVE, revisions: ['003_c'], holds: [] })?.summary).toBe('without users');
  });

  test('is left out where nothing can run migrations, until something can', () => {
    const observation = known({ ...HAVE, ...NO_PYTHON, revisions: [] });
    expect(judge(schema, observation)).toMatchObject({ status: 'left-out', why: NO_PYTHON.lacking });
    expect(schema.diff({ ...HAVE, ...NO_PYTHON, revisions: [] })?.leftOut).toEqual(LEFT_OUT);
    expect(schema.diff({ ...HAVE, ...NO_PYTHON })).toBeNull();
  });

  test('is not left out where a migration was asked for', () => {
    const required = databaseSchema({ ...LAYER, revisions: REVISIONS, required: true });
    expect(required.diff({ ...HAVE, ...NO_PYTHON, revisions: [] })?.leftOut).toBeUndefined();
  });

  test('is migrated by the layer, which says what was wrong', () => {
    expect(commandsFor(schema, { ...HAVE, revisions: [] })).toEqual([
      expect.stringContaining('/opt/qdrant/venv/bin/python -m citadel migrate --to 002_b --json'),
    ]);
    const result = { exitCode: 1, stderr: 'INFO x', durationMs: 1 };
    const stdout = '{"error":{"code":"refused","message":"another migration runs"}}';
    expect(schema.explain?.({ ...result, stdout })?.meaning).toBe('another migration runs.');
    expect(schema.explain?.({ ...result, stdout: '' })?.meaning).toBe('INFO x.');
  });
});

describe('the collections that PostgreSQL lists', () => {
  test('are those that are configured', () => {
    expect(collections.diff(HAVE)).toMatchObject({ summary: 'list code', fields: [{ field: 'code' }] });
    expect(collections.diff({ ...HAVE, collections: null })?.summary).toBe('list general, code');
    expect(collections.diff({ ...HAVE, collections: ['code', 'general', 'other'] })).toBeNull();
  });

  test('are left out while Qdrant does not answer, or nothing can run the layer', () => {
    expect(collections.diff({ ...HAVE, qdrant: false })?.leftOut).toEqual({
      ...{ why: 'Qdrant does not answer', until: 'service:qdrant@blue.service' },
    });
    expect(collections.diff({ ...HAVE, ...NO_PYTHON, qdrant: false })?.leftOut).toEqual(LEFT_OUT);
    expect(collections.diff(null)?.leftOut).toBeUndefined();
  });
});

describe('the test of the layer', () => {
  test('is done once for each layer, and remembered when it passed', () => {
    expect(selftest.diff(HAVE)).toBeNull();
    expect(selftest.diff({ ...HAVE, tested: 'another' })?.action).toBe('run');
    expect(selftest.diff({ ...HAVE, ...NO_PYTHON, tested: '' })?.leftOut).toEqual(LEFT_OUT);
    const [test, remember] = commandsFor(selftest, { ...HAVE, tested: '' });
    expect(test).toContain('-m citadel selftest --json');
    expect(remember).toContain('/opt/citadel/.vdb-tested');
  });
});

describe('the look at the layer', () => {
  const look = (text: string) => answer(schema, `@layer\n${text}`);

  test('tells where the schema is, what is listed, and what can run', () => {
    expect(
      look('there\ndigest\n200\nready\n["002_b"]\n["jobs","jobs.note","notes","users"]\n["general"]\n'),
    ).toEqual(known(HAVE));
    expect(look('there yaml alembic\n-\n000\nready\n[]\n[]\nnull\n')).toEqual(
      known({
        ...{ lacking: '/opt/qdrant/venv has no yaml, alembic (task 0.4)', tested: '', qdrant: false },
        ...{ database: true, revisions: [], holds: [], collections: null },
      }),
    );
    expect(look('absent\n-\n000\nready\nnone\n')).toMatchObject({
      value: { ...NO_PYTHON, database: false, revisions: [], collections: null },
    });
  });

  test.each(['absent', 'down', 'starting'])('waits for a PostgreSQL that is %s', (state) => {
    expect(look(`there\n-\n200\n${state}\n`).status).toBe('pending');
  });

  test.each(['', 'there\n', 'there\n-\n', 'there\n-\nready\n[]\nnull\n'])(
    'is not taken for an answer: %j',
    (text) => {
      expect(() => look(text)).toThrow('no answer');
    },
  );

  test('asks without a Python, and never shows the key of Qdrant', async () => {
    const programs = {
      curl: 'echo 200',
      psql: 'cat >/dev/null; printf \'ready\\n["002_b"]\\n["users"]\\n["general"]\\n\'',
      pg_isready: 'exit 0',
      setpriv: 'shift 3; exec "$@"',
      id: 'exit 0',
      python: 'echo python was started >&2; exit 1',
    };
    const script = scriptOf(
      databaseSchema({
        ...LAYER,
        citadel: { ...LAYER.citadel, qdrant: { port: 1, keyFile: '/nonexistent' } },
        revisions: REVISIONS,
      }),
    );
    const socket = 'ls() { if [ "$1" = -A ]; then echo .s.PGSQL.5432; else echo "$PROGRAMS/psql"; fi; }';
    const said = await runWith(programs, `export -f ls 2>/dev/null; ${socket}\n${script}`);
    expect(answer(schema, said)).toMatchObject({
      status: 'known',
      value: {
        ...NO_PYTHON,
        qdrant: false,
        revisions: ['002_b'],
        holds: ['users'],
        collections: ['general'],
      },
    });
  });
});
