import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readDeploys, writeRecord } from '../../../src/deploy/store.js';
import { CommandError, type Host } from '../../../src/host/host.js';
import { TEXTFILE_DIRECTORY } from '../../../src/services/monitoring/textfile.js';
import { deployAt } from '../../support/deploys.js';
import { OWNED, unprivilegedHost } from '../../support/unprivileged-host.js';

const RECORD = deployAt('copy', 'running', { service: 'qdrant' });

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'vdb-deploys-'));
});
afterEach(() => rmSync(place, { recursive: true }));

const state = () => join(place, 'state');
const textfiles = () => join(place, 'textfiles');

/** This machine, with `programs` before its own, by name. */
function host(programs: Readonly<Record<string, string>> = {}): Host {
  for (const [name, body] of Object.entries(programs)) {
    writeFileSync(join(place, name), `#!/bin/bash\n${body}\n`);
    chmodSync(join(place, name), 0o755);
  }
  const instead = { ...OWNED, [TEXTFILE_DIRECTORY]: textfiles() };
  return unprivilegedHost(join(place, 'busy'), { instead, programs: place });
}

describe('the record of a deploy', () => {
  test('is written, and node exporter told of it', async () => {
    mkdirSync(textfiles());
    await writeRecord(host(), state(), RECORD);
    expect(await readDeploys(host(), state())).toEqual([RECORD]);
    expect(readdirSync(textfiles())).toEqual(['vdb_deploy_qdrant.prom']);
    expect(readFileSync(join(textfiles(), 'vdb_deploy_qdrant.prom'), 'utf8')).toContain(
      'vdb_deploy_open{service="qdrant"} 1\n',
    );
  });

  test('is written where there is no node exporter', async () => {
    await writeRecord(host(), state(), RECORD);
    expect(await readDeploys(host(), state())).toEqual([RECORD]);
    expect(existsSync(textfiles())).toBe(false);
  });

  test.each([
    ['is not a directory', () => writeFileSync(textfiles(), ''), {}],
    ['has no room for a file', () => mkdirSync(textfiles()), { mktemp: failingForMetrics('mktemp') }],
    [
      'has one that cannot be replaced',
      () => mkdirSync(join(textfiles(), 'vdb_deploy_qdrant.prom/a'), { recursive: true }),
      {},
    ],
    [
      'cannot be cleared up',
      () => mkdirSync(textfiles()),
      { mv: failingForMetrics('mv'), rm: failingForMetrics('rm') },
    ],
  ])('is written where what node exporter reads %s', async (_, prepare, programs) => {
    prepare();
    await writeRecord(host(programs), state(), RECORD);
    expect(await readDeploys(host(), state())).toEqual([RECORD]);
  });

  test('waits for no disk that does not answer node exporter', { timeout: 90_000 }, async () => {
    mkdirSync(textfiles());
    const began = performance.now();
    await writeRecord(
      host({ mv: `case "$*" in *.prom) sleep 600;; esac; exec /bin/mv "$@"` }),
      state(),
      RECORD,
    );
    expect(performance.now() - began).toBeLessThan(60_000);
    expect(await readDeploys(host(), state())).toEqual([RECORD]);
    expect(readdirSync(textfiles()).filter((name) => name.endsWith('.prom'))).toEqual([]);
  });

  test.each([
    ['replaced', { mv: 'exit 1' }],
    ['closed to others', { chmod: 'exit 1' }],
    ['brought to the disk', { sync: 'exit 1' }],
  ])('that cannot be %s is an error, told to nobody', async (_, programs) => {
    mkdirSync(textfiles());
    await expect(writeRecord(host(programs), state(), RECORD)).rejects.toThrow(CommandError);
    expect(await readDeploys(host(), state())).toEqual([]);
    expect(readdirSync(textfiles())).toEqual([]);
  });
});

/** A program that works but for the files of metrics. */
function failingForMetrics(name: string): string {
  return `case "$*" in *textfiles*) echo 'Read-only file system' >&2; exit 1;; esac; exec /bin/${name} "$@"`;
}
