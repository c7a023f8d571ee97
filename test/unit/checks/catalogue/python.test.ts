import { describe, expect, it } from 'vitest';
import {
  documentedModules,
  pinnedPackages,
} from '../../../../src/checks/catalogue/python/documented-modules.js';
import { poolTrial, pythonEnvironment } from '../../../../src/checks/probes/python-environment.js';
import { known, type Observation } from '../../../../src/host/probe.js';
import { ABSENT, contextOf, judged } from '../support.js';

const CONTEXT = contextOf();
const LENIENT = contextOf({ python: { required: false } });
const { wanted } = documentedModules(CONTEXT.config);

const PACKAGES = Object.fromEntries(
  pinnedPackages(CONTEXT.config).map(({ name, version }) => [name, version]),
);

const PINNED = Object.keys(PACKAGES).length;

const HEALTHY = {
  python: '3.13.5',
  prefix: '/opt/qdrant/venv',
  isolated: true,
  builtWith: '3.13',
  packages: PACKAGES,
  imports: wanted.map((module, index) => ({ module, ms: 100 + index })),
  vectors: { ms: 4.2, shape: [1000, 384], type: 'float32' },
  conflicts: { lines: [] as string[] },
};

function seen(changes: Record<string, unknown> = {}): Observation<unknown> {
  return known({ ...HEALTHY, ...changes });
}

/** The packages but these. */
function without(...names: string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(PACKAGES).filter(([name]) => !names.includes(name)));
}

/** The imports, where that of these modules fails. */
function failing(error: string, ...modules: string[]) {
  return HEALTHY.imports.map((each) =>
    modules.includes(each.module) ? { module: each.module, error } : each,
  );
}

const OWN = ['environment', 'packages', 'conflicts', 'imports', 'vectors'];

describe('a healthy environment', () => {
  it.each([
    ['environment', 'Python 3.13.5'],
    ['packages', `${PINNED} packages`],
    ['conflicts', `${PINNED} packages agree`],
    ['imports', '17 modules, at most 116 ms (pgvector.psycopg)'],
    ['vectors', '1000 x 384 float32 in 4.2 ms'],
  ])('passes python.%s', (name, said) => {
    expect(judged(`python.${name}`, [seen()])).toMatchObject({ status: 'pass', seen: said });
  });

  it('is asked once for all of it', () => {
    expect(wanted).toContain('redis.asyncio');
    expect(wanted).toHaveLength(17);
  });
});

describe('python.environment', () => {
  it.each([
    ['there is no virtual environment', ABSENT],
    ['its interpreter does not run: not found', known({ broken: 'not found' })],
    ['/usr is no virtual environment', seen({ isolated: false, prefix: '/usr' })],
    ['Python 3.11.9', seen({ python: '3.11.9', builtWith: '3.11' })],
    ['Python 2.14.0', seen({ python: '2.14.0', builtWith: '2.14' })],
    ['Python 3.13.5, made with 3.12', seen({ builtWith: '3.12' })],
  ])('fails, and task 0.4 repairs it: %s', (said, observation) => {
    expect(judged('python.environment', [observation])).toMatchObject({
      ...{ status: 'fail', seen: said, fix: '0.4' },
    });
  });

  it('takes a later major for later', () => {
    expect(judged('python.environment', [seen({ python: '4.0.1', builtWith: '4.0' })]).status).toBe('pass');
  });
});

describe('without an environment that runs', () => {
  it.each(OWN.slice(1))('python.%s is unknown', (name) => {
    expect(judged(`python.${name}`, [ABSENT])).toMatchObject({
      ...{ status: 'unknown', seen: 'there is no virtual environment' },
    });
    expect(judged(`python.${name}`, [known({ broken: 'not found' })])).toMatchObject({
      ...{ status: 'unknown', seen: 'its interpreter does not run: not found' },
    });
  });
});

describe('python.packages', () => {
  it('fails on a package that is not there or in another version', () => {
    const packages = { ...without('structlog'), redis: '4.0.0' };
    expect(judged('python.packages', [seen({ packages })])).toMatchObject({
      ...{ status: 'fail', seen: `2 of ${PINNED} packages differ`, fix: '0.4' },
      details: ['redis: 4.0.0, want 8.1.0', 'structlog: not installed, want 26.1.0'],
    });
  });

  it('warns where packages may be missing, but not of a wrong version', () => {
    const missing = judged('python.packages', [seen({ packages: without('structlog') })], LENIENT);
    expect(missing).toMatchObject({
      status: 'warn',
      seen: expect.stringContaining('python.required is false'),
    });
    const wrong = judged('python.packages', [seen({ packages: { ...PACKAGES, redis: '4.0.0' } })], LENIENT);
    expect(wrong.status).toBe('fail');
  });
});

describe('python.conflicts', () => {
  it('fails with what pip check says', () => {
    const lines = ['fastapi 0.165.0 requires starlette, which is not installed.'];
    expect(judged('python.conflicts', [seen({ conflicts: { lines } })])).toMatchObject({
      ...{ status: 'fail', details: lines },
    });
  });

  it('is unknown when pip itself fails', () => {
    const conflicts = { error: 'pip check: No module named pip' };
    expect(judged('python.conflicts', [seen({ conflicts })])).toMatchObject({
      ...{ status: 'unknown', seen: conflicts.error },
    });
  });
});

describe('python.imports', () => {
  const imports = failing('ModuleNotFoundError: No module named grpc', 'grpc');

  it('fails on a package that is not installed, which task 0.4 repairs', () => {
    expect(judged('python.imports', [seen({ imports, packages: without('grpcio') })])).toMatchObject({
      ...{ status: 'fail', seen: '1 of 17 fail: grpc', fix: '0.4' },
      details: ['grpc: ModuleNotFoundError: No module named grpc'],
    });
  });

  it('fails on one that is installed and damaged, which task 0.4 does not see', () => {
    const result = judged('python.imports', [seen({ imports })]);
    expect(result).toMatchObject({ status: 'fail', remedy: expect.stringContaining('pip uninstall') });
    expect(result.fix).toBeUndefined();
  });

  it('warns where packages may be missing, but not of one that is damaged', () => {
    const missing = judged('python.imports', [seen({ imports, packages: without('grpcio') })], LENIENT);
    expect(missing).toMatchObject({
      status: 'warn',
      seen: expect.stringContaining('python.required is false'),
    });
    expect(judged('python.imports', [seen({ imports })], LENIENT).status).toBe('fail');
  });

  it('is unknown when a module was not tried', () => {
    expect(judged('python.imports', [seen({ imports: HEALTHY.imports.slice(1) })]).status).toBe('unknown');
  });

  it('says which documented modules the configuration leaves out', () => {
    const context = contextOf({ python: { packages: { monitoring: [] } } });
    const left = ['prometheus_client', 'structlog', 'aiohttp'];
    const tried = HEALTHY.imports.filter(({ module }) => !left.includes(module));
    expect(judged('python.imports', [seen({ imports: tried })], context)).toMatchObject({
      ...{ status: 'pass', seen: expect.stringContaining(`not configured: ${left.join(', ')}`) },
    });
  });
});

describe('python.vectors', () => {
  it.each([
    ['too slow', { ms: 100.1, shape: [1000, 384], type: 'float32' }, '1000 x 384 float32 in 100.1 ms'],
    ['the wrong shape', { ms: 1, shape: [10, 384], type: 'float32' }, '10 x 384 float32 in 1.0 ms'],
    ['the wrong type', { ms: 1, shape: [1000, 384], type: 'float64' }, '1000 x 384 float64 in 1.0 ms'],
    ['a crash', { error: 'crashed with signal 11' }, 'numpy: crashed with signal 11'],
  ])('fails: %s', (_, vectors, said) => {
    expect(judged('python.vectors', [seen({ vectors })])).toMatchObject({ status: 'fail', seen: said });
  });

  it('has a limit that the configuration can change', () => {
    const context = contextOf({ checks: { thresholds: { 'python.vectors': 4 } } });
    expect(judged('python.vectors', [seen()], context).status).toBe('fail');
  });

  it('without numpy fails, or is skipped where packages may be missing', () => {
    const vectors = { error: 'ModuleNotFoundError: No module named numpy' };
    const observation = seen({ vectors, packages: without('numpy') });
    expect(judged('python.vectors', [observation])).toMatchObject({ status: 'fail', fix: '0.4' });
    expect(judged('python.vectors', [observation], LENIENT).status).toBe('skip');
  });
});

describe('python.pool', () => {
  const trial = (value: Record<string, unknown>) => known(value);

  it('passes when every connection answered', () => {
    expect(judged('python.pool', [trial({ opened: 20, ms: 315, configured: 20 })])).toMatchObject({
      ...{ status: 'pass', seen: '20 of 20 connections in 315 ms' },
    });
  });

  it.each([
    [
      { opened: 7, error: 'FATAL: too many connections' },
      '7 of 20 connections, then: FATAL: too many connections',
    ],
    [{ opened: 19, ms: 300, configured: 20 }, '19 of 20 connections in 300 ms'],
    [{ opened: 20, ms: 5001, configured: 20 }, '20 of 20 connections in 5001 ms'],
    [{ opened: 20, ms: 300, configured: 5 }, 'the settings keep 5'],
  ])('fails: %j', (value, said) => {
    expect(judged('python.pool', [trial(value)])).toMatchObject({ status: 'fail', seen: said, fix: '3.1' });
  });

  it('is unknown when it could not be tried', () => {
    expect(judged('python.pool', [trial({ missing: 'there is no /opt/citadel/.env' })]).status).toBe(
      'unknown',
    );
    expect(judged('python.pool', [ABSENT]).status).toBe('unknown');
  });

  it('is skipped without PostgreSQL or its driver', () => {
    expect(judged('python.pool', [], contextOf({ postgres: { enabled: false } })).status).toBe('skip');
    expect(judged('python.pool', [], contextOf({ python: { packages: { api: [] } } }))).toMatchObject({
      ...{ status: 'skip', seen: 'sqlalchemy and psycopg not in python.packages' },
    });
  });
});

describe('the probe of the environment', () => {
  const ASK = { venv: '/v', modules: wanted, rows: 1000, columns: 384 };
  const parse = (stdout: string) => pythonEnvironment.parse(stdout, [ASK]);

  it('reads what the interpreter says, that it is not there, and that it does not run', () => {
    expect(parse(`${JSON.stringify(HEALTHY)}\n`)).toEqual([known(HEALTHY)]);
    expect(parse('absent\n')).toEqual([known(null)]);
    expect(parse('broken bash: /v/bin/python: not found\n')).toEqual([
      known({ broken: 'bash: /v/bin/python: not found' }),
    ]);
  });

  it.each([
    ['nothing', ''],
    ['prose', 'Fatal Python error\n'],
    ['other JSON', '{}\n'],
    ['null', 'null\n'],
    ['a version that is none', `${JSON.stringify({ ...HEALTHY, python: 'three' })}\n`],
    ['a time that is none', `${JSON.stringify({ ...HEALTHY, vectors: { ms: '1' } })}\n`],
    ['two answers', 'absent\nabsent\n'],
  ])('throws on %s', (_, stdout) => {
    expect(() => parse(stdout)).toThrow();
  });
});

describe('the probe of the pool', () => {
  const parse = (stdout: string) =>
    poolTrial.parse(stdout, [{ venv: '/v', environment: '/opt/citadel/.env', size: 20 }]);

  it.each([
    '{"opened": 20, "ms": 315.2, "configured": 20}',
    '{"error": "FATAL", "opened": 3}',
    '{"missing": "x"}',
  ])('reads %s', (line) => {
    expect(parse(`${line}\n`)).toEqual([known(JSON.parse(line))]);
  });

  it.each(['', 'the interpreter failed with exit code 139\n', '{"opened": 20}\n', '[]\n'])(
    'throws on %j',
    (stdout) => {
      expect(() => parse(stdout)).toThrow();
    },
  );

  it('puts no secret in an argument: the settings are read from their file', () => {
    const { source } = poolTrial.script([{ venv: '/v', environment: '/opt/citadel/.env', size: 20 }]);
    expect(source).toContain('try /v /opt/citadel/.env 20');
  });
});
