import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clockState } from '../../../../src/checks/probes/chrony.js';
import { programMachine } from '../../../../src/checks/probes/elf.js';
import { exposure } from '../../../../src/checks/probes/exposure.js';
import { kernelText } from '../../../../src/checks/probes/kernel.js';
import { oomKills } from '../../../../src/checks/probes/oom.js';
import { newerKernel, rebootState } from '../../../../src/checks/probes/reboot.js';
import { ask, known, observe } from '../../../../src/host/probe.js';
import { localHost } from '../local-host.js';

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vdb-probes-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe('kernelText', () => {
  it('reads several files at once, also one without a last newline, and says which is missing', async () => {
    const [file, empty, missing] = ['file', 'empty', 'missing'].map((name) => join(directory, name)) as [
      string,
      string,
      string,
    ];
    await writeFile(file, 'one\n\n  two');
    await writeFile(empty, '');
    const paths = [file, '/proc/sys/kernel/ostype', empty, missing];
    const texts = await observe(
      localHost(),
      paths.map((path) => ask(kernelText, path)),
    );
    expect(texts).toEqual([
      known('one\n\n  two'),
      known('Linux'),
      { status: 'unknown', why: `${empty} could not be read` },
      known(null),
    ]);
  });

  it('refuses an answer that is cut or about something else', () => {
    expect(() => kernelText.parse('', ['/a'])).toThrow();
    expect(() => kernelText.parse('@@ /b\n= 1\n', ['/a'])).toThrow('/b');
    expect(kernelText.parse('@@ /a\n= 1\nunreadable\n', ['/a'])[0]?.status).toBe('unknown');
    expect(kernelText.parse('@@ /a\n', ['/a'])[0]?.status).toBe('unknown');
  });
});

describe('programMachine', () => {
  const X86 = '7f 45 4c 46 02 01 01 00 00 00 00 00 00 00 00 00 03 00 3e 00';

  it.each([
    [X86, known('x86_64')],
    [X86.replace(/3e 00$/, 'b7 00'), known('aarch64')],
    [X86.replace(/3e 00$/, 'f3 00'), known('machine 243')],
    [X86.replace('02 01 01', '02 02 01').replace(/3e 00$/, '00 3e'), known('x86_64')],
    ['23 21 2f 75 73 72 2f 62 69 6e 2f 65 6e 76 20 6e 6f 64 65 0a', known('script')],
    ['absent', known(null)],
  ])('reads %j', (line, expected) => {
    expect(programMachine.parse(`${line}\n`, ['/q'])).toEqual([expected]);
  });

  it.each(['', '7f 45 4c 46', 'od: not found', X86.replace('7f', '7e')])('is unknown for %j', (line) => {
    expect(programMachine.parse(`${line}\n`, ['/q'])[0]?.status).toBe('unknown');
  });

  it('knows the program that runs this test for one of this CPU', async () => {
    const { stdout } = await localHost().read(programMachine.script([process.execPath]));
    const machine = { x64: 'x86_64', arm64: 'aarch64' }[process.arch as string];
    if (machine !== undefined) expect(programMachine.parse(stdout, ['/q'])).toEqual([known(machine)]);
  });
});

describe('oomKills', () => {
  const entry = (fields: Record<string, unknown>): string =>
    `${JSON.stringify({ __REALTIME_TIMESTAMP: '1795546862508525', ...fields })}\n`;
  const answer = (oldest: string, systemd = '', kernel = ''): string =>
    `@@ oldest\n${oldest}@@ systemd\n${systemd}@@ kernel\n${kernel}@@ end\n`;
  const AT = 1_795_546_862_508.525;

  it('reads units and processes', () => {
    const kernel = 'Out of memory: Killed process 4711 (tmux: server) total-vm:9kB, anon-rss:1kB';
    const stdout = answer(entry({ PRIORITY: '6' }), entry({ UNIT: 'q.service' }), entry({ MESSAGE: kernel }));
    expect(oomKills.parse(stdout, [7])).toEqual([
      known({
        since: AT,
        kills: [
          { at: AT, who: 'q.service', source: 'systemd' },
          { at: AT, who: 'tmux: server', source: 'kernel' },
        ],
      }),
    ]);
  });

  it('reads an empty journal as such', () => {
    expect(oomKills.parse(answer(''), [7])).toEqual([known({ since: null, kills: [] })]);
  });

  it.each([
    '',
    '@@ oldest\n@@ systemd\n',
    answer('No journal files were found.\n'),
    answer('{"__REALTIME_TIMESTAMP":"soon"}\n'),
    answer('{"PRIORITY":"6"}\n'),
  ])('refuses %j', (stdout) => {
    expect(() => oomKills.parse(stdout, [7])).toThrow();
  });
});

describe('rebootState', () => {
  it('reads what is asked for and what is installed', () => {
    const stdout = 'required yes\npackage libc6\nrunning 6.8.0-45-generic\nkernel 6.8.0-45-generic\n';
    expect(rebootState.parse(stdout, [null])).toEqual([
      known({
        required: true,
        packages: ['libc6'],
        running: '6.8.0-45-generic',
        kernels: ['6.8.0-45-generic'],
      }),
    ]);
  });

  it.each(['', 'required perhaps\nrunning 6.8', 'required no\n'])('refuses %j', (stdout) => {
    expect(() => rebootState.parse(stdout, [null])).toThrow();
  });
});

describe('newerKernel', () => {
  it.each([
    ['6.12.48+deb13-amd64', ['6.12.48+deb13-amd64', '6.12.57+deb13-amd64'], '6.12.57+deb13-amd64'],
    ['6.12.57+deb13-amd64', ['6.12.9+deb13-amd64', '6.12.57+deb13-amd64'], null],
    ['6.12.57+deb13-amd64', ['6.12.57+deb13.1-amd64'], '6.12.57+deb13.1-amd64'],
    ['6.12.48+deb13-amd64', ['6.12.57+deb13-cloud-amd64'], null],
    ['6.12.48+deb13-cloud-amd64', ['6.12.57+deb13-cloud-amd64'], '6.12.57+deb13-cloud-amd64'],
    ['6.8.0-45-generic', ['6.8.0-9-generic', '6.8.0-100-generic', '6.8.0-51-generic'], '6.8.0-100-generic'],
    ['6.8.0-1015-aws', ['6.8.0-51-generic', '6.8.0-1015-aws'], null],
    ['6.1.0-25-amd64', ['6.1.0-31-amd64'], '6.1.0-31-amd64'],
    ['6.18.44-fc-v669', ['6.12.57+deb13-amd64'], null],
    ['custom', ['6.12.57+deb13-amd64', 'old'], null],
    ['6.8.0-45-generic', [], null],
  ])('of %s and %j is %s', (running, kernels, newer) => {
    expect(newerKernel({ running, kernels })).toBe(newer);
  });
});

describe('exposure', () => {
  const block = (line: string): string => `@@ q.service\n${line}\n`;

  it.each([
    ['→ Overall exposure level for q.service: 1.4 OK 🙂', known(1.4)],
    ['→ Overall exposure level for q.service: 9.6 UNSAFE 😨', known(9.6)],
    ['→ Overall exposure level for q.service: 10.0 DANGEROUS', known(10)],
    ['Unit q.service not found, cannot analyze.', known(null)],
  ])('reads %j', (line, expected) => {
    expect(exposure.parse(block(line), ['q.service'])).toEqual([expected]);
  });

  it.each([
    'silent',
    '',
    '→ Overall exposure level for other.service: 1.4 OK',
    '→ Overall exposure level for q.service: low OK',
    'systemd-analyze: command not found',
    '→ Overall exposure level for q.service: 1.4 OK\n→ Overall exposure level for q.service: 9.9 UNSAFE',
  ])('is unknown for %j', (line) => {
    expect(exposure.parse(block(line), ['q.service'])[0]?.status).toBe('unknown');
  });

  it('refuses fewer answers than units', () => {
    expect(() => exposure.parse(block('silent'), ['q.service', 'r.service'])).toThrow();
  });
});

describe('clockState', () => {
  const tracking = (
    offset: string,
    leap: string,
    delay = '0.000000000',
    dispersion = '0.000000000',
  ): string =>
    `A29FC87B,162.159.200.123,4,1795548891.696424553,${offset},0.000000000,0.000000000,0.000,0.000,0.000,${delay},${dispersion},0.0,${leap}\n`;
  const EXACT = { running: true, synchronised: true, uncertainty: 0, local: false };

  it.each([
    [tracking('0.000020000', 'Normal'), { ...EXACT, offset: 0.02 }],
    [tracking('-0.250000000', 'Normal'), { ...EXACT, offset: -250 }],
    [tracking('0.0', 'Insert second'), { ...EXACT, offset: 0 }],
    [tracking('0.0', 'Not synchronised'), { ...EXACT, synchronised: false, offset: 0 }],
    [tracking('0.0', 'Normal', '0.5', '1.25'), { ...EXACT, offset: 0, uncertainty: 1500 }],
    [tracking('0.0', 'Normal').replace('A29FC87B', '7F7F0101'), { ...EXACT, offset: 0, local: true }],
    ['506 Cannot talk to daemon\n', { running: false }],
    ['absent\n', null],
  ])('reads %j', (stdout, value) => {
    expect(clockState.parse(stdout, [null])).toEqual([known(value)]);
  });

  it.each([
    '',
    'Leap status     : Normal',
    tracking('', 'Normal'),
    tracking('0.0', 'Ordinaire'),
    tracking('soon', 'Normal'),
    tracking('0.0', 'Normal', 'long'),
    tracking('0.0', 'Normal', '0.0', ''),
    `${tracking('0.0', 'Normal')},1`,
  ])('refuses %j', (stdout) => {
    expect(() => clockState.parse(stdout, [null])).toThrow();
  });
});
