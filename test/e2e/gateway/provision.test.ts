import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Document, parseDocument } from 'yaml';
import { type Ended, events, type LabHost, result } from '../../support/lab.js';
import { type Samples, sample } from '../support/sampler.js';
import { describeLab } from '../support/shared.js';
import { hostWithGateway, remove, WITHOUT_PYTHON } from '../support/site.js';
import { testThorough } from '../support/thorough.js';

const NAME = 'gateway';
const UNIT = 'api-gateway@blue-1.service';
const HOME = '/opt/qdrant/gateway/blue-1';
const ENVIRONMENT = '/opt/qdrant/config/gateway-blue-1.env';
const PROVISION = `provision ${WITHOUT_PYTHON}`;
const OWN = fileURLToPath(new URL('own', import.meta.url));

describeLab('a host with the gateway', () => {
  let host: LabHost;
  let first: Ended;
  let seen: Samples;

  beforeAll(async () => {
    host = await hostWithGateway(NAME);
    await edit((document) => {
      document.setIn(['networking', 'edge', 'gateway_grpc_port'], 8100);
    });
  });
  afterAll(() => remove(NAME));

  async function edit(change: (document: Document) => void): Promise<void> {
    const file = join(host.directory, 'vdb.yaml');
    const document = parseDocument(await readFile(file, 'utf8'));
    change(document);
    await writeFile(file, document.toString());
  }
  const inside = async (script: string): Promise<string> => (await host.inside(script)).trim();
  const pid = () => inside(`systemctl show -p MainPID --value ${UNIT}`);
  const get = (path: string, ...flags: string[]) =>
    inside(`curl -sS -m 10 ${flags.join(' ')} http://127.0.0.1:8001${path}`);
  const status = (path: string, ...flags: string[]) =>
    get(path, '-o /dev/null', "-w '%{http_code}'", ...flags);
  const withKey = '-H @/opt/qdrant/config/.gateway-header';
  const release = () => inside(`readlink ${HOME}`);
  const leaks = (text: string) => host.secrets.filter((secret) => text.includes(secret));

  /** Provisions until nothing is left, and fails unless that was so. */
  async function converges(): Promise<Record<string, unknown>> {
    const ended = await host.vdb(`${PROVISION} --json`);
    expect(result(ended), ended.stdout).toMatchObject({ status: 'done', failed: 0, exit_code: 0 });
    return result(ended);
  }
  /** What the edge says of a backend once it has asked it and got the answer that it expects. */
  const atTheEdge = (backend: string) =>
    inside(`for i in $(seq 45); do
      curl -s http://127.0.0.1:8404/metrics | grep '^haproxy_server_check_status{proxy="${backend}".*state="L7OK"} 1' && exit
      sleep 1
    done; echo 'not within 45 s'`);
  /** The ids of the steps that a run changed. */
  const changedBy = (ended: Ended) =>
    events(ended.stdout)
      .filter(({ type, status: outcome }) => type === 'step.finished' && outcome === 'changed')
      .map(({ resource }) => String(resource));

  test('the plan of a fresh host says what comes, shows no secret and leaves nothing', async () => {
    const plan = await host.vdb(`${PROVISION} --plan`);
    expect(plan.exitCode, plan.stderr).toBe(0);
    expect(plan.stdout).toMatch(/1\.2 API gateway\n[\s\S]*install gateway-\d/);
    expect(plan.stdout).toContain(`start ${UNIT}`);
    expect(plan.stdout).toContain(`create ${ENVIRONMENT}: create the file`);
    expect(leaks(plan.stdout)).toEqual([]);
    expect(await inside('ls -d /opt/qdrant /opt/citadel 2>/dev/null || echo none')).toBe('none');
  });

  test('is provisioned in one run: it is ready, with every dependency', async () => {
    const sampler = await sample(host);
    first = await host.vdb(`${PROVISION} --verbose`);
    seen = await sampler.stop();
    expect(first.exitCode, first.stdout + first.stderr).toBe(0);
    expect(first.stdout + first.stderr).toContain('Gateway: 127.0.0.1:8001, 2 workers each');
    expect(JSON.parse(await get('/readyz'))).toMatchObject({
      status: 'ready',
      dependencies: { postgresql: { status: 'up' }, qdrant: { status: 'up' }, redis: { status: 'up' } },
    });
    expect(await inside(`pgrep -c -P "$(systemctl show -p MainPID --value ${UNIT})"`)).toBe('2');
  });

  test('speaks gRPC through the edge, which sees that it does', async () => {
    expect(await atTheEdge('gateway_grpc')).toContain('proxy="gateway_grpc"');
    const program = `import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
with grpc.insecure_channel("127.0.0.1:8100") as channel:
    print(health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=10).status)`;
    expect(await inside(`${HOME}/venv/bin/python -c '${program}'`)).toBe('1');
  });

  test('a second run changes nothing, in at most four commands', async () => {
    const { changed, ssh_commands } = await converges();
    expect(changed).toBe(0);
    expect(ssh_commands).toBeLessThanOrEqual(4);
  });

  test('runs hardened, as an account that owns nothing and can log in nowhere', async () => {
    const exposure = /: (\d+\.\d) /.exec(await inside(`systemd-analyze security ${UNIT} | tail -n 1`))?.[1];
    expect(Number(exposure)).toBeLessThanOrEqual(5);
    expect(await inside(`ps -o user= -p ${await pid()}`)).toBe('gateway');
    expect(await inside('getent passwd gateway | cut -d: -f6-')).toBe('/nonexistent:/usr/sbin/nologin');
    const foreign = `find ${await release()} \\( ! -user root -o ! -group root -o ! -type l -perm /022 \\)`;
    expect(await inside(foreign)).toBe('');
    expect(
      await inside(
        `setpriv --reuid=gateway --regid=gateway --clear-groups test -r ${HOME}/gunicorn.conf.py && echo readable`,
      ),
    ).toBe('readable');
  });

  test('no secret was in a command line, in what was said, or is in a file that others may read', async () => {
    expect(seen.argv.some((line) => line.includes('citadel key ensure'))).toBe(true);
    expect(leaks(seen.argv.join('\n'))).toEqual([]);
    expect(leaks(first.stdout + first.stderr)).toEqual([]);
    expect(await inside(`stat -c '%a %U:%G' ${ENVIRONMENT} /opt/qdrant/config/.gateway-header`)).toBe(
      '640 root:gateway\n600 root:root',
    );
    await host.inside('umask 077; cat >/run/patterns', `${host.secrets.join('\n')}\n`);
    const open = `find / -xdev -path '*/site-packages' -prune -o -type f -perm -o=r -size -4M -print0`;
    expect(await inside(`${open} | xargs -0 -r grep -lsFf /run/patterns || true`)).toBe('');
    expect(
      await inside(`journalctl --no-pager -o cat | grep -cFf /run/patterns || true; rm /run/patterns`),
    ).toBe('0');
    expect(
      await inside(`systemctl show ${UNIT} -p Environment -p ExecStart | grep -c PASSWORD || true`),
    ).toBe('0');
  });

  test('the configured key opens it, and no other does', async () => {
    expect(await status('/v1/deployment/status')).toBe('401');
    expect(await status('/v1/deployment/status', '-H "X-API-Key: 0123456789abcdef0123"')).toBe('401');
    expect(await status('/v1/deployment/status', withKey)).toBe('200');
  });

  test('another key in the configuration takes the place of the old one', async () => {
    const file = join(host.directory, 'vdb.secrets.yaml');
    const before = await readFile(file, 'utf8');
    const old = await inside('cut -d" " -f2 /opt/qdrant/config/.gateway-header');
    await writeFile(
      file,
      before.replace(/^gateway_api_key:.*$/m, 'gateway_api_key: fV8kQ2mXw5Zt9Lr3Yb7Nc1Hd'),
    );
    const ended = await host.vdb(`${PROVISION} --json`);
    await writeFile(file, before);
    expect(changedBy(ended)).toEqual(['file:/opt/qdrant/config/.gateway-header', 'gateway-key:vdb']);
    expect(await status('/v1/deployment/status', withKey)).toBe('200');
    await inside('sleep 6');
    expect(await status('/v1/deployment/status', `-H "X-API-Key: ${old}"`)).toBe('401');
    expect((await converges()).changed).toBe(2);
  });

  test('a changed setting restarts it, and only it', async () => {
    const before = await pid();
    await edit((document) => document.setIn(['gateway', 'limits', 'max_query_length'], 77));
    const ended = await host.vdb(`${PROVISION} --json`);
    expect(changedBy(ended).sort()).toEqual([
      `file:${ENVIRONMENT}`,
      'file:/opt/qdrant/config/production.yaml',
      `service:${UNIT}`,
    ]);
    expect(await pid()).not.toBe(before);
    expect(await inside(`tr '\\0' '\\n' </proc/${await pid()}/environ | grep ^MAX_QUERY`)).toBe(
      'MAX_QUERY_LENGTH=77',
    );
    expect((await converges()).changed).toBe(0);
  });

  test('metrics of workers that are gone do not outlive a restart', async () => {
    await inside(`touch /run/api-gateway-blue-1/metrics/counter_1.db && systemctl restart ${UNIT}`);
    expect(await inside('ls /run/api-gateway-blue-1/metrics')).not.toContain('counter_1.db');
  });

  test('a file of the release that was changed is found, put right, and no longer runs', async () => {
    const before = await pid();
    const file = `${await release()}/gateway/asgi.py`;
    await inside(
      `touch -r ${file} /run/times; echo '# x' >>${file}; touch -r /run/times ${file}; rm /run/times`,
    );
    const plan = await host.vdb(`${PROVISION} --plan`);
    expect(plan.stdout).toContain('not as installed: gateway/asgi.py');
    expect(plan.stdout).toMatch(new RegExp(`restart ${UNIT}`));
    expect((await converges()).changed).toBe(2);
    expect(await inside(`tail -n 1 ${file}`)).not.toBe('# x');
    expect(await pid()).not.toBe(before);
    expect((await converges()).changed).toBe(0);
  });

  testThorough('a package that is gone from its environment comes back', async () => {
    await inside(`rm -r ${HOME}/venv/lib/python3*/site-packages/h11`);
    expect((await converges()).changed).toBe(2);
    expect(await status('/health')).toBe('200');
  });

  testThorough(
    'an installation that was killed leaves no release, and the next run makes a whole one',
    async () => {
      const directory = await release();
      await inside(`systemctl stop ${UNIT}; rm -rf ${directory}`);
      const run = host.begin(`${PROVISION} --json`);
      await run.until(/"step.started","task":"1\.2","resource":"release:/);
      await inside(
        'until compgen -G "/opt/qdrant/releases/.vdb-gateway.*/new/venv/lib/python3*/site-packages/[a-e]*" >/dev/null; do sleep 0.1; done',
      );
      run.child.kill('SIGKILL');
      await inside(
        'kill -9 $(pgrep -f "[p]ip install --require-hashes") $(pgrep -f "[.]vdb-gateway") 2>/dev/null; true',
      );
      await run.ended;
      expect(await inside(`[ -e ${directory} ] && echo there || echo none`)).toBe('none');
      await inside('flock -w 60 -x /run/vdb/busy true');
      await converges();
      expect(await inside('ls -A /opt/qdrant/releases | grep -c "^\\.vdb" || true')).toBe('0');
      expect(await status('/readyz')).toBe('200');
      expect((await converges()).changed).toBe(0);
    },
  );

  test('a gateway of their own is served by its health contract, and told its key', async () => {
    await edit((document) => {
      document.setIn(['gateway', 'artifact'], { from: 'directory', path: OWN, app: 'own_gateway.asgi:app' });
      document.setIn(['gateway', 'health'], { path: '/ok', status: 204 });
    });
    await converges();
    const key = host.secrets.find((secret) => secret.length === 43);
    expect(JSON.parse(await get('/'))).toMatchObject({
      RELEASE: expect.stringMatching(/^gateway-0\.0\.1-[0-9a-f]{12}$/),
      GATEWAY_PORT: '8001',
      key: key?.length,
    });
    expect(await atTheEdge('gateway')).toContain('server_check_status{proxy="gateway"');
    expect(await inside(`curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:8000/ok`)).toBe('204');
    expect((await converges()).changed).toBe(0);
  });

  testThorough('the same as a tarball, from a directory of wheels, without a package index', async () => {
    const tarball = join(host.directory, 'own.tar.gz');
    execFileSync('tar', ['-czf', tarball, '-C', dirname(OWN), basename(OWN)]);
    const file = await inside('echo "$(readlink /opt/qdrant/gateway/blue-1)/venv/bin/python"');
    const bundle = '/etc/ssl/certs/ca-certificates.crt';
    await inside(
      `PIP_CERT=${bundle} ${file} -m pip download -q --no-deps -d /srv/wheels -r ${HOME}/requirements.txt`,
    );
    await edit((document) => {
      document.setIn(['gateway', 'artifact'], {
        from: 'tarball',
        path: tarball,
        app: 'own_gateway.asgi:app',
      });
      document.setIn(['python', 'wheel_dir'], '/srv/wheels');
      document.setIn(['python', 'index_url'], 'http://127.0.0.1:9/simple');
    });
    expect((await converges()).changed).toBeGreaterThan(0);
    expect(await status('/ok')).toBe('204');
    expect((await converges()).changed).toBe(0);
  });

  testThorough('and as a wheel, with its requirements beside it', async () => {
    const wheel = join(host.directory, 'own_gateway-0.0.1-py3-none-any.whl');
    const program = `import base64, io, sys, zipfile
data = io.BytesIO()
with zipfile.ZipFile(data, "w") as archive:
    for name in ("own_gateway/__init__.py", "own_gateway/asgi.py"):
        archive.write("${HOME}/" + name, name)
    info = "own_gateway-0.0.1.dist-info/"
    archive.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: own-gateway\\nVersion: 0.0.1\\n")
    archive.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    archive.writestr(info + "RECORD", "")
print(base64.b64encode(data.getvalue()).decode())`;
    await writeFile(wheel, Buffer.from(await inside(`python3 -c '${program}'`), 'base64'));
    await edit((document) =>
      document.setIn(['gateway', 'artifact'], {
        ...{ from: 'wheel', path: wheel, app: 'own_gateway.asgi:app' },
        requirements: join(OWN, 'requirements.txt'),
      }),
    );
    expect((await converges()).changed).toBeGreaterThan(0);
    expect(await inside(`ls ${HOME}`)).not.toContain('own_gateway');
    expect(await status('/ok')).toBe('204');
    expect((await converges()).changed).toBe(0);
  });

  test('a replica that is no longer wanted is stopped, and its settings with their secrets go', async () => {
    const second = `systemctl is-active api-gateway@blue-2.service; systemctl is-enabled api-gateway@blue-2.service
      ls /opt/qdrant/config/gateway-blue-2.env /opt/qdrant/gateway/blue-2 -d 2>/dev/null; true`;
    await edit((document) => {
      document.setIn(['gateway', 'replicas'], 2);
      document.setIn(['postgres', 'pool'], { size: 4, max_overflow: 4 });
    });
    await converges();
    const there = ['/opt/qdrant/config/gateway-blue-2.env', '/opt/qdrant/gateway/blue-2'];
    expect((await inside(second)).split('\n')).toEqual(['active', 'enabled', ...there]);
    await edit((document) => document.setIn(['gateway', 'replicas'], 1));
    await converges();
    expect((await inside(second)).split('\n')).toEqual(['inactive', 'disabled']);
    expect(await status('/ok')).toBe('204');
    await edit((document) => document.setIn(['gateway', 'enabled'], false));
    await converges();
    expect(
      await inside("systemctl list-units --plain --no-legend 'api-gateway@*'; ls -A /opt/qdrant/gateway"),
    ).toBe('');
    expect(await inside('systemctl is-active haproxy; ls /etc/haproxy')).toBe('inactive\nerrors');
    expect((await converges()).changed).toBe(0);
  });
});
