import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diskOf } from '../../../../src/checks/probes/disk.js';
import { fileAccess, fileEnd } from '../../../../src/checks/probes/files.js';
import { ask, observe } from '../../../../src/host/probe.js';
import { localHost } from '../local-host.js';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "vdb it's-"));
  await writeFile(join(directory, 'text'), 'one\ntwo\nthrée\n');
  await chmod(join(directory, 'text'), 0o640);
});

afterAll(() => rm(directory, { recursive: true }));

describe('fileAccess', () => {
  it('gives mode and owner, and null for what does not exist', async () => {
    const paths = [join(directory, 'missing'), join(directory, 'text')];
    const [missing, text] = await observe(
      localHost(),
      paths.map((path) => ask(fileAccess, path)),
    );
    expect(missing).toEqual({ status: 'known', value: null });
    expect(text).toMatchObject({ status: 'known', value: { mode: 0o640 } });
  });

  it('is unknown for an answer that it cannot read', () => {
    expect(fileAccess.parse('unreadable\n', ['/a'])).toEqual([
      { status: 'unknown', why: '/a could not be looked at' },
    ]);
  });
});

describe('fileEnd', () => {
  it('gives the last lines, and null for what does not exist', async () => {
    const ends = ['text', 'missing'].map((name) => ask(fileEnd, { path: join(directory, name), lines: 2 }));
    expect(await observe(localHost(), ends)).toEqual([
      { status: 'known', value: 'two\nthrée\n' },
      { status: 'known', value: null },
    ]);
  });

  it('is unknown for a file that cannot be read', () => {
    expect(fileEnd.parse('unreadable\n', [{ path: '/a', lines: 1 }])[0]?.status).toBe('unknown');
  });
});

describe('diskOf', () => {
  it('looks at the nearest directory while the path does not exist', async () => {
    const paths = [directory, join(directory, 'not', 'yet')];
    const disks = await observe(
      localHost(),
      paths.map((path) => ask(diskOf, path)),
    );
    expect(disks[0]).toMatchObject({ status: 'known', value: { size: expect.any(Number) } });
    expect(disks[1]).toMatchObject({
      status: 'known',
      value: { mountedOn: expect.stringMatching(/^\//), instead: directory },
    });
    expect(disks[0]).not.toHaveProperty('value.instead');
  });

  it.each(['', 'df: no such file', '0 0 tmpfs /x'])('is unknown for %j', (line) => {
    expect(diskOf.parse(`@ /data\n${line}`, ['/data'])[0]?.status).toBe('unknown');
  });
});
