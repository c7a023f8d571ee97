import { describe, expect, it } from 'vitest';
import { parseContainers } from '../../../src/lab/container.js';
import { type ContainerSpec, createArguments } from '../../../src/lab/container-spec.js';
import { freePort, isHybrid, maxOpenFiles } from '../../../src/lab/machine.js';

const SPEC: ContainerSpec = {
  container: 'vdb-lab-one-12345678',
  name: 'one',
  directory: '/work/.vdb/lab/one',
  image: 'localhost/vdb-lab:trixie-0',
  port: 40022,
  slirp: true,
  maxOpenFiles: 20_000,
};

describe('the container of a lab host', () => {
  it('runs systemd under podman, reached on loopback only', () => {
    expect(createArguments('podman', { ...SPEC, runtime: 'runc', caBundle: '/etc/ca.crt' })).toEqual([
      '--runtime',
      'runc',
      'create',
      '--name=vdb-lab-one-12345678',
      '--hostname=one',
      '--label=vdb.lab=one',
      '--label=vdb.lab.directory=/work/.vdb/lab/one',
      '--privileged',
      '--systemd=always',
      '--ulimit=nofile=1024:20000',
      '--ulimit=nproc=4096:8192',
      '--network=slirp4netns',
      '--publish=127.0.0.1:40022:22',
      '--volume=/etc/ca.crt:/etc/ssl/certs/ca-certificates.crt:ro',
      'localhost/vdb-lab:trixie-0',
      '/sbin/init',
    ]);
  });

  it('gets from docker by hand what podman does for systemd by itself', () => {
    const args = createArguments('docker', { ...SPEC, slirp: false });
    expect(args).toContain('--cgroupns=private');
    expect(args).toContain('--tmpfs=/run:exec,mode=755');
    expect(args).toContain('--stop-signal=SIGRTMIN+3');
    expect(args).not.toContain('--systemd=always');
    expect(args.some((arg) => arg.startsWith('--network'))).toBe(false);
  });

  it('never asks for a higher limit than the machine grants', () => {
    expect(createArguments('podman', { ...SPEC, maxOpenFiles: 512 })).toContain('--ulimit=nofile=512:512');
  });

  it('is recognised by its labels, whichever engine answers', () => {
    const one = {
      Id: 'abc',
      Name: '/vdb-lab-one-12345678',
      State: { Running: true },
      Config: { Labels: { 'vdb.lab': 'one', 'vdb.lab.directory': '/work/.vdb/lab/one' } },
    };
    expect(parseContainers(JSON.stringify([one]))).toEqual([
      {
        id: 'abc',
        container: 'vdb-lab-one-12345678',
        name: 'one',
        directory: '/work/.vdb/lab/one',
        running: true,
      },
    ]);
  });
});

describe('the machine', () => {
  it('is hybrid when it has both versions of cgroup', () => {
    const v1 = 'cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0';
    const v2 = 'cgroup2 /sys/fs/cgroup/unified cgroup2 rw,nsdelegate 0 0';
    expect(isHybrid(`${v1}\n${v2}\n`)).toBe(true);
    expect(isHybrid(v1)).toBe(false);
    expect(isHybrid('cgroup2 /sys/fs/cgroup cgroup2 rw 0 0')).toBe(false);
  });

  it('has a free port', async () => {
    const port = await freePort();
    expect(port).toBeGreaterThan(1023);
    expect(port).toBeLessThan(65_536);
  });

  it('has a limit of open files of at most what a database asks for', async () => {
    const limit = await maxOpenFiles();
    expect(limit).toBeGreaterThan(0);
    expect(limit).toBeLessThanOrEqual(65_536);
  });
});
