import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readProgress, readSealed } from '../../../../src/backup/create/answer.js';
import { collectionVariables, snapshotTools } from '../../../../src/backup/create/snapshot.js';
import { TOOLS } from '../../../../src/backup/create/tools.js';
import { type Script, sh } from '../../../../src/host/shell.js';

function bash(script: Script): string {
  return execFileSync('bash', ['-c', script.source], { encoding: 'utf8' });
}

describe('what scripts say of a part', () => {
  const HASH = 'a'.repeat(64);

  it('is read', () => {
    const said = `progress 1 2 taking\npart 7 ${HASH} 2026-11-24T02:00:00.000Z 2026-11-24T02:00:01.000Z\n`;
    expect(readSealed(said)).toEqual({
      bytes: 7,
      sha256: HASH,
      from: '2026-11-24T02:00:00.000Z',
      until: '2026-11-24T02:00:01.000Z',
    });
  });

  it('is an error where they say nothing of it', () => {
    expect(() => readSealed('progress 1 2 taking\n')).toThrow('the host did not say what it made');
  });

  it('is progress, which never goes below zero', () => {
    expect(readProgress('progress -5 100 taking')).toEqual({ bytes: 0, total: 100, phase: 'taking' });
    expect(readProgress('progress 5 100 sleeping')).toBeUndefined();
    expect(readProgress('restarted')).toBeUndefined();
  });
});

describe('a script that fails', () => {
  it('says why on stderr', () => {
    const ended = spawnSync(
      'bash',
      [
        '-c',
        sh`${TOOLS}
      fail "it broke"`.source,
      ],
      { encoding: 'utf8' },
    );
    expect(ended).toMatchObject({ status: 1, stdout: '', stderr: 'it broke\n' });
  });
});

describe('a long command', () => {
  it('is told of once a second, and keeps its output and its exit code', () => {
    const said = bash(sh`
      ${TOOLS}
      seven() { echo 7; }
      slow() { sleep 1.3; echo output; return 3; }
      rc=0
      out=$(telling taking 9 seven slow) || rc=$?
      echo "got $out and $rc"`);
    expect(said).toBe('progress 7 9 taking\ngot output and 3\n');
  });

  it('goes on to its end when nobody listens any more', () => {
    const directory = mkdtempSync(join(tmpdir(), 'vdb-telling-'));
    const end = join(directory, 'end');
    const script = sh`
      ${TOOLS}
      zero() { echo 0; }
      telling taking 0 zero sleep 2.5
      say one
      say two
      echo reached >${end}`;
    try {
      execFileSync('bash', ['-c', 'bash -c "$1" | head -n 1', '-', script.source]);
      expect(readFileSync(end, 'utf8')).toBe('reached\n');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

describe("what is new in Qdrant's directory of snapshots", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'vdb-snapshots-'));
    mkdirSync(join(directory, 'docs'));
    put('docs-1-old.snapshot', 'docs-1-old.snapshot.checksum');
    writeFileSync(join(directory, 'intent'), 'docs-1-old.snapshot\ndocs-1-old.snapshot.checksum\n');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const place = () => ({
    port: 1,
    keyFile: '/dev/null',
    unit: 'qdrant@blue.service',
    snapshots: directory,
    temp: directory,
  });
  const put = (...names: string[]) => {
    for (const name of names) writeFileSync(join(directory, 'docs', name), '');
  };
  const said = (script: Script): string =>
    bash(sh`
      ${TOOLS}
      api() { return 7; }
      intent=${join(directory, 'intent')}
      ${snapshotTools(place())}
      ${collectionVariables('docs', place())}
      before=$(cat -- "$intent")
      ${script}`);

  it('is one snapshot, with all the files that Qdrant makes of it', () => {
    put('docs-1-new.snapshot', 'docs-1-new.snapshot.checksum', 'docs-1-new.snapshot.tmp', 'docs-1-new.tmp');
    expect(said(sh`stems`)).toBe('docs-1-new\n');
  });

  it('is removed where it is one, also while Qdrant does not answer', () => {
    put('docs-1-new.snapshot', 'docs-1-new.snapshot.checksum', 'docs-1-new.tmp');
    expect(said(sh`forget; ls -- "$snapshots"; ls -- "$intent" 2>/dev/null || :`)).toBe(
      'docs-1-old.snapshot\ndocs-1-old.snapshot.checksum\n',
    );
  });

  it('stays where it is whole though Qdrant says that ours failed: somebody else has taken it', () => {
    put('docs-1-new.snapshot', 'docs-1-new.snapshot.checksum');
    writeFileSync(join(directory, 'docs', 'docs-1-new.snapshot.checksum'), 'a'.repeat(64));
    const answer = said(sh`forget unfinished || echo refused; ls -- "$snapshots" | wc -l`);
    expect(answer).toBe('refused\n4\n');
  });

  it('is removed where it is unfinished when Qdrant says that ours failed', () => {
    put('docs-1-new.snapshot', 'docs-1-new.snapshot.checksum', 'docs-1-new.tmp');
    expect(said(sh`forget unfinished; ls -- "$snapshots" | wc -l`)).toBe('2\n');
  });

  it('is not what was begun after the run had ended', () => {
    put('docs-1-2026-11-24-02-00-05.snapshot', 'docs-1-2026-11-24-02-00-06.snapshot');
    expect(said(sh`latest=2026-11-24-02-00-05; stems`)).toBe('docs-1-2026-11-24-02-00-05\n');
    put('docs-1-unnamed.snapshot');
    expect(said(sh`latest=2026-11-24-02-00-04; stems`)).toBe('docs-1-unnamed\n');
  });

  it('stays where it may be of somebody else', () => {
    put('docs-1-new.snapshot', 'docs-2-new.snapshot');
    const answer = said(sh`forget || echo refused; ls -- "$snapshots" | wc -l`);
    expect(answer).toBe('refused\n4\n');
  });
});
