import { describe, expect, it } from 'vitest';
import { qdrantAlias } from '../../../src/resources/qdrant-alias.js';
import { qdrantCollection } from '../../../src/resources/qdrant-collection.js';
import { qdrantCommand, qdrantGet } from '../../../src/resources/qdrant-http.js';
import { qdrantPayloadIndex } from '../../../src/resources/qdrant-payload-index.js';
import { wantedCollection } from '../../support/collection.js';

const ENDPOINT = { port: 6333, keyFile: '/opt/qdrant/config/.admin-header' };
const INFO = {
  status: 'green',
  config: {
    params: {
      vectors: { size: 4, distance: 'Cosine', on_disk: true },
      shard_number: 1,
      replication_factor: 1,
      write_consistency_factor: 1,
      on_disk_payload: true,
    },
    hnsw_config: { m: 16, ef_construct: 100, full_scan_threshold: 10000, on_disk: false },
    quantization_config: { scalar: { type: 'int8', always_ram: true } },
  },
  payload_schema: { title: { data_type: 'keyword' } },
};

describe('questions to Qdrant', () => {
  const probe = (path: string, port = 6333) => qdrantGet({ ...ENDPOINT, port }, path);
  const frame = (body: string, code: number): string => `${body}\n:vdb ${String(code).padStart(3, '0')}\n`;
  const parse = (paths: string[], stdout: string) =>
    probe('').kind.parse(
      stdout,
      paths.map((path) => probe(path).arg),
    );

  it('go out in one curl for each server, each path once', () => {
    const args = [probe('/aliases'), probe('/collections/a'), probe('/aliases'), probe('/aliases', 6343)];
    const { source } = probe('').kind.script(args.map(({ arg }) => arg));
    expect(source.match(/^curl .*$/gm)).toEqual([
      "curl -q -sS -g --noproxy '*' --connect-timeout 3 --max-time 15 -H @/opt/qdrant/config/.admin-header -w '\\n:vdb %{http_code}\\n' http://127.0.0.1:6333/aliases http://127.0.0.1:6333/collections/a 2>/dev/null || true",
      "curl -q -sS -g --noproxy '*' --connect-timeout 3 --max-time 15 -H @/opt/qdrant/config/.admin-header -w '\\n:vdb %{http_code}\\n' http://127.0.0.1:6343/aliases 2>/dev/null || true",
    ]);
  });

  it.each([
    ['a result', '{"result":{"a":1}}', 200, { status: 'known', value: { a: 1 } }],
    ['nothing there', '{"status":{"error":"Not found"}}', 404, { status: 'known', value: null }],
    [
      'a refused key',
      'Must provide an API key',
      401,
      { status: 'unknown', why: 'Qdrant refuses the key: it runs with another' },
    ],
    ['a server error', 'out of\nluck', 500, { status: 'unknown', why: 'Qdrant answered 500: out of\nluck' }],
    ['no answer', '', 0, { status: 'pending', why: 'Qdrant does not answer yet' }],
    ['no key file', 'keyless', 0, { status: 'pending', why: "Qdrant's key is not on the host yet" }],
  ])('are answered with %s', (_, body, code, expected) => {
    expect(parse(['/x'], `ready\n${frame(body, code)}`)).toEqual([expected]);
  });

  it('get their own answers, also where one holds several lines', () => {
    const stdout = `ready\n${frame('bad\n\ngateway', 502)}${frame('{"result":2}', 200)}`;
    expect(parse(['/a', '/b', '/a'], stdout)).toMatchObject([
      { status: 'unknown' },
      { status: 'known', value: 2 },
      { status: 'unknown' },
    ]);
  });

  it('stay open when the output was cut', () => {
    const stdout = `ready\n${frame('{"result":1}', 200)}{"result":`;
    expect(parse(['/a', '/b'], stdout)[1]).toEqual({ status: 'unknown', why: 'no answer' });
  });
});

describe('changes of Qdrant', () => {
  it('send their body on stdin and the key from a file', () => {
    const request = { title: 't', method: 'PUT', path: '/collections/a', body: { a: 1 } } as const;
    const command = qdrantCommand(ENDPOINT, request);
    expect(command.stdin).toBe('{"a":1}');
    expect(command.script.source.split('\n')[0]).toBe(
      "answer=$(curl -q -sS -g --noproxy '*' --connect-timeout 3 --max-time 120 --fail-with-body -X PUT -H @/opt/qdrant/config/.admin-header -H 'content-type: application/json' --data-binary @- http://127.0.0.1:6333/collections/a) || {",
    );
  });
});

describe('qdrantCollection', () => {
  const collection = (overrides = {}) =>
    qdrantCollection({ ...ENDPOINT, name: 'documents', wanted: wantedCollection(overrides) });
  const bodyOf = (overrides: object, have: object | null): Record<string, unknown> => {
    const resource = collection(overrides);
    const [command] = resource.apply(resource.diff(have)!, have);
    return JSON.parse(String(command?.stdin));
  };
  const withConfig = (config: object) => ({ ...INFO, config: { ...INFO.config, ...config } });

  it.each([
    ['a collection as wanted', INFO, undefined],
    ['a missing collection', null, 'create'],
    ['another graph', withConfig({ hnsw_config: { ...INFO.config.hnsw_config, m: 32 } }), 'update'],
    ['no quantization', withConfig({ quantization_config: null }), 'update'],
    [
      'a quantile that is not configured',
      withConfig({ quantization_config: { scalar: { type: 'int8', quantile: 0.9, always_ram: true } } }),
      undefined,
    ],
    ['a graph whose place is not said', withConfig({ hnsw_config: { m: 16, ef_construct: 100 } }), undefined],
  ])('judges %s', (_, have, action) => {
    expect(collection().diff(have)?.action).toBe(action);
  });

  it.each([
    ['size', { size: 8, distance: 'Cosine', on_disk: true }],
    ['distance', { size: 4, distance: 'Dot', on_disk: true }],
    ['vectors', { text: { size: 4, distance: 'Cosine', on_disk: true } }],
  ])('refuses to change %s in place, and says how to', (field, vectors) => {
    const have = withConfig({ params: { ...INFO.config.params, vectors } });
    expect(collection().diff(have)?.refused).toMatchObject({
      why: expect.stringContaining(field),
      next: expect.stringContaining('aliases of documents'),
    });
  });

  it('compares the quantile as the 32-bit float that Qdrant keeps', () => {
    const have = withConfig({
      quantization_config: { scalar: { type: 'int8', quantile: 0.9900000095367432, always_ram: true } },
    });
    expect(collection({ quantization: { quantile: 0.99 } }).diff(have)).toBeNull();
  });

  it('creates with everything that is configured', () => {
    expect(bodyOf({ shards: 2, hnsw: { m: 32 } }, null)).toEqual({
      vectors: { size: 4, distance: 'Cosine', on_disk: true },
      shard_number: 2,
      replication_factor: 1,
      write_consistency_factor: 1,
      on_disk_payload: true,
      hnsw_config: { m: 32, ef_construct: 100, on_disk: false },
      quantization_config: { scalar: { type: 'int8', always_ram: true } },
    });
  });

  it('switches quantization off by name, because null would leave it as it is', () => {
    expect(bodyOf({ quantization: null }, INFO)).toMatchObject({ quantization_config: 'Disabled' });
  });

  it('sets what the vector overrides where it is overridden', () => {
    const vectors = { ...INFO.config.params.vectors, hnsw_config: { m: 64 } };
    const have = withConfig({ params: { ...INFO.config.params, vectors } });
    expect(bodyOf({}, have).vectors).toEqual({
      '': { on_disk: true, hnsw_config: { m: 16, ef_construct: 100, on_disk: false } },
    });
  });
});

describe('qdrantPayloadIndex', () => {
  const index = (field: string, type: string) =>
    qdrantPayloadIndex({ ...ENDPOINT, collection: 'documents', field, type });
  const requests = (field: string, type: string): string[] => {
    const resource = index(field, type);
    return resource
      .apply(resource.diff(INFO)!, INFO)
      .map(
        ({ script, stdin }) =>
          `${/-X (\w+)/.exec(script.source)?.[1]} ${/http:\S+[^)\s']/.exec(script.source)?.[0]} ${stdin ?? ''}`,
      );
  };

  it('is content with an index of the wanted type, and with others that exist', () => {
    expect(index('title', 'keyword').diff(INFO)).toBeNull();
  });

  it('creates a missing index and waits for it', () => {
    expect(requests('meta.year', 'integer')).toEqual([
      'PUT http://127.0.0.1:6333/collections/documents/index?wait=true {"field_name":"meta.year","field_schema":"integer"}',
    ]);
  });

  it('replaces an index of another type', () => {
    expect(requests('title', 'text')).toEqual([
      'DELETE http://127.0.0.1:6333/collections/documents/index/title?wait=true ',
      'PUT http://127.0.0.1:6333/collections/documents/index?wait=true {"field_name":"title","field_schema":"text"}',
    ]);
  });
});

describe('qdrantAlias', () => {
  const alias = qdrantAlias({ ...ENDPOINT, alias: 'current', collection: 'documents_v2' });
  const list = (collection_name: string) => ({ aliases: [{ alias_name: 'current', collection_name }] });

  it.each([
    [null, 'create'],
    [{ aliases: [] }, 'create'],
    [list('documents_v1'), 'update'],
    [list('documents_v2'), undefined],
  ])('judges what it points to (row %#)', (have, action) => {
    expect(alias.diff(have)?.action).toBe(action);
  });

  it('moves in one request', () => {
    const have = list('documents_v1');
    const commands = alias.apply(alias.diff(have)!, have);
    expect(commands).toHaveLength(1);
    expect(JSON.parse(String(commands[0]?.stdin))).toEqual({
      actions: [{ create_alias: { alias_name: 'current', collection_name: 'documents_v2' } }],
    });
  });

  it('points to what the name of its collection is an alias of', () => {
    const restored = 'documents_v2--20261124T020000Z';
    const own = { alias_name: 'documents_v2', collection_name: restored };
    expect(alias.diff({ aliases: [own, { alias_name: 'current', collection_name: restored }] })).toBeNull();
    const have = { aliases: [own, { alias_name: 'current', collection_name: 'documents_v1' }] };
    expect(alias.diff(have)).toMatchObject({ summary: `alias of documents_v1, want ${restored}` });
    expect(String(alias.apply(alias.diff(have)!, have)[0]?.stdin)).toContain(restored);
  });
});
