import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Script, sh } from '../../../src/host/shell.js';
import { sha256 } from '../../../src/resources/file.js';
import { service, timer } from '../../../src/resources/service.js';
import type { ServiceState } from '../../../src/resources/service-probe.js';
import { renderStampDropIn, restamp, stampPath } from '../../../src/resources/service-stamp.js';
import { answer, commandsFor } from '../../support/resource-table.js';

const UNIT = 'q@blue.service';
const DROP_IN = '/etc/systemd/system/q@blue.service.d/10-vdb-stamp.conf';
const wanted = service({ unit: UNIT, restartOn: ['/etc/q.yaml'], reloadOn: ['/etc/q.rules'] });
const dropIn = renderStampDropIn(UNIT, ['/etc/q.yaml', '/etc/q.rules']);
const sums = { '/etc/q.yaml': 'a', '/etc/q.rules': 'b' };

const running: ServiceState = {
  ...{ load: 'loaded', active: 'active', sub: 'running', enabled: 'enabled', result: 'success' },
  ...{
    restarts: 0,
    activeFor: 60,
    needsReload: false,
    silent: false,
    started: sums,
    now: { ...sums, [DROP_IN]: sha256(dropIn) },
  },
};

/** The titles of what would be done. */
function steps(resource: ReturnType<typeof service>, have: ServiceState | null): string[] {
  const change = resource.diff(have);
  return change === null ? [] : resource.apply(change, have).map(({ title }) => title);
}

describe('service', () => {
  test.each<[string, Partial<ServiceState>, string | null, string[]]>([
    ['as wanted', {}, null, []],
    ['with an older file', { started: { ...sums, '/etc/q.yaml': 'old' } }, 'restart', [`restart ${UNIT}`]],
    ['with older rules', { started: { ...sums, '/etc/q.rules': 'old' } }, 'reload', [`reload ${UNIT}`]],
    [
      'older in both',
      { started: { '/etc/q.yaml': 'x', '/etc/q.rules': 'x' } },
      'restart',
      [`restart ${UNIT}`],
    ],
    ['silently', { silent: true }, 'restart', [`restart ${UNIT}`]],
    ['silently, and ended', { silent: true, active: 'failed' }, 'start', [`start ${UNIT}`]],
    ['never stamped', { started: null }, 'restart', [`restart ${UNIT}`]],
    ['with an older unit file', { needsReload: true }, 'update', ['reload unit files']],
    ['not enabled', { enabled: 'disabled' }, 'update', [`enable ${UNIT}`]],
    ['enabled until the next boot', { enabled: 'enabled-runtime' }, 'update', [`enable ${UNIT}`]],
    ['not to be enabled', { enabled: 'static' }, null, []],
    ['failed', { active: 'failed', sub: 'failed', result: 'oom-kill' }, 'start', [`start ${UNIT}`]],
    ['again and again', { restarts: 5, activeFor: 1 }, 'start', [`start ${UNIT}`]],
    ['again after its third restart', { restarts: 3, activeFor: 1 }, 'start', [`start ${UNIT}`]],
    ['again after one restart', { restarts: 1, activeFor: 1 }, null, []],
    ['again after two restarts', { restarts: 2, activeFor: 1 }, null, []],
    [
      'not, between two starts',
      { active: 'activating', sub: 'auto-restart', restarts: 1, activeFor: null },
      'start',
      [`start ${UNIT}`],
    ],
    ['calmly after restarts', { restarts: 5, activeFor: 60 }, null, []],
    ['failing again and again', { active: 'activating', sub: 'auto-restart' }, 'start', [`start ${UNIT}`]],
    [
      'without the drop-in',
      { now: sums, started: null },
      'restart',
      [`create drop-ins of ${UNIT}`, `write ${DROP_IN}`, 'reload unit files', `restart ${UNIT}`],
    ],
  ])('that runs %s', (_, have, action, titles) => {
    const state = { ...running, ...have };
    expect(wanted.diff(state)?.action ?? null).toBe(action);
    expect(steps(wanted, state)).toEqual(titles);
  });

  test('that is masked is left alone', () => {
    expect(wanted.diff({ ...running, load: 'masked' })?.refused?.next).toContain('systemctl unmask');
  });

  test('says why it failed', () => {
    expect(wanted.diff({ ...running, active: 'failed', result: 'oom-kill' })?.summary).toContain(
      'it failed: oom-kill',
    );
  });

  test('is stopped and disabled when it shall not run', () => {
    const off = service({ unit: UNIT, enabled: false, running: false });
    expect(commandsFor(off, running)).toEqual([`systemctl disable -- ${UNIT}`, `systemctl stop -- ${UNIT}`]);
    expect(off.diff({ ...running, enabled: '', active: 'inactive', load: 'not-found' })).toBeNull();
  });

  test('is neither started nor stopped when its state does not matter', () => {
    const any = service({ unit: 'nftables.service', running: 'any' });
    expect(any.diff({ ...running, active: 'inactive' })).toBeNull();
    expect(any.diff(running)).toBeNull();
  });

  test.each<[string[], string | null]>([
    [[], null],
    [['file:/etc/other'], null],
    [['file:/etc/q.yaml'], 'restart'],
    [['file:/etc/q.rules'], 'reload'],
    [['file:/etc/q.rules', 'file:/etc/q.yaml'], 'restart'],
    [['directory:/etc'], null],
    [['symlink:/etc'], 'restart'],
  ])('that runs as wanted expects, when %o changes, %s', (changing, action) => {
    expect(wanted.predict?.(new Set(changing))?.action ?? null).toBe(action);
  });

  test('records its files at each start, outside its sandbox', () => {
    expect(dropIn).toBe(
      "[Service]\nExecStartPre=+/bin/sh -c 'umask 022; mkdir -p /run/vdb/started; " +
        'for f in /etc/q.yaml /etc/q.rules; do sha256sum "$$f" 2>/dev/null || echo "missing  $$f"; done ' +
        ">/run/vdb/started/q@blue.service.new; mv -f /run/vdb/started/q@blue.service.new /run/vdb/started/q@blue.service'\n",
    );
  });

  test.each(['/etc/%i.yaml', "/etc/it's", '/etc/a b'])('refuses to name %s in a unit file', (path) => {
    expect(() => service({ unit: UNIT, restartOn: [path] })).toThrow('not a path');
  });

  test('asks systemd once for all units and reads sums and stamps', () => {
    const other = timer({ unit: 'backup' });
    const { kind } = wanted.probe;
    expect(kind.script([wanted.probe.arg, other.probe.arg]).source.match(/systemctl/g)).toHaveLength(1);
    const sum = 'a'.repeat(64);
    const stdout = [
      'LoadState=loaded\nActiveState=active\nSubState=running\nUnitFileState=enabled\nResult=success\nNRestarts=2\nNeedDaemonReload=no\nActiveEnterTimestamp=@100',
      '\nLoadState=not-found\nActiveState=inactive\nSubState=dead\nUnitFileState=\nNeedDaemonReload=no',
      `\n@@ sums 130\n${sum}  /etc/q.yaml`,
      `\n@@ ${UNIT}\n${sum}  /etc/q.yaml\nmissing  /etc/q.rules\n`,
    ].join('\n');
    const [first, second] = kind.parse(stdout, [wanted.probe.arg, other.probe.arg]);
    expect(first).toMatchObject({
      status: 'known',
      value: {
        restarts: 2,
        activeFor: 30,
        now: { '/etc/q.yaml': sum, '/etc/q.rules': 'missing', [DROP_IN]: 'missing' },
        started: { '/etc/q.yaml': sum, '/etc/q.rules': 'missing' },
      },
    });
    expect(second).toMatchObject({
      status: 'known',
      value: { load: 'not-found', activeFor: null, started: null },
    });
  });

  test('is unknown when systemd does not answer for exactly the units that were asked', () => {
    expect(answer(wanted, '')).toMatchObject({ status: 'unknown' });
    expect(() => answer(wanted, 'LoadState=loaded\n\nLoadState=loaded\n')).toThrow('2 answers for 1 units');
  });

  test('tells a unit whose ready check gets no answer from one that refuses or answers', () => {
    const checks = { 'hung.service': 'sleep 60', 'loading.service': 'false', 'well.service': 'true' };
    const units = Object.entries(checks).map(([unit, check]) =>
      service({ unit, readyCheck: new Script(check) }),
    );
    const { kind } = wanted.probe;
    const args = units.map(({ probe }) => probe.arg);
    // Stand for systemd, and for the time that a hanging check is given.
    const stubs = `
      systemctl() { printf 'LoadState=loaded\nActiveState=active\n\n%.0s' 1 2 3; }
      timeout() { shift; case $* in *sleep*) return 124 ;; *) "$@" ;; esac; }`;
    const script = `${stubs}\n${kind.script(args).source}`;
    const seen = kind.parse(execFileSync('bash', ['-c', script]).toString(), args);
    expect(seen).toMatchObject([
      { value: { silent: true } },
      { value: { silent: false } },
      { value: { silent: false } },
    ]);
  });

  test('says that it is restarted because it does not answer', () => {
    expect(wanted.diff({ ...running, silent: true })?.summary).toBe('restart: it runs, but does not answer');
  });

  test('waits in valid bash', () => {
    const ready = service({ unit: UNIT, readyCheck: sh`curl -fsS http://127.0.0.1:1/readyz` });
    for (const script of commandsFor(ready, null))
      expect(execFileSync('bash', ['-n', '-c', script]).toString()).toBe('');
  });

  test.each([
    ['Failed to start x.service: Unit x.service not found.', 'systemd knows no'],
    ['Active: failed (Result: oom-kill)', 'more memory'],
    ['bind: Address already in use', 'port'],
    ['x: it is not ready after 60 s', 'did not become ready'],
    ['x: it ends as soon as it is started, and systemd starts it again', 'again and again'],
    ['x: it could not be reloaded', 'goes on with the old one'],
  ])('explains "%s"', (stderr, meaning) => {
    const explanation = wanted.explain?.({ exitCode: 1, stdout: '', stderr, durationMs: 0 });
    expect(explanation?.meaning).toContain(meaning);
    expect(explanation?.next).toContain(`journalctl -u ${UNIT}`);
  });
});

describe('timer', () => {
  test('is a unit like others and follows no files', () => {
    expect(timer({ unit: 'backup' }).id).toBe('service:backup.timer');
    expect(() => service({ unit: 'backup.timer', restartOn: ['/etc/x'] })).toThrow('reads no files');
  });
});

describe('a file that a unit was told of without a reload', () => {
  const stamped = async (agrees: Script): Promise<string> => {
    const place = await mkdtemp(join(tmpdir(), 'vdb-stamp-'));
    const old = `${'1'.repeat(64)}  ${place}/a\n${'2'.repeat(64)}  ${place}/b\n`;
    await writeFile(join(place, 'stamp'), old);
    await writeFile(join(place, 'a'), 'new');
    const { script } = restamp({ unit: 'q.service', path: `${place}/a`, agrees });
    const source = script.source.replaceAll(stampPath('q.service'), `${place}/stamp`);
    const { status } = spawnSync('bash', ['-c', source]);
    const text = await readFile(join(place, 'stamp'), 'utf8');
    await rm(place, { recursive: true });
    return `${status}: ${text.replaceAll(place, '').replaceAll(/(.)\1{60,}/g, '$1…')}`;
  };

  test('is recorded as read, and what is recorded of others stays', async () => {
    expect(await stamped(sh`true`)).toBe(`0: 2…  /b\n${sha256('new')}  /a\n`);
  });

  test('is not recorded where the unit does not run as it says', async () => {
    expect(await stamped(sh`exit 1`)).toBe('1: 1…  /a\n2…  /b\n');
  });
});
