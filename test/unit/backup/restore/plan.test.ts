import { describe, expect, it } from 'vitest';
import { chosenParts, namesToLookAt } from '../../../../src/backup/restore/plan.js';
import { neededParts } from '../../../../src/backup/restore/prepare.js';
import { definitionsOf, manifestOf, planOf, presentOf, SET } from './support.js';

const RESTORED = `docs--${SET}`;
const KEPT = `docs--before-${SET}`;

describe('a collection of a set', () => {
  it('compares what a restore that was cut short has made under its own name, and makes no alias of it', () => {
    const qdrant = presentOf(['docs', 'other']);
    const { collections, aliases } = planOf(['docs', 'other'], { qdrant, claimed: ['docs'] });
    expect(collections).toMatchObject([
      { name: 'docs', action: 'create', target: 'docs', kept: null, remains: true },
      { name: 'other', action: 'exchange' },
    ]);
    expect(aliases.map(({ alias }) => alias)).toEqual(['other']);
  });

  it('that is not there is restored under its own name', () => {
    expect(planOf(['docs']).collections).toMatchObject([
      { name: 'docs', action: 'create', target: 'docs', there: null, kept: null },
    ]);
    expect(planOf(['docs']).aliases).toEqual([]);
  });

  it('that is there is restored beside it, and what is there is kept as a copy', () => {
    const plan = planOf(['docs'], { qdrant: presentOf(['docs']) });
    expect(plan.collections).toMatchObject([
      { action: 'exchange', target: RESTORED, kept: KEPT, there: { collection: 'docs', points: 5 } },
    ]);
    expect(plan.aliases).toEqual([{ alias: 'docs', from: null, to: RESTORED }]);
  });

  it('that is there without a point makes room and is not kept', () => {
    const there = { docs: { points: 0, bytes: 9 } };
    const plan = planOf(['docs'], { qdrant: presentOf(['docs']), there });
    expect(plan.collections).toMatchObject([{ action: 'replace', target: RESTORED, kept: null }]);
  });

  it('whose name is an alias moves that, and keeps what was behind it', () => {
    const qdrant = presentOf(['docs_v7'], { docs: 'docs_v7', current: 'docs_v7', other: 'docs_v7' });
    const plan = planOf(['docs'], { qdrant });
    expect(plan.collections).toMatchObject([{ action: 'switch', target: RESTORED, kept: 'docs_v7' }]);
    expect(plan.aliases).toEqual(
      ['docs', 'current', 'other'].map((alias) => ({ alias, from: 'docs_v7', to: RESTORED })),
    );
  });

  it('that an earlier restore has made goes by the name that was its alias', () => {
    const old = 'docs--20261101T020000Z';
    const definitions = definitionsOf([old], { docs: old });
    expect(chosenParts(manifestOf([old]), definitions, {})).toMatchObject([
      { name: 'docs', collection: old },
    ]);
    const plan = planOf([old], { definitions, qdrant: presentOf([old], { docs: old }) });
    expect(plan.collections).toMatchObject([{ name: 'docs', action: 'switch', target: RESTORED, kept: old }]);
    expect(planOf([old], { definitions }).collections).toMatchObject([{ name: 'docs', target: 'docs' }]);
    expect(planOf([old], { definitions }).skipped.join()).not.toContain('alias');
  });

  it('that an earlier restore has kept, in a set that does not tell, is left out unless it is named', () => {
    const kept = 'docs--before-20261101T020000Z';
    const plan = planOf(['docs', kept]);
    expect(plan.collections.map(({ name }) => name)).toEqual(['docs']);
    expect(plan.skipped.join()).toContain(kept);
    expect(planOf(['docs', kept], { selection: { collections: [kept] } }).collections).toMatchObject([
      { target: kept },
    ]);
  });

  it('of a set that has left out what restores had kept is restored whatever it is called', () => {
    const own = 'docs--before-20261101T020000Z';
    const manifest = manifestOf(['docs', own], { kept_by_restores: [] });
    const plan = planOf(['docs', own], { manifest });
    expect(plan.collections.map(({ target }) => target)).toEqual(['docs', own]);
    expect(plan.skipped.join()).not.toContain(own);
  });

  it('under a name that was asked for switches nothing', () => {
    const selection = { collections: ['docs'], as: 'check' };
    const plan = planOf(['docs', 'b'], { qdrant: presentOf(['docs'], { docs2: 'docs' }), selection });
    expect(plan.collections).toMatchObject([{ action: 'create', target: 'check', kept: null }]);
    expect(plan.aliases).toEqual([]);
    expect([plan.databases, plan.redis, plan.configuration]).toEqual([[], null, null]);
  });

  it('is looked at by what is behind its name', () => {
    const qdrant = presentOf(['a', 'b_v1'], { b: 'b_v1' });
    expect(namesToLookAt(manifestOf(['a', 'b', 'c']), null, {}, qdrant)).toEqual(['a', 'b_v1']);
  });
});

describe('aliases of a set', () => {
  const definitions = (aliases: Record<string, string>) => definitionsOf(['docs', 'b'], aliases);

  it('move to what is restored, wherever they point now', () => {
    const qdrant = presentOf(['docs', 'x'], { current: 'x' });
    const plan = planOf(['docs', 'b'], { definitions: definitions({ current: 'docs', fresh: 'b' }), qdrant });
    expect(plan.aliases).toEqual([
      { alias: 'docs', from: null, to: RESTORED },
      { alias: 'current', from: 'x', to: RESTORED },
      { alias: 'fresh', from: null, to: 'b' },
    ]);
  });

  it('that the server has of a collection that makes room follow it', () => {
    const plan = planOf(['docs'], { qdrant: presentOf(['docs'], { mine: 'docs' }) });
    expect(plan.aliases).toContainEqual({ alias: 'mine', from: 'docs', to: RESTORED });
  });

  it('that point nowhere in the set are skipped and reported', () => {
    const plan = planOf(['docs', 'b'], { definitions: definitions({ lost: 'gone' }) });
    expect(plan.aliases).toEqual([]);
    expect(plan.skipped).toContain('alias lost: gone is not in the set');
  });

  it('are skipped where there is a collection of that name', () => {
    const plan = planOf(['docs', 'b'], {
      definitions: definitions({ taken: 'docs' }),
      qdrant: presentOf(['taken']),
    });
    expect(plan.aliases).toEqual([]);
    expect(plan.skipped).toContain('alias taken: there is a collection of that name');
  });

  it('of collections that are not chosen stay', () => {
    const selection = { collections: ['b'] };
    const plan = planOf(['docs', 'b'], { definitions: definitions({ current: 'docs' }), selection });
    expect(plan.aliases).toEqual([]);
    expect(plan.skipped).toEqual([]);
  });
});

describe('the other parts of a set', () => {
  it('are all restored but the configuration, which has to be asked for', () => {
    const plan = planOf(['docs']);
    expect(plan.databases).toMatchObject([
      {
        database: 'app',
        restored: `app_restore_${SET.toLowerCase()}`,
        kept: `app_before_${SET.toLowerCase()}`,
      },
    ]);
    expect(plan.redis?.path).toBe('redis/dump.rdb');
    expect(plan.configuration).toBeNull();
    expect(plan.skipped).toEqual(['configuration: only with --only config']);
    const only = planOf(['docs'], { selection: { only: ['config'] } });
    expect(only).toMatchObject({ collections: [], databases: [], redis: null });
    expect(only.configuration?.path).toBe('configuration.tar');
  });

  it('keep nothing of a database that is not there', () => {
    expect(planOf(['docs'], { databases: ['postgres'] }).databases[0]?.kept).toBeNull();
  });

  it('are left out where the service is not configured, and that is said', () => {
    const plan = planOf(['docs'], { databases: null, redis: false });
    expect([plan.databases, plan.redis]).toEqual([[], null]);
    expect(plan.skipped).toEqual(
      expect.arrayContaining([
        'PostgreSQL: postgres.enabled is false here',
        'Redis: redis.enabled is false here',
      ]),
    );
  });

  it('are hashed only as far as they are read', () => {
    const paths = (plan: ReturnType<typeof planOf>) =>
      neededParts(plan, manifestOf(['docs', 'b'])).map(({ path }) => path);
    expect(paths(planOf(['docs', 'b'], { selection: { collections: ['b'] } }))).toEqual([
      'qdrant.json',
      'collections/b.snapshot',
    ]);
    expect(paths(planOf(['docs', 'b'], { selection: { only: ['postgres'] } }))).toEqual([
      'postgres/app.dump',
      'postgres/globals.sql',
    ]);
  });
});
