import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { vdbWith } from './support/configuration.js';
import { changes, listFiles } from './support/listing.js';
import { onSharedHost } from './support/shared.js';
import { site } from './support/site.js';

const RELEASES = '/opt/qdrant/releases';
const ONLY_QDRANT = 'provision --only 1.1';
/** What may follow the version that the lab runs. */
const NEXT_MINOR = '1.19.0';

onSharedHost('what vdb refuses', (host) => {
  const ready = () => host().inside('curl -fsS http://127.0.0.1:6333/readyz');
  const releases = () => host().inside(`ls -A ${RELEASES}; readlink /opt/qdrant/slots/blue`);
  const pidOf = () => host().inside('systemctl show -P MainPID qdrant@blue');
  const knownHosts = async (text: string) => {
    const file = join(site.directory, `known-${createHash('sha256').update(text).digest('hex').slice(0, 8)}`);
    await writeFile(file, text);
    return file;
  };

  test('an artefact with another hash: both are shown, the old release stays and serves', async () => {
    const before = { releases: await releases(), pid: await pidOf() };
    const program = join(site.directory, 'not-qdrant');
    await writeFile(program, '#!/bin/sh\necho qdrant 9.9.9\n');
    const actual = createHash('sha256')
      .update(await readFile(program))
      .digest('hex');
    const wanted = '0'.repeat(64);
    const { exitCode, stderr } = await vdbWith(
      host(),
      (document) => {
        document.setIn(['qdrant', 'version'], NEXT_MINOR);
        document.setIn(['qdrant', 'artifact'], { from: 'file', path: program, sha256: wanted });
      },
      ONLY_QDRANT,
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain(actual);
    expect(stderr).toContain(wanted);
    expect(await releases()).toBe(before.releases);
    expect(await pidOf()).toBe(before.pid);
    expect(await ready()).toContain('ready');
  });

  test.each(['1.16.3', '1.20.0'])(
    'version %s on the data of another that it cannot follow: nothing is changed',
    async (version) => {
      const before = { releases: await releases(), pid: await pidOf() };
      const { exitCode, stderr } = await vdbWith(
        host(),
        (document) => document.setIn(['qdrant', 'version'], version),
        ONLY_QDRANT,
      );
      expect(exitCode).toBe(1);
      expect(stderr).toContain(`${version} cannot follow`);
      expect(await releases()).toBe(before.releases);
      expect(await pidOf()).toBe(before.pid);
    },
  );

  test('a disk that is full: said so, nothing left behind, and the next run converges', async () => {
    const pid = await pidOf();
    await host().inside(`mount -t tmpfs -o size=16k tmpfs ${RELEASES}`);
    const left = () => host().inside(`ls -A ${RELEASES}`);
    try {
      const { exitCode, stderr } = await host().vdb(ONLY_QDRANT);
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/no space left/i);
      expect(stderr).toMatch(/meaning:\s+\S+/);
      expect(await left()).toBe('');
    } finally {
      await host().inside(`umount ${RELEASES}`);
    }
    expect((await host().vdb(ONLY_QDRANT)).exitCode).toBe(0);
    expect(await pidOf()).toBe(pid);
  });

  test('an operating system that it does not know, before anything changes', async () => {
    await host().inside('cp /etc/os-release /run/os-release.kept');
    const restore = () =>
      host().inside('cat /run/os-release.kept > /etc/os-release; rm /run/os-release.kept');
    await host().inside('sed -i \'s/^VERSION_ID=.*/VERSION_ID="11"/\' /etc/os-release');
    try {
      const before = await listFiles(host());
      for (const command of ['provision', 'provision --plan']) {
        const { exitCode, stderr } = await host().vdb(command);
        expect(exitCode).toBe(1);
        expect(stderr).toContain('which vdb does not support');
        expect(stderr).toContain('debian 13 or ubuntu 24.04');
      }
      expect(changes(before, await listFiles(host(), []))).toEqual([]);
    } finally {
      await restore();
    }
  });

  test('a host whose key is not known', async () => {
    const file = await knownHosts('');
    const ended = await vdbWith(
      host(),
      (document) => document.setIn(['hosts', 0, 'known_hosts'], file),
      'provision',
    );
    expect(ended.exitCode).toBe(4);
    expect(ended.stderr).toMatch(/SHA256:/);
    expect(await readFile(file, 'utf8')).toBe('');
  });

  test('a host whose key has changed', async () => {
    const other = (
      await host().inside('ssh-keygen -q -t ed25519 -N "" -f /run/k && cat /run/k.pub; rm /run/k*')
    ).trim();
    const file = await knownHosts(`[127.0.0.1]:${host().port} ${other}\n`);
    const ended = await vdbWith(
      host(),
      (document) => document.setIn(['hosts', 0, 'known_hosts'], file),
      'provision',
    );
    expect(ended.exitCode).toBe(4);
    expect(ended.stderr).toContain('is not the one that is known');
    expect(ended.stderr).toContain(file);
  });

  test('an account without the right to use sudo, before anything changes', async () => {
    await host().inside('useradd --create-home --shell /bin/bash nobody-special');
    try {
      const before = await listFiles(host());
      const ended = await vdbWith(
        host(),
        (document) => document.setIn(['hosts', 0, 'user'], 'nobody-special'),
        'provision',
      );
      expect(ended.exitCode).toBe(4);
      expect(ended.stderr).toMatch(/sudo/);
      expect(changes(before, await listFiles(host()))).toEqual([]);
    } finally {
      await host().inside('userdel --remove nobody-special 2>/dev/null');
    }
  });

  test('a host where nobody listens', async () => {
    const ended = await vdbWith(
      host(),
      (document) => document.setIn(['hosts', 0, 'port'], 1),
      'provision --json',
    );
    expect(ended.exitCode).toBe(4);
    expect(ended.stdout).toContain('host.unreachable');
  });
});
