import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Resource } from '../../../src/engine/resource.js';
import type { Host } from '../../../src/host/host.js';
import { sh } from '../../../src/host/shell.js';
import { aptTransaction } from '../../../src/resources/apt.js';
import { type VirtualenvOptions, virtualenv } from '../../../src/resources/virtualenv.js';
import { changeOf, converge, look, NO_CONTAINER, rootHost } from '../../support/root-host.js';

const PATH = '/opt/vdb-test-venv/venv';
const CA = '/etc/ssl/certs/ca-certificates.crt';

const options: VirtualenvOptions = {
  path: PATH,
  python: 'python3',
  groups: { core: ['prometheus-client==0.22.0', 'psycopg[binary]==3.2.9'], api: ['PyYAML==6.0.2'] },
  caBundle: CA,
  timeoutSeconds: 15,
  required: true,
  freezeTo: '/opt/vdb-test-venv/requirements.txt',
};

/** Why pip cannot fetch a package on the host; null when it can. */
async function indexRefusal(host: Host): Promise<string | null> {
  const result = await host.read(sh`
    d=$(mktemp -d) && trap 'rm -rf "$d"' EXIT
    python3 -m venv "$d/venv" &&
    PIP_CERT=${CA} "$d/venv/bin/pip" download -q --no-deps --retries 0 --timeout 15 -d "$d" prometheus-client==0.22.0`);
  return result.exitCode === 0 ? null : (result.stderr.trim().split('\n').at(-1) ?? 'pip failed');
}

function listed(wanted: VirtualenvOptions): Resource[] {
  const { environment, tools, groups, frozen, importable } = virtualenv(wanted);
  return [environment, tools, ...Object.values(groups), frozen, importable];
}

describe.skipIf(NO_CONTAINER)(`a virtual environment on a real host ${NO_CONTAINER ?? ''}`, () => {
  let host: Host;
  const convergeAll = async (resources: Resource[]) => {
    for (const resource of resources) expect((await converge(host, resource)).after, resource.id).toBeNull();
  };
  const changes = async (resources: Resource[]) => {
    const found = [];
    for (const resource of resources) found.push((await changeOf(host, resource))?.action ?? null);
    return found;
  };
  const failure = async (resource: Resource) => {
    const error = await converge(host, resource).catch((thrown: unknown) => thrown);
    return resource.explain?.((error as { result: Parameters<NonNullable<Resource['explain']>>[0] }).result);
  };

  let unreachable: string | null = null;

  beforeAll(async () => {
    host = await rootHost();
    await host.run(aptTransaction(['python3-venv']));
    await host.run({ title: 'clean', script: sh`rm -rf /opt/vdb-test-venv` });
    unreachable = await indexRefusal(host);
    if (unreachable !== null) console.warn(`SKIPPED, no package index answers the host: ${unreachable}`);
  });
  beforeEach(({ skip }) => {
    if (unreachable !== null) skip(unreachable);
  });
  afterAll(async () => {
    await host.run({ title: 'clean', script: sh`rm -rf /opt/vdb-test-venv` });
  });

  test('before it is there, its packages cannot be seen', async () => {
    const { environment, tools } = virtualenv(options);
    expect((await changeOf(host, environment))?.action).toBe('create');
    expect((await look(host, tools)).status).toBe('pending');
  });

  test('it is made, filled, tested and listed, and then nothing differs', async () => {
    await convergeAll(listed(options));
    expect(await changes(listed(options))).toEqual([null, null, null, null, null, null]);
    const { stdout } = await host.read(sh`cat ${options.freezeTo}; ${PATH}/bin/pip freeze 2>/dev/null`);
    const lines = stdout.trim().split('\n');
    expect(lines.slice(0, lines.length / 2)).toEqual(lines.slice(lines.length / 2));
    expect(stdout).toContain('psycopg-binary==3.2.9');
  });

  test('another version is installed, tested and listed again', async () => {
    const groups = { ...options.groups, core: ['prometheus-client==0.21.1', 'psycopg[binary]==3.2.9'] };
    const newer = listed({ ...options, groups });
    expect(await changes(newer)).toEqual([null, null, 'install', null, null, null]);
    await convergeAll(newer);
    expect(await changes(newer)).toEqual([null, null, null, null, null, null]);
    await convergeAll(listed(options));
  });

  test('an extra that somebody removed is seen', async () => {
    await host.run({ title: 'remove', script: sh`${PATH}/bin/pip uninstall -q -y psycopg-binary` });
    expect(await changes(listed(options))).toEqual([null, null, 'install', null, 'update', null]);
    await convergeAll(listed(options));
  });

  test('a package that cannot be imported fails the test and is named', async () => {
    await host.run({
      title: 'spoil',
      script: sh`echo 'raise RuntimeError("spoiled")' >${PATH}/lib/python3.*/site-packages/yaml/__init__.py; rm ${PATH}/.vdb-tested`,
    });
    const imports = virtualenv(options).importable;
    await expect(converge(host, imports)).rejects.toMatchObject({
      details: { stderr: expect.stringContaining('cannot import yaml: RuntimeError: spoiled') },
    });
    await host.run({
      title: 'repair',
      script: sh`PIP_CERT=${CA} ${PATH}/bin/pip install -q --force-reinstall PyYAML==6.0.2`,
    });
  });

  test('a version that does not exist is explained', async () => {
    const packages = virtualenv({
      ...options,
      groups: { core: ['prometheus-client==0.0.999'] },
    }).groups.core as Resource;
    expect((await failure(packages))?.meaning).toContain('no such version');
  });

  test('an index that cannot be reached fails when required, and skips when not', async () => {
    const away = {
      ...options,
      indexUrl: 'http://user:sentinel@127.0.0.1:9/simple/',
      groups: { core: ['isort==1.0'] },
    };
    const required = virtualenv(away).groups.core as Resource;
    expect((await failure(required))?.meaning).toContain('cannot reach the package index');
    const optional = virtualenv({ ...away, required: false }).groups.core as Resource;
    const [command] = optional.apply({ action: 'install', summary: '' }, null);
    expect(command?.script.source).not.toContain('sentinel');
    const result = await host.run(command ?? { title: '', script: sh`false` });
    expect(result.exitCode).toBe(69);
    expect(result.stderr.trim().split('\n').at(-1)).toContain('cannot be reached');
    expect(result.stderr).not.toContain('sentinel');
  });

  test('a directory with wheels needs no network', async () => {
    const wheels = '/opt/vdb-test-venv/wheels';
    await host.run({
      title: 'download',
      script: sh`PIP_CERT=${CA} ${PATH}/bin/pip download -q -d ${wheels} setuptools wheel isort==6.0.1`,
    });
    const local = {
      ...options,
      wheelDir: wheels,
      groups: { core: ['isort==6.0.1'] },
      indexUrl: 'http://127.0.0.1:9/',
    };
    const { path, freezeTo } = { path: '/opt/vdb-test-venv/local', freezeTo: '/opt/vdb-test-venv/local.txt' };
    await convergeAll(listed({ ...local, path, freezeTo }));
  });

  test('an environment whose interpreter is gone is made anew', async () => {
    await host.run({ title: 'break', script: sh`ln -sfn /usr/bin/python3.99 ${PATH}/bin/python3` });
    const environment = virtualenv(options).environment;
    expect(await converge(host, environment)).toMatchObject({ before: { action: 'update' }, after: null });
  });
});
