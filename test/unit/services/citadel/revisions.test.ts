import { describe, expect, test } from 'vitest';
import { layerDigest, layerRevisions, layerTree } from '../../../../src/services/citadel/layer.js';
import {
  chainOf,
  halvesOf,
  headOf,
  placeOf,
  type Revision,
  revisionOf,
  tooFarFor,
} from '../../../../src/services/citadel/revisions.js';

const SOURCE = `"""Libraries, their documents."""

revision = "002_libraries"
down_revision = "001_initial"

def upgrade() -> None:
    op.create_table(
        "libraries",
        sa.Column("id", sa.Uuid),
    )
    op.create_table("documents", sa.Column("id", sa.Uuid))
    op.add_column("users", sa.Column("role", sa.Text))


def downgrade() -> None:
    op.create_table("old_users", sa.Column("id", sa.Uuid))
    op.drop_table("documents")
`;

const revision = (id: string, down: string | null, phase: Revision['phase'] = 'expand'): Revision => ({
  ...{ id, down, title: id, phase, makes: [], drops: [] },
});
const [a, b, c] = [revision('a', null), revision('b', 'a'), revision('c', 'b')];

describe('the file of a migration', () => {
  test('says what it is, and what its way back removes', () => {
    expect(revisionOf('002.py', SOURCE)).toEqual({
      ...{ id: '002_libraries', down: '001_initial', title: 'Libraries, their documents' },
      ...{ phase: 'expand', makes: ['libraries', 'documents', 'users.role'], drops: [] },
    });
  });

  test('is read with annotations as well, and as the first one', () => {
    const source = 'revision: str = "x"\ndown_revision: str | None = None\n';
    expect(revisionOf('x.py', source)).toEqual({
      id: 'x',
      down: null,
      title: 'x',
      phase: 'expand',
      makes: [],
      drops: [],
    });
  });

  test('says that it contracts, and what it drops', () => {
    const source = `revision = "x"
down_revision = "w"
phase = "contract"

def upgrade() -> None:
    op.drop_table("jobs")
    op.drop_column("users", "role")

def downgrade() -> None:
    op.add_column("users", sa.Column("role", sa.Text))
`;
    expect(revisionOf('x.py', source)).toMatchObject({
      ...{ phase: 'contract', makes: [], drops: ['jobs', 'users.role'] },
    });
  });

  test.each(['', 'revision = "x"\n', 'down_revision = None\n'])(
    'is refused without its revision: %j',
    (source) => {
      expect(() => revisionOf('x.py', source)).toThrow('x.py does not say which revision it is');
    },
  );
});

describe('migrations', () => {
  test('come in the order in which they build on one another', () => {
    expect(chainOf([c, a, b])).toEqual([a, b, c]);
    expect(headOf([a, b, c])).toBe('c');
    expect([chainOf([]), headOf([])]).toEqual([[], null]);
  });

  test.each([
    ['two that build on the same', [a, b, revision('d', 'a')], '2 migrations build on a'],
    ['one that builds on what is not there', [a, c], '0 migrations build on a'],
    ['two first ones', [a, revision('e', null)], '2 migrations build on nothing'],
  ])('are refused with %s', (_, revisions, message) => {
    expect(() => chainOf(revisions)).toThrow(message);
  });

  test('tell what is still to come', () => {
    expect(placeOf([], [a, b])).toEqual({ status: 'known', current: null, applied: [], pending: [a, b] });
    expect(placeOf(['a'], [a, b])).toEqual({ status: 'known', current: 'a', applied: [a], pending: [b] });
    expect(placeOf(['b'], [a, b])).toMatchObject({ status: 'known', current: 'b', pending: [] });
  });

  test.each([[['z']], [['a', 'b']]])('do not know a schema at %j', (current) => {
    expect(placeOf(current, [a, b])).toEqual({ status: 'unknown', revisions: current });
  });
});

describe('a deploy', () => {
  const [e2, k3, k4] = [
    revision('e2', 'a'),
    revision('k3', 'e2', 'contract'),
    revision('k4', 'k3', 'contract'),
  ];
  const halves = (current: string[], chain: Revision[]) => {
    const place = placeOf(current, chain);
    if (place.status === 'unknown') throw new Error('unknown');
    const { expand, contract, stuck } = halvesOf(place);
    return [expand.map(({ id }) => id), contract.map(({ id }) => id), stuck?.needed.id ?? null];
  };

  test('expands before its cutover, and contracts once the release before is gone', () => {
    expect(halves(['a'], [a, e2, k3, k4])).toEqual([['e2'], ['k3', 'k4'], null]);
    expect(halves(['e2'], [a, e2, k3, k4])).toEqual([[], ['k3', 'k4'], null]);
    expect(halves(['k4'], [a, e2, k3, k4])).toEqual([[], [], null]);
  });

  test('cannot have what comes behind a contraction before that', () => {
    const chain = [a, e2, k3, revision('e4', 'k3')];
    expect(halves(['a'], chain)).toEqual([['e2'], ['k3', 'e4'], 'e4']);
    expect(halves(['k3'], chain)).toEqual([['e4'], [], null]);
  });

  test('disturbs nobody in a database of no tables', () => {
    expect(
      halves(
        [],
        [a, k3, revision('e4', 'k3')].map((each, index, all) => ({
          ...each,
          down: all[index - 1]?.id ?? null,
        })),
      ),
    ).toEqual([['a', 'k3', 'e4'], [], null]);
  });

  test('leads too far for a release without one of the contractions', () => {
    const ids = (own: Revision[]) => tooFarFor(own, [a, e2, k3, k4]).map(({ id }) => id);
    expect(ids([a])).toEqual(['k3', 'k4']);
    expect(ids([a, e2, k3])).toEqual(['k4']);
    expect(ids([a, e2, k3, k4])).toEqual([]);
    expect(tooFarFor([a], [a, e2])).toEqual([]);
  });
});

describe('the database layer of this release', () => {
  test('has a chain of migrations, each with a title and with tables', () => {
    const revisions = layerRevisions();
    expect(revisions[0]).toMatchObject({ id: '001_initial_schema', down: null });
    expect(revisions[0]?.makes).toEqual(
      expect.arrayContaining(['users', 'collections', 'vector_metadata', 'embedding_jobs']),
    );
    for (const { id, title } of revisions) expect(title, id).not.toBe(id);
  });

  test('holds the files of the document, and nothing that is only for its makers', () => {
    const paths = layerTree().map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        'alembic.ini',
        'migrations/env.py',
        'models/database_models.py',
        'schemas/database_schemas.py',
        'services/database_client.py',
      ]),
    );
    expect(
      paths.filter((path) => /(^|\/)tests?[/_]|pycache|pyproject|\.pyc|^env$|database\.yaml/.test(path)),
    ).toEqual([]);
  });

  test('is told apart from another by its digest', () => {
    expect(layerDigest()).toMatch(/^[0-9a-f]{64}$/);
  });
});
