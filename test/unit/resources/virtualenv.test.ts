import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { Resource } from '../../../src/engine/resource.js';
import { type VirtualenvOptions, virtualenv } from '../../../src/resources/virtualenv.js';
import { importName, parseRequirement, unmet } from '../../../src/resources/virtualenv-packages.js';
import type { VirtualenvState } from '../../../src/resources/virtualenv-probe.js';
import { LOOK, REACH_INDEX, TEST_IMPORTS } from '../../../src/resources/virtualenv-python.js';
import { answer, commandsFor, scriptOf } from '../../support/resource-table.js';

const options: VirtualenvOptions = {
  ...{ path: '/opt/v', python: 'python3', timeoutSeconds: 60, required: true, freezeTo: '/opt/r.txt' },
  groups: { core: ['Some_Package==1.0', 'psycopg[binary]==3.3.9'], api: ['grpcio==1.85.1'] },
};
function listed(more: Partial<VirtualenvOptions> = {}): Resource[] {
  const { environment, tools, groups, frozen, importable } = virtualenv({ ...options, ...more });
  return [environment, tools, ...Object.values(groups), frozen, importable];
}
const all = listed() as [Resource, Resource, Resource, Resource, Resource, Resource];
const [, , coreGroup, apiGroup] = all;
const PINNED = { 'some-package': '1.0', psycopg: '3.3.9', grpcio: '1.85.1' };
const packages = { ...PINNED, setuptools: '1', wheel: '1', pip: '1' };
const good: VirtualenvState = {
  ...{
    python: '3.13',
    builtWith: '3.13',
    pip: true,
    packages,
    missingExtras: [],
    frozen: true,
    tested: true,
  },
};
const actions = (have: VirtualenvState) => all.map((resource) => resource.diff(have)?.action ?? null);

describe('virtualenv', () => {
  test.each<[string, Partial<VirtualenvState>, (string | null)[]]>([
    ['as wanted', {}, [null, null, null, null, null, null]],
    ['without pip', { pip: false }, ['update', null, null, null, null, null]],
    ['of an older Python', { python: '3.11', builtWith: '3.11' }, ['update', null, null, null, null, null]],
    [
      'made before the distribution was upgraded',
      { builtWith: '3.12' },
      ['update', null, null, null, null, null],
    ],
    ['without its tools', { packages: PINNED }, [null, 'install', null, null, null, null]],
    [
      'with an older package',
      { packages: { ...packages, grpcio: '1.0' }, tested: false },
      [null, null, null, 'install', null, null],
    ],
    [
      'without an extra',
      { missingExtras: ['psycopg[binary]==3.3.9'] },
      [null, null, 'install', null, null, null],
    ],
    ['not tested since it changed', { tested: false }, [null, null, null, null, null, 'run']],
    ['with an older list', { frozen: false }, [null, null, null, null, 'update', null]],
  ])('%s', (_, have, expected) => {
    expect(actions({ ...good, ...have })).toEqual(expected);
  });

  test('tests and lists again whatever is installed', () => {
    const [, , , install, ...later] = all;
    const changing = new Set([install.id]);
    expect(later.map((resource) => resource.predict?.(changing)?.action)).toEqual(['update', 'run']);
    expect(later.map((resource) => resource.predict?.(new Set(['file:/x'])))).toEqual([null, null]);
  });

  test('is seen by one start of its interpreter, whoever asks', () => {
    const args = all.map(({ probe }) => probe.arg);
    expect(all[0].probe.kind.script(args).source.match(/^look \/opt\/v/gm)).toHaveLength(1);
    expect(all[0].probe.kind.parse('absent\n', args).map(({ status }) => status)).toEqual([
      'known',
      ...all.slice(1).map(() => 'pending'),
    ]);
  });

  test('whose look fails is unknown, not missing', () => {
    expect(answer(all[0], 'failed SyntaxError: x\n')).toEqual({ status: 'unknown', why: 'SyntaxError: x' });
  });

  test('whose interpreter is gone is emptied and made anew', () => {
    const observation = answer(all[0], 'broken\n');
    expect(observation).toMatchObject({ status: 'known', value: { python: null } });
    expect(commandsFor(all[0], observation.status === 'known' && observation.value)[0]).toContain(
      'venv --clear /opt/v',
    );
    expect(commandsFor(all[0], null)[0]).toMatch(/-m venv\s+\/opt\/v$/);
  });

  test('installs everything in one run of pip, with addresses on standard input', () => {
    const [, install] = listed({
      indexUrl: 'https://u:sentinel@x.test/',
      caBundle: '/ca.crt',
      required: false,
    });
    const [command] = (install as Resource).apply({ action: 'install', summary: '' }, null);
    expect(command?.stdin).toBe(
      '--index-url https://u:sentinel@x.test/\npip\nsetuptools\nwheel\nSome_Package==1.0\npsycopg[binary]==3.3.9\ngrpcio==1.85.1\n',
    );
    expect(command?.script.source).not.toContain('sentinel');
    expect(command?.script.source).toContain('PIP_CERT=/ca.crt');
    expect(command?.skipCodes).toEqual([69]);
  });

  test('with a wheel directory asks nobody outside', () => {
    const [, install] = listed({ wheelDir: '/wheels', indexUrl: 'https://x.test/' });
    const [command] = (install as Resource).apply({ action: 'install', summary: '' }, null);
    expect(command?.stdin).toContain('--no-index\n--find-links /wheels\n');
    expect(command?.stdin).not.toContain('x.test');
    expect(command?.script.source).not.toContain('urllib');
    expect(command?.skipCodes).toBeUndefined();
  });

  const missing = { ...good, packages: { pip: '1', setuptools: '1', wheel: '1' }, tested: false };

  test('is installed by the first group that differs, the others find it done', () => {
    expect(commandsFor(coreGroup, missing)[0]).toContain('pip install');
    const upgraded = { ...good, packages: { ...packages, grpcio: '1.0' } };
    expect(commandsFor(apiGroup, upgraded)[0]).toContain('pip install');
  });

  test('does not ask an index again that could not be reached for an earlier group', () => {
    const [command] = apiGroup.apply({ action: 'install', summary: '' }, missing);
    expect(command?.script.source).not.toContain('pip install');
    expect(command?.skipCodes).toEqual([69]);
  });

  test('that is not required may lack packages, but not have wrong or broken ones', () => {
    const [, , core, api, list, tested] = listed({ required: false }) as typeof all;
    const changing = new Set([core.id]);
    expect([list, tested].map((follower) => follower.predict?.(changing)?.optional)).not.toContain(undefined);
    expect(all.map((resource) => resource.predict?.(changing)?.optional)).toEqual(all.map(() => undefined));
    expect(list.diff({ ...good, frozen: false })?.optional).toBeUndefined();
    expect(core.diff(missing)?.optional).toBe('python.required is false');
    expect(coreGroup.diff(missing)?.optional).toBeUndefined();
    expect(api.diff({ ...good, packages: { ...packages, grpcio: '1.0' } })?.optional).toBeUndefined();
    expect(core.diff({ ...good, missingExtras: ['psycopg[binary]==3.3.9'] })?.optional).toBeUndefined();
    expect(tested.diff({ ...good, tested: false })?.optional).toBeUndefined();
  });

  test('runs valid bash and Python', () => {
    for (const script of [...all.flatMap((resource) => commandsFor(resource, null)), scriptOf(all[0])]) {
      expect(execFileSync('bash', ['-n', '-c', script]).toString()).toBe('');
    }
    for (const code of [LOOK, TEST_IMPORTS, REACH_INDEX]) {
      execFileSync('python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], { input: code });
    }
  });

  test.each([
    ['the package index https://x cannot be reached: timed out', 'cannot reach the package index'],
    ['ERROR: No matching distribution found for x==9', 'no such version'],
    ['ERROR: THESE PACKAGES DO NOT MATCH THE HASHES', 'not what the index promised'],
    ['OSError: [Errno 28] No space left on device', 'not enough space'],
    ['Python 3.11.2 is older than 3.12', 'no Python 3.12'],
    ['1 of 3 packages cannot be imported: x', 'do not work together'],
    [
      "WARNING: Location '/nope' is ignored: it is either a non-existing path or lacks a specific scheme.\nERROR: No matching distribution found for h11",
      'There is no such wheel directory',
    ],
  ])('explains "%s"', (stderr, meaning) => {
    expect(all[1].explain?.({ exitCode: 1, stdout: '', stderr, durationMs: 0 })?.meaning).toContain(meaning);
  });
});

describe('requirements', () => {
  test.each([
    ['1.0', '1.0.0', true],
    ['1.0+cpu', '1.0', true],
    ['1.0', '1.0+cpu', false],
    ['10', '1', false],
    ['1.10', '1.1', false],
    ['2.0RC1', '2.0rc1', true],
  ])('installed %s satisfies %s: %s', (installed, wanted, satisfied) => {
    const have = { ...good, packages: { ...packages, x: installed } };
    expect(unmet([parseRequirement(`x==${wanted}`)], have).length === 0).toBe(satisfied);
  });

  test.each([
    ['qdrant-client', 'qdrant_client'],
    ['grpcio', 'grpc'],
    ['grpcio-tools', 'grpc_tools'],
    ['strawberry-graphql', 'strawberry'],
    ['pytest-asyncio', 'pytest_asyncio'],
    ['PyYAML', 'yaml'],
  ])('%s is imported as %s', (name, module) => {
    expect(importName(name)).toBe(module);
  });

  test('must be pinned', () => {
    expect(() => parseRequirement('fastapi>=0.1')).toThrow('not a pinned requirement');
  });
});
