import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Host } from '../../../src/host/host.js';
import { sh } from '../../../src/host/shell.js';
import { aptTransaction } from '../../../src/resources/apt.js';
import { binaryRelease, type ReleaseOptions } from '../../../src/resources/release.js';
import { changeOf, converge, NO_CONTAINER, rootHost } from '../../support/root-host.js';

const PROGRAM = '#!/bin/sh\necho "tool 1.2.3"\n';
const DIRECTORY = '/opt/vdb-test-releases/1.2.3';
const URL = 'http://127.0.0.1:8999/tool.tar.gz';

describe.skipIf(NO_CONTAINER)(`releases on a real host ${NO_CONTAINER ?? ''}`, () => {
  let host: Host;
  let work: string;
  let archive: string;

  const options: ReleaseOptions = {
    directory: DIRECTORY,
    binary: 'tool',
    version: '1.2.3',
    source: { from: 'release', url: URL, sha256: 'unpinned' },
  };
  const clean = () => host.run({ title: 'clean', script: sh`rm -rf /opt/vdb-test-releases` });
  const left = async () => (await host.read(sh`ls -A /opt/vdb-test-releases 2>/dev/null`)).stdout.trim();
  const failure = async (changed: Partial<ReleaseOptions>) => {
    const resource = binaryRelease({ ...options, ...changed });
    const error = await converge(host, resource).catch((thrown: unknown) => thrown);
    const { result } = error as { result: Parameters<NonNullable<typeof resource.explain>>[0] };
    return { stderr: result.stderr, meaning: resource.explain?.(result)?.meaning };
  };

  beforeAll(async () => {
    host = await rootHost();
    await host.run(aptTransaction(['curl']));
    work = await mkdtemp(join(tmpdir(), 'vdb-release-'));
    await host.run({
      title: 'serve',
      stdin: PROGRAM,
      script: sh`mkdir -p /srv/vdb-test/x && cat >/srv/vdb-test/x/tool && tar -czf /srv/vdb-test/tool.tar.gz -C /srv/vdb-test x
        systemd-run -q --unit vdb-test-http python3 -m http.server 8999 --bind 127.0.0.1 --directory /srv/vdb-test
        for i in $(seq 50); do curl -fs ${URL} -o /dev/null && exit 0; sleep 0.1; done; exit 1`,
    });
    archive = (await host.read(sh`sha256sum </srv/vdb-test/tool.tar.gz | cut -d' ' -f1`)).stdout.trim();
    await clean();
  });
  afterAll(async () => {
    await host.run({
      title: 'clean',
      script: sh`systemctl stop vdb-test-http; rm -rf /srv/vdb-test /opt/vdb-test-releases`,
    });
    await rm(work, { recursive: true });
  });

  test('an archive is downloaded, verified, unpacked and then left alone', async () => {
    const pinned = binaryRelease({ ...options, source: { from: 'release', url: URL, sha256: archive } });
    expect(await converge(host, pinned)).toMatchObject({ before: { action: 'install' }, after: null });
    expect(await left()).toBe('1.2.3');
    const { stdout } = await host.read(sh`cat ${DIRECTORY}/manifest.json`);
    expect(JSON.parse(stdout)).toEqual({
      version: '1.2.3',
      binary: 'tool',
      binary_sha256: createHash('sha256').update(PROGRAM).digest('hex'),
      artefact_sha256: archive,
      source: URL,
    });
    expect(await changeOf(host, binaryRelease(options))).toBeNull();
  });

  test('a binary that was changed behind its manifest is replaced, also when its time was set back', async () => {
    await host.run({
      title: 'spoil',
      script: sh`touch -r ${DIRECTORY}/tool /tmp/ref; sed -i s/1.2.3/1.2.4/ ${DIRECTORY}/tool; touch -r /tmp/ref ${DIRECTORY}/tool; rm /tmp/ref`,
    });
    expect(await converge(host, binaryRelease(options))).toMatchObject({
      before: { action: 'install' },
      after: null,
    });
  });

  test('a wrong hash leaves nothing and names both', async () => {
    await clean();
    const want = '0'.repeat(64);
    const { stderr, meaning } = await failure({ source: { from: 'release', url: URL, sha256: want } });
    expect(stderr).toContain(`the download has sha256 ${archive}, want ${want}`);
    expect(meaning).toContain('nothing of it was kept');
    expect(await left()).toBe('');
  });

  test('another version than promised is refused', async () => {
    expect((await failure({ version: '9.9.9' })).meaning).toContain('not of the version');
    expect(await left()).toBe('');
  });

  test('an address that does not answer is explained', async () => {
    const source = { from: 'release', url: 'http://127.0.0.1:8999/none', sha256: 'unpinned' } as const;
    expect((await failure({ source })).meaning).toContain('cannot be downloaded');
  });

  test('a file of the operator is streamed and installed', async () => {
    const path = join(work, 'tool');
    await writeFile(path, PROGRAM.padEnd(3_000_000, '#'));
    const sha256 = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
    const uploaded = binaryRelease({ ...options, source: { from: 'file', path, sha256 } });
    expect(await converge(host, uploaded)).toMatchObject({ before: { action: 'install' }, after: null });
  });

  test('a program for another machine is refused and explained', async () => {
    const path = join(work, 'foreign');
    const elf = Buffer.alloc(4096);
    elf.write('\x7fELF\x02\x01\x01', 'latin1');
    elf.writeUInt16LE(2, 16);
    elf.writeUInt16LE(0x15, 18);
    await writeFile(path, elf);
    const sha256 = createHash('sha256').update(elf).digest('hex');
    const directory = '/opt/vdb-test-releases/foreign';
    const { stderr, meaning } = await failure({ directory, source: { from: 'file', path, sha256 } });
    expect(stderr).toContain('this machine is');
    expect(meaning).toContain('another architecture');
    expect(await left()).toBe('1.2.3');
  });
});
