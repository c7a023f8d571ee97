import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../../src/checks/catalogue/index.js';
import { known, type Observation } from '../../../../src/host/probe.js';
import { collection, metrics } from '../qdrant-answers.js';
import { ABSENT, answered, contextOf, judged } from '../support.js';

type Info = Parameters<NonNullable<Parameters<typeof collection>[0]>>[0];

function list(...names: string[]) {
  return answered(200, { result: { collections: names.map((name) => ({ name })) } });
}

/** The answer to `/aliases`. */
function aliasList(aliases: Record<string, string>) {
  const pairs = Object.entries(aliases);
  return answered(200, {
    result: { aliases: pairs.map(([alias_name, collection_name]) => ({ alias_name, collection_name })) },
  });
}

describe('collections.set', () => {
  const seen = (names: string[], aliases: Record<string, string> = {}, records = known<object[]>([])) =>
    judged('collections.set', [list(...names), aliasList(aliases), records]);

  it('passes when they are the configured ones', () => {
    expect(seen(['docs']).status).toBe('pass');
  });

  it('passes where the name of one is an alias of what was restored', () => {
    expect(seen(['docs--20261124T020000Z'], { docs: 'docs--20261124T020000Z' })).toMatchObject({
      status: 'pass',
      seen: 'docs',
    });
  });

  it('fails for a missing one, and for one whose name is an alias of nothing', () => {
    expect(seen([])).toMatchObject({ status: 'fail', seen: 'missing: docs', expected: 'docs' });
    expect(seen([], { docs: 'docs--20261124T020000Z' }).status).toBe('fail');
  });

  it('warns of one that is not in the configuration', () => {
    expect(seen(['docs', 'leftover'])).toMatchObject({
      status: 'warn',
      seen: 'not in the configuration: leftover',
    });
  });

  it('says of one that is not in the configuration as what it serves', () => {
    expect(seen(['docs', 'other--before-1', 'leftover'], { other: 'other--before-1' })).toMatchObject({
      status: 'warn',
      seen: 'not in the configuration: other--before-1 (serves as other), leftover',
      remedy: 'Add the collections to the configuration, or delete those that nobody uses.',
    });
  });

  it('names what a restore has kept, by its record, with what removes it', () => {
    const [restored, kept] = ['docs--20261124T020000Z', 'docs--before-20261124T020000Z'];
    const own = 'mine--before-20261124T020000Z';
    const record = {
      ...{ schema: 'vdb.restore/1', restore: '20261124T020000Z', state: 'done', databases: [], aliases: [] },
      collections: [{ name: 'docs', action: 'exchange', target: restored, kept, switched: true }],
      ...{ redis: null, configuration: null },
    };
    const aliases = { docs: restored };
    expect(seen([restored, kept, own], aliases, known([record]))).toMatchObject({
      status: 'warn',
      seen: `not in the configuration: ${own}; kept by a restore, until vdb restore discard: ${kept}`,
      remedy: expect.stringMatching(/^Add the collections .* vdb restore discard removes it\.$/),
    });
    expect(seen([restored, kept], aliases, known([record])).remedy).not.toContain('configuration');
    expect(seen([restored, kept], aliases, { status: 'unknown', why: 'x' } as never)).toMatchObject({
      seen: `not in the configuration: ${kept}`,
    });
  });

  it('is unknown when Qdrant refuses the key or does not answer', () => {
    const refused = judged('collections.set', [answered(401), answered(401)]);
    expect(refused).toMatchObject({ status: 'unknown', seen: 'Qdrant refuses the key (401)' });
    expect(judged('collections.set', [ABSENT, ABSENT]).status).toBe('unknown');
    expect(judged('collections.set', [list('docs'), ABSENT]).status).toBe('unknown');
  });
});

const TWO = { collections: { a: { size: 384 }, b: { size: 384 } } };
const TIMEOUT = answered('timeout');

/** Looks at collections of these colours. */
function looks(...statuses: string[]): Observation<unknown>[] {
  return statuses.map((status) =>
    collection((info) => {
      info.status = status;
    }),
  );
}

describe('collections.green', () => {
  it('passes on green in both looks', () => {
    expect(judged('collections.green', looks('green', 'green'))).toMatchObject({
      status: 'pass',
      seen: 'all green, 5 s apart',
    });
  });

  it.each([
    ['red', 'red', 'fail', 'docs: red'],
    ['red', 'green', 'fail', 'docs: red, then green'],
    ['green', 'red', 'fail', 'docs: green, then red'],
    ['yellow', 'yellow', 'warn', 'docs: yellow'],
    ['green', 'yellow', 'warn', 'docs: green, then yellow'],
    ['grey', 'green', 'warn', 'docs: grey, then green'],
    ['green', 'plaid', 'fail', 'docs: green, then plaid'],
  ])('takes %s and %s for %s', (first, second, status, seen) => {
    expect(judged('collections.green', looks(first, second))).toMatchObject({ status, seen });
  });

  it.each([
    [collection(), TIMEOUT, 'docs: Qdrant does not answer in time'],
    [collection(), ABSENT, 'docs: Qdrant does not answer'],
    [answered(500), collection(), 'docs: Qdrant answers 500'],
    [collection(), answered(200, '<html>'), 'docs: Qdrant answers with something unreadable'],
  ])('is unknown when one look failed', (first, second, seen) => {
    expect(judged('collections.green', [first, second])).toMatchObject({ status: 'unknown', seen });
  });

  it('is unknown when the second look was never made', () => {
    expect(judged('collections.green', [collection()]).status).toBe('unknown');
  });

  it('keeps the looks of several collections apart', () => {
    const result = judged('collections.green', looks('green', 'green', 'green', 'yellow'), contextOf(TWO));
    expect(result).toMatchObject({ status: 'warn', seen: 'b: green, then yellow' });
  });

  it('fails when one of several is red, even though another cannot be seen', () => {
    const seen = [answered(500), ...looks('red'), answered(500), ...looks('red')];
    expect(judged('collections.green', seen, contextOf(TWO))).toMatchObject({
      status: 'fail',
      seen: 'b: red',
    });
  });

  it('says once that Qdrant does not answer', () => {
    const result = judged('collections.green', [ABSENT, ABSENT, ABSENT, ABSENT], contextOf(TWO));
    expect(result).toMatchObject({ status: 'unknown', seen: 'Qdrant does not answer' });
  });

  it('is skipped where no collection is configured', () => {
    expect(judged('collections.green', [], contextOf({ collections: {} })).status).toBe('skip');
  });

  it.each([
    [0, 1],
    [-3, 1],
    [5, 2],
  ])('asks with a threshold of %d %d times, in kinds of its own', (seconds, times) => {
    const check = CATALOGUE.find(({ id }) => id === 'collections.green');
    const context = contextOf({ checks: { thresholds: { 'collections.green': seconds } } });
    const probes = [check?.probe?.(context) ?? []].flat();
    expect(new Set(probes.map(({ kind }) => kind.name)).size).toBe(times);
    expect(probes).toHaveLength(times);
    const green = judged('collections.green', looks('green'), context);
    expect(green.status).toBe(times === 1 ? 'pass' : 'unknown');
  });
});

describe('collections.optimizer', () => {
  it('passes on ok', () => {
    expect(judged('collections.optimizer', [collection()]).status).toBe('pass');
  });

  it('fails with the error, whatever the colour', () => {
    const answer = collection((info) => {
      info.optimizer_status = { error: 'No space left on device' };
    });
    expect(judged('collections.optimizer', [answer])).toMatchObject({
      status: 'fail',
      seen: 'docs: No space left on device',
    });
  });

  it.each([undefined, null, {}, 'fine'])('is unknown for the status %j', (status) => {
    const answer = collection((info) => {
      info.optimizer_status = status;
    });
    expect(judged('collections.optimizer', [answer]).status).toBe('unknown');
  });
});

describe('collections.size', () => {
  it('passes with the configured size and distance', () => {
    expect(judged('collections.size', [collection()]).status).toBe('pass');
  });

  it.each([
    [{ size: 768, distance: 'Cosine' }, 'docs: 768 Cosine'],
    [{ size: 384, distance: 'Dot' }, 'docs: 384 Dot'],
    [{ text: { size: 384, distance: 'Cosine' } }, 'docs: named vectors'],
  ])('fails with %o', (vectors, seen) => {
    const answer = collection((info) => {
      info.config.params.vectors = vectors;
    });
    expect(judged('collections.size', [answer])).toMatchObject({
      status: 'fail',
      seen,
      expected: '384 Cosine',
    });
  });
});

describe('the settings of a collection', () => {
  it.each(['index', 'quantization', 'strict-mode'])('pass as vdb makes them: %s', (name) => {
    expect(judged(`collections.${name}`, [collection()]).status).toBe('pass');
  });

  it.each([
    ['index', (info: Info) => Object.assign(info.config.hnsw_config, { m: 8 }), 'hnsw.m 8', 'hnsw.m 16'],
    [
      'index',
      (info: Info) => Object.assign(info.config.hnsw_config, { ef_construct: 9, on_disk: true }),
      'hnsw.ef_construct 9, hnsw.on_disk true',
      'hnsw.ef_construct 100, hnsw.on_disk false',
    ],
    [
      'index',
      (info: Info) => Object.assign(info.config.params.vectors, { hnsw_config: { m: 4 } }),
      'hnsw.m 4',
      'hnsw.m 16',
    ],
    [
      'quantization',
      (info: Info) => Object.assign(info.config, { quantization_config: null }),
      'quantization none',
      'quantization scalar',
    ],
    [
      'quantization',
      (info: Info) => Object.assign(info.config, { quantization_config: { binary: { always_ram: true } } }),
      'quantization binary',
      'quantization scalar',
    ],
    [
      'strict-mode',
      (info: Info) => Object.assign(info.config, { strict_mode_config: { enabled: true } }),
      'strict_mode true',
      'strict_mode false',
    ],
  ])('fail where they differ: %s', (name, edit, seen, expected) => {
    const result = judged(`collections.${name}`, [collection((info) => void edit(info))]);
    expect(result).toMatchObject({ status: 'fail', seen: `docs: ${seen}`, fix: '1.4' });
    expect(result.expected).toBe(expected);
  });

  it('fail where strict mode is wanted and off, or was never set', () => {
    const context = contextOf({ qdrant: { ...contextOf().config.qdrant, strict_mode: true } });
    const never = collection((info) => {
      info.config.strict_mode_config = undefined;
    });
    for (const answer of [collection(), never])
      expect(judged('collections.strict-mode', [answer], context).status).toBe('fail');
  });

  it.each(['index', 'quantization', 'strict-mode', 'optimizer', 'size', 'indexed', 'payload-indexes'])(
    'are unknown where the answer lacks a part: %s',
    (name) => {
      const context = contextOf({ collections: { docs: { size: 384, payload_indexes: { n: 'integer' } } } });
      for (const part of ['hnsw_config', 'optimizer_config', 'params'] as const) {
        const answer = collection((info) => {
          Reflect.deleteProperty(info.config, part);
        });
        expect(judged(`collections.${name}`, [answer], context).status).toBe('unknown');
      }
    },
  );
});

describe('collections.payload-indexes', () => {
  const context = contextOf({ collections: { docs: { size: 384, payload_indexes: { year: 'integer' } } } });
  const withSchema = (schema: Record<string, unknown>) =>
    collection((info) => {
      info.payload_schema = schema;
    });

  it('passes with the configured indexes, whatever else is indexed', () => {
    const answer = withSchema({
      year: { data_type: 'integer', points: 3 },
      more: { data_type: 'bool', points: 0 },
    });
    expect(judged('collections.payload-indexes', [answer], context).status).toBe('pass');
  });

  it.each([
    [{}, 'docs: year not indexed'],
    [{ year: { data_type: 'keyword', points: 3 } }, 'docs: year keyword'],
  ])('fails with %o', (schema, seen) => {
    expect(judged('collections.payload-indexes', [withSchema(schema)], context)).toMatchObject({
      status: 'fail',
      seen,
      expected: 'year integer',
      fix: '1.4',
    });
  });

  it('is skipped where none is configured', () => {
    expect(judged('collections.payload-indexes', [collection()])).toMatchObject({
      status: 'skip',
      seen: 'no payload index is configured',
    });
  });
});

describe('collections.aliases', () => {
  const context = contextOf({ collections: { docs: { size: 384, aliases: ['current'] } } });
  const aliases = (...pairs: [string, string][]) =>
    answered(200, {
      result: { aliases: pairs.map(([alias_name, collection_name]) => ({ alias_name, collection_name })) },
    });

  it('passes when they point where they should, and where there are none', () => {
    expect(
      judged('collections.aliases', [aliases(['current', 'docs']), list('docs')], context),
    ).toMatchObject({
      status: 'pass',
      seen: '1 as configured',
    });
    expect(judged('collections.aliases', [aliases(), list('docs')])).toMatchObject({
      status: 'pass',
      seen: 'none',
    });
  });

  it.each([
    [aliases(), 'current: missing', '1.4'],
    [aliases(['current', 'other']), 'current: of other', '1.4'],
    [aliases(['current', 'docs'], ['old', 'gone']), 'old: of gone, which does not exist', undefined],
  ])('fails, and offers a task only where that sets it right', (have, seen, fix) => {
    const result = judged('collections.aliases', [have, list('docs', 'other')], context);
    expect(result).toMatchObject({ status: 'fail', seen });
    expect(result.fix).toBe(fix);
  });

  it('warns of one that is not configured', () => {
    const have = aliases(['current', 'docs'], ['stray', 'other']);
    expect(judged('collections.aliases', [have, list('docs', 'other')], context)).toMatchObject({
      status: 'warn',
      seen: 'not in the configuration: stray of other',
    });
  });

  it('passes where the name of a collection is an alias too, as after a restore', () => {
    const restored = 'docs--20261124T020000Z';
    const both = aliases(['docs', restored], ['current', restored]);
    expect(judged('collections.aliases', [both, list(restored)], context).status).toBe('pass');
    const apart = aliases(['docs', restored], ['current', 'other']);
    expect(judged('collections.aliases', [apart, list(restored, 'other')], context).status).toBe('fail');
  });

  it('is unknown when either list cannot be seen', () => {
    expect(judged('collections.aliases', [answered(500), list('docs')]).status).toBe('unknown');
    expect(judged('collections.aliases', [aliases(), answered(500)]).status).toBe('unknown');
    expect(judged('collections.aliases', [answered(200, { result: { aliases: [{}] } }), list()]).status).toBe(
      'unknown',
    );
  });
});

describe('collections.count', () => {
  const points = (count: number) => answered(200, { result: { count } });
  const rows = (counts: unknown) => known(counts);
  const withoutGateway = contextOf({ gateway: { enabled: false } });

  it.each([
    [1000, 1000, 'pass'],
    [1000, 1001, 'pass'],
    [1000, 999, 'pass'],
    [1000, 1002, 'fail'],
    [1000, 998, 'fail'],
    [1, 0, 'fail'],
    [0, 1, 'fail'],
    [0, 0, 'pass'],
  ])('%d points and %d rows: %s', (have, want, status) => {
    const seen = [rows({ docs: want }), points(have)];
    expect(judged('collections.count', seen).status).toBe(status);
  });

  it('does not apply where clients write to Qdrant alone', () => {
    expect(judged('collections.count', [rows({ docs: 0 }), points(3)], withoutGateway)).toMatchObject({
      status: 'skip',
      seen: expect.stringContaining('gateway.enabled is false'),
    });
    const status = (counts: unknown, have: number) =>
      judged('collections.count', [rows(counts), points(have)], withoutGateway).status;
    expect(status({ docs: 0, other: 1 }, 3)).toBe('fail');
    expect(status({ docs: 0 }, 0)).toBe('pass');
  });

  it('takes a collection that PostgreSQL does not know for one without rows', () => {
    expect(judged('collections.count', [rows({}), points(3)])).toMatchObject({
      status: 'fail',
      seen: 'docs: 3 points, 0 rows',
      expected: 'a difference of at most 0.1 %',
    });
  });

  it('is skipped, with the reason, before there are tables, and without PostgreSQL', () => {
    expect(judged('collections.count', [rows('none'), points(3)])).toMatchObject({
      status: 'skip',
      seen: expect.stringContaining('no tables'),
    });
    const context = contextOf({ postgres: { enabled: false } });
    expect(judged('collections.count', [], context)).toMatchObject({
      status: 'skip',
      seen: 'postgres.enabled is false',
    });
  });

  it('is unknown when either side cannot be counted', () => {
    expect(judged('collections.count', [rows({ docs: 1 }), answered(500)]).status).toBe('unknown');
    expect(judged('collections.count', [rows({ docs: 1 }), ABSENT]).status).toBe('unknown');
    const unseen: Observation<unknown> = { status: 'unknown', why: 'no' };
    expect(judged('collections.count', [unseen, points(1)]).status).toBe('unknown');
  });
});

describe('collections.indexed', () => {
  const filled = (points: number, indexed: number, edit: (info: Info) => void = () => {}) =>
    collection((info) => {
      info.points_count = points;
      info.indexed_vectors_count = indexed;
      edit(info);
    });

  // A vector takes 1.5 kB, so the default threshold of 10000 kB is 6666 vectors a segment, and there are two.
  it.each([
    [0, 0, 'pass'],
    [13_000, 0, 'pass'],
    [14_000, 0, 'fail'],
    [100_000, 100_000, 'pass'],
    [100_000, 95_000, 'pass'],
    [1_000_000, 940_000, 'fail'],
    [1_000_000, 950_000, 'pass'],
    [1_000_000, 1_100_000, 'pass'],
  ])('%d points, %d indexed: %s', (points, indexed, status) => {
    expect(judged('collections.indexed', [filled(points, indexed)]).status).toBe(status);
  });

  it('fails at once where indexing is switched off and there is something to index', () => {
    const off = (info: Info) => {
      info.config.optimizer_config.indexing_threshold = 0;
    };
    expect(judged('collections.indexed', [filled(1, 0, off)])).toMatchObject({
      status: 'fail',
      seen: 'docs: indexing is switched off, 1 points',
    });
    expect(judged('collections.indexed', [filled(0, 0, off)]).status).toBe('pass');
  });

  it('takes a threshold that is not stated for the one of Qdrant', () => {
    const unset = (info: Info) => {
      info.config.optimizer_config.indexing_threshold = null;
    };
    expect(judged('collections.indexed', [filled(13_000, 0, unset)]).status).toBe('pass');
    expect(judged('collections.indexed', [filled(14_000, 0, unset)]).status).toBe('fail');
  });

  it('says that optimizations are switched off', () => {
    const idle = (info: Info) => {
      info.config.optimizer_config.max_optimization_threads = 0;
    };
    expect(judged('collections.indexed', [filled(20_000, 200, idle)])).toMatchObject({
      status: 'fail',
      seen: 'docs: 1 % of 20000 points, optimizations are switched off',
      expected: 'at least 95 %',
    });
  });

  it('does not ask for an index where the configuration of the collection has none', () => {
    const none = (info: Info) => {
      info.config.hnsw_config.m = 0;
    };
    expect(judged('collections.indexed', [filled(20_000, 0, none)])).toMatchObject({ status: 'skip' });
  });
});

describe('collections.queue', () => {
  const QUEUE = 'collection_update_queue_length{id="docs"}';

  it.each([
    [0, 'pass'],
    [999, 'pass'],
    [1000, 'fail'],
  ])('%d waiting: %s', (length, status) => {
    expect(judged('collections.queue', [metrics({ [QUEUE]: length }), aliasList({})]).status).toBe(status);
  });

  it('takes the configured limit', () => {
    const context = contextOf({ checks: { thresholds: { 'collections.queue': 5 } } });
    expect(judged('collections.queue', [metrics({ [QUEUE]: 5 }), aliasList({})], context)).toMatchObject({
      status: 'fail',
      seen: 'docs: 5',
      expected: 'less than 5',
    });
  });

  it('is unknown without the metric, and for another collection alone', () => {
    for (const changes of [{ [QUEUE]: null }, { [QUEUE]: null, 'collection_update_queue_length{id="b"}': 1 }])
      expect(judged('collections.queue', [metrics(changes), aliasList({})])).toMatchObject({
        status: 'unknown',
        seen: expect.stringContaining('docs: there is no metric'),
      });
  });

  it('takes the metric of the collection that the name is an alias of', () => {
    const restored = 'docs--20261124T020000Z';
    const all = metrics({ [QUEUE]: null, [`collection_update_queue_length{id="${restored}"}`]: 1000 });
    expect(judged('collections.queue', [all, aliasList({ docs: restored })])).toMatchObject({
      status: 'fail',
      seen: 'docs: 1000',
    });
  });
});

describe('a collection with another size', () => {
  it('names the way to a new collection, and no task: none can change it', () => {
    const check = CATALOGUE.find(({ id }) => id === 'collections.size');
    expect(check?.fix).toBeUndefined();
    expect(check?.remedy).toMatch(/fixed at creation.*new name, copy the points, switch the alias/);
  });
});

describe('a collection that does not exist', () => {
  it.each(['collections.green', 'collections.size', 'collections.indexed'])('is unknown to %s', (id) => {
    expect(judged(id, [answered(404), answered(404)])).toMatchObject({
      status: 'unknown',
      seen: 'docs: it does not exist',
    });
  });
});
