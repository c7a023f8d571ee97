import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { binaryRelease, type ReleaseOptions } from '../../../src/resources/release.js';
import { commandsFor, summaryOf } from '../../support/resource-table.js';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const options: ReleaseOptions = {
  ...{ directory: '/opt/q/releases/1.2.3', binary: 'q', version: '1.2.3' },
  source: { from: 'release', url: 'https://x.test/q.tar.gz', sha256: A },
};
const found = (manifest: object, binary: string) =>
  `present ${Buffer.from(JSON.stringify(manifest)).toString('base64')} ${binary}\n`;
const manifest = { version: '1.2.3', artefact_sha256: A, binary_sha256: B };

describe('binaryRelease', () => {
  test.each([
    ['as installed', found(manifest, 'unchanged'), null],
    ['touched, with the same hash', found(manifest, B), null],
    ['absent', 'absent\n', 'install version 1.2.3 into /opt/q/releases/1.2.3'],
    ['changed', found(manifest, A), `sha256 of the binary ${A}, want ${B}`],
    ['without its binary', found(manifest, 'missing'), `sha256 of the binary not there, want ${B}`],
    [
      'from another artefact',
      found({ ...manifest, artefact_sha256: B }, 'unchanged'),
      `sha256 of the artefact ${B}, want ${A}`,
    ],
  ])('%s', (_, stdout, summary) => {
    expect(summaryOf(binaryRelease(options), stdout)).toBe(summary);
  });

  test('without a readable manifest is installed again', () => {
    expect(summaryOf(binaryRelease(options), `present  ${B}\n`)).toContain('version not there');
    expect(summaryOf(binaryRelease(options), `present eHg= ${B}\n`)).toContain('version not there');
  });

  test('that is not pinned is content with what it recorded', () => {
    const unpinned = {
      ...options,
      source: { from: 'release', url: 'https://y.test', sha256: 'unpinned' } as const,
    };
    expect(
      summaryOf(binaryRelease(unpinned), found({ ...manifest, artefact_sha256: B }, 'unchanged')),
    ).toBeNull();
    expect(commandsFor(binaryRelease(unpinned), null)[0]).not.toContain('want');
  });

  test('from a file streams it and downloads nothing', () => {
    const local = binaryRelease({ ...options, source: { from: 'file', path: './q', sha256: A } });
    const [command] = local.apply({ action: 'install', summary: '' }, null);
    expect(command?.stdin).toEqual({ file: './q' });
    expect(command?.script.source).not.toContain('curl');
    expect(command?.script.source).not.toContain('./q');
  });

  test('is installed in valid bash', () => {
    for (const script of commandsFor(binaryRelease(options), null)) {
      expect(execFileSync('bash', ['-n', '-c', script]).toString()).toBe('');
    }
  });

  test.each([
    ['the download has sha256 a, want b', 'nothing of it was kept'],
    ['curl: (22) 404\ncould not download https://x.test', 'cannot be downloaded'],
    ['q: cannot execute binary file: Exec format error\nq does not run here', 'another architecture'],
    ["/lib/libc.so.6: version `GLIBC_2.39' not found\nq does not run here", 'newer C library'],
    ['q calls itself "q 9", not version 1.2.3', 'not of the version'],
    ['tar: write error: No space left on device', 'not enough space'],
    ['segfault\nq does not run here', 'does not run on this host'],
  ])('explains "%s"', (stderr, meaning) => {
    const explanation = binaryRelease(options).explain?.({ exitCode: 1, stdout: '', stderr, durationMs: 0 });
    expect(explanation?.meaning).toContain(meaning);
  });
});
