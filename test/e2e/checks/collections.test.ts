import { expect, test, vi } from 'vitest';
import type { Document } from 'yaml';
import { collectionSchema } from '../../../src/config/schema/collections.js';
import { createBody } from '../../../src/services/qdrant/collection-body.js';
import { canMigrate } from '../db/support.js';
import { vdbWith } from '../support/configuration.js';
import { onSharedHost } from '../support/shared.js';
import { testThorough } from '../support/thorough.js';
import { type CheckEvent, DEPLOYMENT, expectFound, quickly, resultsOf } from './breakage.js';
import { ADMIN, LATER_SECONDS, PORT, request, STUB_GONE, stubInstead } from './qdrant-host.js';

const SIZE = 384;
const WANTED = { ...collectionSchema.parse({ size: SIZE }), strictMode: false };
const GENERAL = '/collections/general';

/** The unit of Qdrant does not run while a stub answers for it. */
const STUBBED = [
  ...[DEPLOYMENT, /^qdrant\./, /^collections\./, /^capacity\./, /^host\./, /^drift/],
  'network.listeners',
];

/** As it was provisioned. */
const REMADE = `${request('DELETE', GENERAL)}; ${request('PUT', GENERAL, createBody(WANTED))}`;

/** Changes a setting of the collection `general`. */
const patched = (body: unknown): string => request('PATCH', GENERAL, body);

/** Writes so many points, 1.5 kB each, in a form short enough for a command line. */
const points = (count: number): string => `python3 -c '
import json
print(json.dumps({"points": [{"id": n, "vector": [(n * 31 + d) % 97 / 97 for d in range(${SIZE})]} for n in range(1, ${count} + 1)]}))' |
  curl -fsS -o /dev/null -X PUT -H @${ADMIN} -H 'content-type: application/json' --data-binary @- \
    'http://127.0.0.1:${PORT}${GENERAL}/points?wait=true'`;

const psql = (sql: string): string =>
  `cd /; runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -d vector_metadata -c ${`'${sql}'`}`;

/** Rows of so many vectors, as a write through the gateway leaves them. */
const rows = (count: number): string =>
  psql(`insert into vector_metadata (collection_id, point_id)
    select c.id, n::text from collections c, generate_series(1, ${count}) n where c.name = $$general$$`);
const NO_ROWS = psql('delete from vector_metadata');

onSharedHost('checks of collections', (host) => {
  /** One check under an edited configuration. */
  const check = async (
    id: string,
    edit?: (document: Document) => void,
    flags = '',
  ): Promise<CheckEvent | undefined> =>
    resultsOf(await vdbWith(host(), quickly(edit), `check ${id} ${flags} --json`.replace('  ', ' '))).get(id);

  test('find one that is missing, and make it', () =>
    expectFound(host(), {
      id: 'collections.set',
      seen: /^missing: general$/m,
      break: request('DELETE', GENERAL),
      relatives: [/^collections\./, /^drift/],
    }));

  test('find one that nobody configured', () =>
    expectFound(host(), {
      id: 'collections.set',
      status: 'warn',
      seen: /not in the configuration: stranger/,
      break: request('PUT', '/collections/stranger', { vectors: { size: 3, distance: 'Dot' } }),
      mend: request('DELETE', '/collections/stranger'),
    }));

  test('find another size', () =>
    expectFound(host(), {
      id: 'collections.size',
      seen: /general: 128 Cosine/,
      break: `${request('DELETE', GENERAL)}; ${request('PUT', GENERAL, createBody({ ...WANTED, size: 128 }))}`,
      mend: REMADE,
      relatives: [/^drift/],
    }));

  type Changed = [id: string, change: Record<string, unknown>, seen: RegExp];
  const another = 'find another setting, and set it again: %s %o';
  test.each<Changed>([
    [
      'collections.index',
      { hnsw_config: { m: 7, ef_construct: 33 } },
      /general: hnsw\.m 7, hnsw\.ef_construct 33/,
    ],
    ['collections.quantization', { quantization_config: 'Disabled' }, /general: quantization none/],
  ])(another, isSetAgain);
  testThorough.each<Changed>([
    ['collections.index', { hnsw_config: { on_disk: true } }, /general: hnsw\.on_disk true/],
    [
      'collections.quantization',
      { quantization_config: { binary: { always_ram: true } } },
      /quantization binary/,
    ],
    ['collections.strict-mode', { strict_mode_config: { enabled: true } }, /general: strict_mode true/],
  ])(another, isSetAgain);

  async function isSetAgain(...[id, change, seen]: Changed): Promise<void> {
    await expectFound(host(), { id, seen, break: patched(change), relatives: [/^drift/] });
  }

  test('find one that is red (a stub)', () =>
    expectFound(host(), {
      id: 'collections.green',
      seen: /^general: red$/m,
      break: stubInstead(`sed -i 's/"status":"green"/"status":"red"/' _collections_general`),
      mend: STUB_GONE,
      relatives: STUBBED,
    }));

  test('find the error of an optimizer (a stub)', () =>
    expectFound(host(), {
      id: 'collections.optimizer',
      seen: /^general: No space left$/m,
      break: stubInstead(
        `sed -i 's/"optimizer_status":"ok"/"optimizer_status":{"error":"No space left"}/' _collections_general`,
      ),
      mend: STUB_GONE,
      relatives: STUBBED,
    }));

  test('find one that does not stay green: two looks, some seconds apart (a stub)', () =>
    expectFound(host(), {
      id: 'collections.green',
      status: 'warn',
      seen: /^general: green, then yellow$/m,
      break: stubInstead(
        `sed 's/"status":"green"/"status":"yellow"/' _collections_general >_collections_general.later`,
      ),
      configure: (document) =>
        document.setIn(['checks', 'thresholds', 'collections.green'], 2 * LATER_SECONDS),
      mend: STUB_GONE,
      relatives: STUBBED,
    }));

  test('take nothing that is unreadable for green (a stub)', () =>
    expectFound(host(), {
      id: 'collections.green',
      status: 'unknown',
      seen: /general: Qdrant answers with something unreadable/,
      break: stubInstead('for file in _collections*; do echo "<html>" >"$file"; done'),
      mend: STUB_GONE,
      relatives: STUBBED,
    }));

  test('find a long queue of updates (a stub)', () =>
    expectFound(host(), {
      id: 'collections.queue',
      seen: /^general: 5000$/m,
      break: stubInstead(
        `sed -i 's/^\\(collection_update_queue_length{id="general"}\\) .*/\\1 5000/' _metrics`,
      ),
      mend: STUB_GONE,
      relatives: STUBBED,
    }));

  test('look twice, and take no longer than the time between', async () => {
    const started = performance.now();
    const ended = await host().vdb('check collections.green qdrant.livez --json');
    expect(resultsOf(ended).get('collections.green')?.seen).toBe('all green, 5 s apart');
    expect(performance.now() - started).toBeLessThan(12_000);
  });

  test('find that indexing is switched off, as it is for a bulk load', () =>
    expectFound(host(), {
      id: 'collections.indexed',
      seen: /general: indexing is switched off, 50 points/,
      break: `${patched({ optimizers_config: { indexing_threshold: 0 } })}; ${points(50)}`,
      mend: REMADE,
      relatives: ['collections.count'],
    }));

  test('find vectors above the threshold that nothing indexes', () =>
    expectFound(host(), {
      id: 'collections.indexed',
      seen: /general: 0 % of 400 points, optimizations are switched off/,
      break: `${patched({ optimizers_config: { indexing_threshold: 10, max_optimization_threads: 0 } })}
        ${points(400)}`,
      mend: REMADE,
      relatives: ['collections.green', 'collections.count'],
    }));

  test('see vectors above the threshold indexed (the emulator has no index, and says so)', async () => {
    await host().inside(`${patched({ optimizers_config: { indexing_threshold: 10 } })}; ${points(400)}`);
    const genuine = (await check('qdrant.genuine'))?.status === 'pass';
    const outcome = genuine ? { status: 'pass' } : { status: 'fail', seen: 'general: 0 % of 400 points' };
    const look = async () => expect(await check('collections.indexed')).toMatchObject(outcome);
    await vi.waitFor(look, { timeout: 60_000, interval: 1000 });
    await host().inside(REMADE);
  });

  test('leave vectors below the threshold alone', async () => {
    await host().inside(points(50));
    expect(await check('collections.indexed')).toMatchObject({ status: 'pass' });
    await host().inside(REMADE);
  });

  test('compare with the rows that PostgreSQL has', async (context) => {
    if (!(await canMigrate(host()))) return context.skip('PostgreSQL has no tables without a Python');
    await expectFound(host(), {
      id: 'collections.count',
      seen: /^general: 0 points, 3 rows$/m,
      break: rows(3),
      mend: NO_ROWS,
    });
    await host().inside(`${rows(2)}; ${points(2)}`);
    expect(await check('collections.count')).toMatchObject({ status: 'pass', seen: '9 as in PostgreSQL' });
    await host().inside(NO_ROWS);
    expect(await check('collections.count')).toMatchObject({
      ...{ status: 'skip', seen: expect.stringContaining('gateway.enabled is false') },
    });
    await host().inside(REMADE);
  });

  test('do not compare with tables of another form', async (context) => {
    if (!(await canMigrate(host()))) return context.skip('PostgreSQL has no tables without a Python');
    const rename = (from: string, to: string) =>
      psql(`alter table vector_metadata rename column ${from} to ${to}`);
    await expectFound(host(), {
      id: 'collections.count',
      status: 'unknown',
      seen: /other columns/,
      break: rename('collection_id', 'of_collection'),
      mend: rename('of_collection', 'collection_id'),
    });
  });

  test('find a payload field without its index or with another, and index it', async () => {
    const id = 'collections.payload-indexes';
    const author = (document: Document) =>
      document.setIn(['collections', 'general', 'payload_indexes'], { author: 'keyword' });
    expect(await check(id)).toMatchObject({ status: 'skip' });
    expect(await check(id, author)).toMatchObject({
      status: 'fail',
      seen: 'general: author not indexed',
      expected: 'author keyword',
    });
    expect(await check(id, author, '--fix')).toMatchObject({ status: 'pass' });
    await host().inside(request('DELETE', `${GENERAL}/index/author?wait=true`));
    await host().inside(
      request('PUT', `${GENERAL}/index?wait=true`, { field_name: 'author', field_schema: 'integer' }),
    );
    expect(await check(id, author)).toMatchObject({ status: 'fail', seen: 'general: author integer' });
    expect(await check(id, author, '--fix')).toMatchObject({ status: 'pass' });
    await host().inside(request('DELETE', `${GENERAL}/index/author?wait=true`));
  });

  test('find an alias that is missing or points elsewhere, and point it right', async () => {
    const id = 'collections.aliases';
    const current = (document: Document) =>
      document.setIn(['collections', 'general', 'aliases'], ['current']);
    const change = (...actions: unknown[]) =>
      host().inside(request('POST', '/collections/aliases', { actions }));
    expect(await check(id, current)).toMatchObject({ status: 'fail', seen: 'current: missing' });
    expect(await check(id, current, '--fix')).toMatchObject({ status: 'pass' });
    await change(
      { delete_alias: { alias_name: 'current' } },
      { create_alias: { alias_name: 'current', collection_name: 'phi3' } },
    );
    expect(await check(id, current)).toMatchObject({ status: 'fail', seen: 'current: of phi3' });
    expect(await check(id, current, '--fix')).toMatchObject({ status: 'pass' });
    await change({ delete_alias: { alias_name: 'current' } });
  });

  test('find an alias that nobody configured', () =>
    expectFound(host(), {
      id: 'collections.aliases',
      status: 'warn',
      seen: /not in the configuration: stray of general/,
      break: request('POST', '/collections/aliases', {
        actions: [{ create_alias: { alias_name: 'stray', collection_name: 'general' } }],
      }),
      mend: request('POST', '/collections/aliases', {
        actions: [{ delete_alias: { alias_name: 'stray' } }],
      }),
    }));

  test('find an alias that points nowhere (a stub)', () =>
    expectFound(host(), {
      id: 'collections.aliases',
      seen: /^ghost: of nothing, which does not exist$/m,
      break: stubInstead(
        `echo '{"result":{"aliases":[{"alias_name":"ghost","collection_name":"nothing"}]}}' >_aliases`,
      ),
      mend: STUB_GONE,
      relatives: STUBBED,
    }));
});
