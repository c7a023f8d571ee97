import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { type LabHost, result } from '../../support/lab.js';
import { describeLab } from '../support/shared.js';
import { hostWithGateway, remove } from '../support/site.js';

const NAME = 'image';
const UNIT = 'api-gateway@blue-1.service';
const REGISTRY = '127.0.0.1:5000';
const AUTH = '/etc/vdb-lab/registry.json';
const PROVISION = 'provision --only 1.2';

/**
 * podman, a registry with a password, and an image of the host's own Python. The settings of podman are for a container
 * in a container: no cgroups of its own, no overlay, no higher limits.
 */
const PREPARE = `set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -qy --no-install-recommends podman crun docker-registry apache2-utils
mkdir -p /opt/qdrant/config /etc/containers/registries.conf.d
printf '%s\\n' '[containers]' 'cgroups = "disabled"' 'default_ulimits = ["nofile=1024:8192", "nproc=1024:4096"]' \\
  '[engine]' 'runtime = "crun"' 'cgroup_manager = "cgroupfs"' 'events_logger = "file"' >/etc/containers/containers.conf
printf '%s\\n' '[storage]' 'driver = "vfs"' 'runroot = "/run/containers/storage"' \\
  'graphroot = "/var/lib/containers/storage"' >/etc/containers/storage.conf
printf '%s\\n' '[[registry]]' 'location = "${REGISTRY}"' 'insecure = true' >/etc/containers/registries.conf.d/lab.conf
password=$(head -c 18 /dev/urandom | base64)
printf %s "$password" | htpasswd -Bin ops >/etc/docker/registry/htpasswd
chmod 644 /etc/docker/registry/htpasswd
systemctl restart docker-registry
cat >/srv/server.py
python=$(readlink -f /usr/bin/python3)
libraries=$(ldd $python /usr/lib/python3*/lib-dynload/*.so | grep -o '/[^ :]*\\.so[^ ]*' | grep -v lib-dynload | sort -u)
tar -chf /srv/root.tar $python /usr/lib/python3.?? $libraries /srv/server.py || [ $? = 1 ]
podman import --change "CMD [\\"$python\\",\\"/srv/server.py\\"]" /srv/root.tar localhost/test/gateway:1
until printf %s "$password" | podman login --authfile ${AUTH} -u ops --password-stdin ${REGISTRY}; do sleep 0.5; done
podman push --authfile ${AUTH} --digestfile /srv/digest localhost/test/gateway:1 ${REGISTRY}/team/gateway:1
podman save --output /srv/gateway.tar localhost/test/gateway:1
podman image inspect --format '{{.Id}}' localhost/test/gateway:1 >/srv/id
podman rmi --all --force`;

const SERVER = `import http.server, json, os, signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(204 if self.path == "/ok" else 200)
        self.end_headers()
        if self.path != "/ok":
            status = dict(line.split(":", 1) for line in open("/proc/self/status"))
            told = {name: status[name].strip() for name in ("CapBnd", "CapEff", "NoNewPrivs", "Seccomp")}
            told["key"] = len(os.environ["API_KEY"])
            told["uid"] = os.getuid()
            told["writable"] = [at for at in ("/", "/srv", "/usr", "/tmp", "/run") if os.access(at, os.W_OK)]
            self.wfile.write(json.dumps(told).encode())
http.server.HTTPServer((os.environ["GATEWAY_HOST"], int(os.environ["GATEWAY_PORT"])), Handler).serve_forever()
`;

describeLab('a gateway that is an image', () => {
  let host: LabHost;

  beforeAll(async () => {
    host = await hostWithGateway(NAME);
  });
  afterAll(() => remove(NAME));

  const inside = async (script: string): Promise<string> => (await host.inside(script)).trim();
  const status = () => inside("curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:8001/ok");
  const leaks = (text: string) => host.secrets.filter((secret) => text.includes(secret));

  async function configure(artifact: object): Promise<void> {
    const file = join(host.directory, 'vdb.yaml');
    const document = parseDocument(await readFile(file, 'utf8'));
    document.setIn(['gateway', 'artifact'], { from: 'image', ...artifact });
    document.setIn(['gateway', 'health'], { path: '/ok', status: 204 });
    await writeFile(file, document.toString());
  }
  async function changes(): Promise<unknown> {
    const ended = await host.vdb(`${PROVISION} --json`);
    expect(result(ended), ended.stdout).toMatchObject({ failed: 0, exit_code: 0 });
    return result(ended).changed;
  }

  test('is refused on a host without an engine, before anything is changed', async () => {
    await configure({ image: `${REGISTRY}/team/gateway@sha256:${'0'.repeat(64)}` });
    const ended = await host.vdb(PROVISION);
    expect(ended.exitCode).toBe(1);
    expect(ended.stdout + ended.stderr).toContain('podman is not installed; docker is not installed');
    expect(await inside('getent passwd gateway || ls -d /opt/qdrant/releases 2>/dev/null || echo none')).toBe(
      'none',
    );
  });

  test('is pulled by its digest with the credentials of the host, and by no other', async () => {
    await host.inside(PREPARE, SERVER);
    const failure = async () => {
      const ended = await host.vdb(PROVISION);
      expect(ended.exitCode).toBe(1);
      return ended.stdout + ended.stderr;
    };
    expect(await failure()).toContain('The registry refuses to give the image');
    await configure({ image: `${REGISTRY}/team/gateway@sha256:${'0'.repeat(64)}`, auth_file: AUTH });
    expect(await failure()).toContain('no image of this name with this digest');
    await configure({
      image: `${REGISTRY}/team/gateway@${await inside('cat /srv/digest')}`,
      auth_file: AUTH,
    });
    const plan = await host.vdb(`${PROVISION} --plan`);
    expect(plan.stdout).toMatch(/pull 127\.0\.0\.1:5000\/team\/gateway@sha256:[0-9a-f]{64} with podman/);
    expect(await changes()).toBeGreaterThan(0);
    expect(await changes()).toBe(0);
    expect(await status()).toBe('204');
  });

  test('runs as the account of the gateway with nothing that it does not need, and its secrets in no command line', async () => {
    const said = JSON.parse(await inside('curl -s http://127.0.0.1:8001/'));
    const none = '0000000000000000';
    expect(said).toEqual({
      ...{ CapBnd: none, CapEff: none, NoNewPrivs: '1', Seccomp: '2', key: 43 },
      ...{ uid: Number(await inside('id -u gateway')), writable: ['/tmp', '/run'] },
    });
    expect(leaks(await inside(`cat /proc/[0-9]*/cmdline | tr '\\0' ' '; systemctl show ${UNIT}`))).toEqual(
      [],
    );
    expect(JSON.parse(await inside('cat /opt/qdrant/gateway/blue-1/manifest.json'))).toMatchObject({
      ...{ image: `${REGISTRY}/team/gateway`, digest: await inside('cat /srv/digest'), engine: 'podman' },
      image_id: await inside('cat /srv/id'),
    });
  });

  test('comes back when its client is killed, its image is removed, or another one is named', async () => {
    await inside(`kill -KILL $(systemctl show -p MainPID --value ${UNIT})`);
    await inside('timeout 60 sh -c "until curl -sf http://127.0.0.1:8001/ok; do sleep 0.5; done"');
    await inside("sed -i 's/^VDB_IMAGE=.*/VDB_IMAGE=none/' /opt/qdrant/gateway/blue-1/image.env");
    expect((await host.vdb(`${PROVISION} --plan`)).stdout).toContain('not as installed: image.env');
    expect(await changes()).toBe(1);
    await inside('podman rmi --all --force');
    expect(await changes()).toBe(2);
    expect(await status()).toBe('204');
    expect(await changes()).toBe(0);
  });

  test('is loaded from an archive that holds what is pinned, and from no other', async () => {
    const archive = join(host.directory, 'gateway.tar');
    execFileSync(host.engine, ['cp', `${host.container}:/srv/gateway.tar`, archive]);
    const id = await inside('cat /srv/id');
    const image = (digest: string) => `registry.example.com/team/gateway@sha256:${digest}`;
    await inside('podman rmi --all --force');
    await configure({ image: image('0'.repeat(64)), archive });
    const ended = await host.vdb(PROVISION);
    expect(ended.exitCode).toBe(1);
    expect(ended.stdout + ended.stderr).toContain('it was removed again');
    expect(await inside('podman images --quiet')).toBe('');
    await configure({ image: image(id), archive });
    expect(await changes()).toBeGreaterThan(0);
    expect(await status()).toBe('204');
    expect(await changes()).toBe(0);
  });
});
