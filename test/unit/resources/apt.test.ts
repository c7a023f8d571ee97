import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { aptPackages, aptRepository, aptTransaction, explainApt } from '../../../src/resources/apt.js';
import { renderRepository } from '../../../src/resources/apt-repository.js';
import { scriptOf, summaryOf } from '../../support/resource-table.js';

const wanted = aptPackages({ name: 'base', packages: ['curl', 'g++', 'libc6:amd64'] });
const line = (status: string, name: string) => `${status}|${name}|${name}:amd64\n`;

describe('aptPackages', () => {
  test.each([
    ['install ok installed', null],
    ['hold ok installed', null],
    ['deinstall ok config-files', 'install curl'],
    ['install ok half-configured', 'install curl'],
    ['install ok unpacked', 'install curl'],
    ['unknown ok not-installed', 'install curl'],
  ])('takes the status "%s" for %s', (status, summary) => {
    const others = line('install ok installed', 'g++') + line('install ok installed', 'libc6');
    expect(summaryOf(wanted, others + line(status, 'curl'))).toBe(summary);
  });

  test('names everything that dpkg does not know', () => {
    expect(summaryOf(wanted, '')).toBe('install curl, g++, libc6:amd64');
  });

  test('asks for all packages of all resources at once', () => {
    const other = aptPackages({ name: 'other', packages: ['curl', 'jq'] });
    const { source } = wanted.probe.kind.script([wanted.probe.arg, other.probe.arg]);
    expect(source.match(/dpkg-query/g)).toHaveLength(1);
    expect(source).toContain('-- curl g++ libc6:amd64 jq');
  });

  test('refuses what is no name of a package', () => {
    expect(() => aptPackages({ name: 'x', packages: ['curl; reboot'] })).toThrow('not the name of a package');
  });

  test('leaves the format of dpkg-query to dpkg-query', () => {
    expect(scriptOf(wanted)).toContain("-f='${Status}|${Package}|${Package}:${Architecture}\\n'");
  });
});

describe('aptTransaction', () => {
  const { script, timeoutSeconds, title } = aptTransaction(['curl', 'jq']);

  test('is quiet, keeps configuration files and waits for the lock', () => {
    expect(title).toBe('install 2 packages');
    expect(timeoutSeconds).toBe(1800);
    for (const part of [
      'DEBIAN_FRONTEND=noninteractive',
      'NEEDRESTART_SUSPEND=1',
      '--no-install-recommends',
      'DPkg::Lock::Timeout=300',
      '--force-confold',
      '-- curl jq',
    ]) {
      expect(script.source).toContain(part);
    }
  });

  test('is valid bash', () => {
    expect(execFileSync('bash', ['-n', '-c', script.source]).toString()).toBe('');
  });
});

describe('explainApt', () => {
  test.each([
    [
      'E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 1 (unattended-upgr)',
      'unattended-upgrades',
    ],
    [
      'dpkg: error: dpkg frontend lock was locked by /usr/bin/apt process with pid 7',
      'Another package manager',
    ],
    ['E: Unable to locate package nope', 'no such package'],
    [
      'E: Failed to fetch http://x/y  Could not connect\nE: Unable to locate package nope',
      'mirror cannot be reached',
    ],
    ["W: Failed to fetch http://x  Temporary failure resolving 'x'", 'cannot be resolved'],
    ['dpkg: error: cannot write: No space left on device', 'not enough space'],
    ["E: dpkg was interrupted, you must manually run 'dpkg --configure -a'", 'interrupted'],
    ['E: The repository is not signed.', 'not signed'],
  ])('%s', (stderr, meaning) => {
    expect(explainApt({ exitCode: 100, stdout: '', stderr, durationMs: 0 })?.meaning).toContain(meaning);
  });

  test.each<[string, string[] | undefined]>([
    ['E: Unable to locate package a\nE: Unable to locate package b', ['a', 'b']],
    ["E: Package 'prometheus' has no installation candidate", ['prometheus']],
    ['E: Failed to fetch http://x/y  Could not connect', []],
    ['dpkg: error: cannot write: No space left on device', undefined],
  ])('says which packages cannot be had: %s', (stderr, lacking) => {
    expect(explainApt({ exitCode: 100, stdout: '', stderr, durationMs: 0 })?.lacking).toEqual(lacking);
  });

  test('does not guess', () => {
    expect(explainApt({ exitCode: 100, stdout: '', stderr: 'something new', durationMs: 0 })).toBeNull();
  });
});

describe('aptRepository', () => {
  test('carries its key inside the stanza', () => {
    const armored = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nabc=\n-----END PGP PUBLIC KEY BLOCK-----\n';
    const options = { name: 'x', uris: ['https://x.test'], suites: ['stable'], components: ['main'] };
    expect(renderRepository({ ...options, key: { armored } })).toBe(`Types: deb
URIs: https://x.test
Suites: stable
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc=
 -----END PGP PUBLIC KEY BLOCK-----
`);
    expect(aptRepository(options).id).toBe('file:/etc/apt/sources.list.d/x.sources');
  });
});
