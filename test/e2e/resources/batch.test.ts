import { beforeAll, describe, expect, test } from 'vitest';
import type { Resource } from '../../../src/engine/resource.js';
import type { Host } from '../../../src/host/host.js';
import { observe } from '../../../src/host/probe.js';
import { aptPackages } from '../../../src/resources/apt.js';
import { directory } from '../../../src/resources/directory.js';
import { file } from '../../../src/resources/file.js';
import { freeSpace, mountOptions } from '../../../src/resources/mount.js';
import { binaryRelease } from '../../../src/resources/release.js';
import { service } from '../../../src/resources/service.js';
import { sysctlValue } from '../../../src/resources/sysctl.js';
import { systemUser } from '../../../src/resources/user.js';
import { type Virtualenv, virtualenv } from '../../../src/resources/virtualenv.js';
import { NO_CONTAINER, rootHost } from '../../support/root-host.js';

const container = true;
const source = { from: 'release', url: 'https://x.test/', sha256: 'unpinned' } as const;

function partsOf({ environment, tools, groups, frozen, importable }: Virtualenv): Resource[] {
  return [environment, tools, ...Object.values(groups), frozen, importable];
}

const resources = [
  ...Array.from({ length: 100 }, (_, i) =>
    file({ path: `/etc/vdb batch/it's-${i}.conf`, content: `${i}\n` }),
  ),
  ...['/etc', '/usr/lib', '/no/such'].map((path) => directory({ path })),
  ...['root', 'nobody', 'vdb-none'].map((name) => systemUser({ name })),
  ...['dbus.service', 'no-such@x.service'].map((unit) => service({ unit, restartOn: ['/etc/passwd'] })),
  ...['net.core.somaxconn', 'vm.swappiness'].map((key) => sysctlValue({ key, value: 1, container })),
  ...['/', '/proc'].map((mountPoint) => mountOptions({ mountPoint, options: ['rw'], container })),
  ...['/', '/no/such/path'].map((path) => freeSpace({ path, minGib: 0 })),
  ...['1', '2'].map((v) => binaryRelease({ directory: `/opt/none/${v}`, binary: 'x', version: v, source })),
  ...partsOf(
    virtualenv({
      ...{
        path: '/opt/none/venv',
        python: 'python3',
        timeoutSeconds: 1,
        required: true,
        freezeTo: '/opt/none/r.txt',
      },
      groups: { core: ['psycopg[binary]==3.2.9'] },
    }),
  ),
  aptPackages({ name: 'a', packages: ['bash', 'no-such-package-vdb'] }),
  aptPackages({ name: 'b', packages: ['dpkg'] }),
];

describe.skipIf(NO_CONTAINER)(`a whole host in one look ${NO_CONTAINER ?? ''}`, () => {
  let host: Host;
  beforeAll(async () => {
    host = await rootHost();
  });

  test('more than a hundred resources of every kind are seen by one command', async () => {
    const before = host.commandCount;
    const observations = await observe(
      host,
      resources.map(({ probe }) => probe),
    );
    expect(host.commandCount - before).toBe(1);
    const unseen = observations.flatMap((each, i) =>
      each.status === 'unknown' ? [`${resources[i]?.id}: ${each.why}`] : [],
    );
    expect(unseen).toEqual([]);
  });
});
