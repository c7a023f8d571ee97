import { beforeAll, describe, expect, test } from 'vitest';
import type { Host } from '../../../src/host/host.js';
import { sh } from '../../../src/host/shell.js';
import { absent } from '../../../src/resources/absent.js';
import { file } from '../../../src/resources/file.js';
import { service, timer } from '../../../src/resources/service.js';
import { unitFile } from '../../../src/resources/unit.js';
import { changeOf, converge, NO_CONTAINER, rootHost } from '../../support/root-host.js';

const CONFIG = '/etc/vdb-test.conf';
const RULES = '/etc/vdb-test.rules';
const TEMPLATE = 'vdb-test@.service';
const UNIT = 'vdb-test@blue.service';
const wanted = service({
  unit: UNIT,
  restartOn: [CONFIG, `/etc/systemd/system/${TEMPLATE}`],
  reloadOn: [RULES],
  startTimeoutSeconds: 10,
});

/** Hardened as the real ones are: the stamp must be written all the same. */
function unitText(exec: string): string {
  return `[Unit]
Description=test
[Service]
ExecStart=${exec}
ExecReload=/bin/true
DynamicUser=yes
ProtectSystem=strict
UMask=0077
Restart=always
RestartSec=200ms
[Install]
WantedBy=multi-user.target
`;
}

describe.skipIf(NO_CONTAINER)(`services on a real host ${NO_CONTAINER ?? ''}`, () => {
  let host: Host;
  const write = (path: string, content: string) => converge(host, file({ path, content }));
  const pid = async () => (await host.read(sh`systemctl show -P MainPID ${UNIT}`)).stdout.trim();

  beforeAll(async () => {
    host = await rootHost();
    await host.run({
      title: 'clean',
      script: sh`systemctl disable --now ${UNIT} vdb-test.timer 2>/dev/null
        rm -rf /etc/systemd/system/vdb-test* /run/vdb/started/${UNIT} ${CONFIG} ${RULES}; systemctl daemon-reload`,
    });
  });

  test('a unit file is written and known to systemd', async () => {
    const unit = unitFile({ name: TEMPLATE, content: unitText('/bin/sleep infinity') });
    expect(await converge(host, unit)).toMatchObject({ before: { action: 'create' }, after: null });
  });

  test('a unit file with a mistake is refused before it is in place', async () => {
    const text = unitText('/bin/sleep infinity').replace('Restart=always', 'Restart=sometimes\nRestrat=x');
    await expect(converge(host, unitFile({ name: TEMPLATE, content: text }))).rejects.toMatchObject({
      details: { stderr: expect.stringContaining('Restrat') },
    });
  });

  test('a program or unit that comes later is no mistake', async () => {
    const text = unitText('/opt/not/there/yet').replace(
      '[Unit]',
      '[Unit]\nAfter=no-such.service\nRequires=no-such.service',
    );
    const later = unitFile({ name: 'vdb-test-later.service', content: text });
    expect((await converge(host, later)).after).toBeNull();
  });

  test('it is enabled and started, and then nothing differs', async () => {
    await write(CONFIG, 'one');
    await write(RULES, 'one');
    const { before, after } = await converge(host, wanted);
    expect(before).toMatchObject({ action: 'start' });
    expect(after).toBeNull();
  });

  test('a file that is written after the start makes a restart due', async () => {
    const old = await pid();
    await write(CONFIG, 'two');
    const { before, after } = await converge(host, wanted);
    expect(before).toMatchObject({ action: 'restart', summary: `restart: it runs with an older ${CONFIG}` });
    expect(after).toBeNull();
    expect(await pid()).not.toBe(old);
  });

  test('a restart by somebody else counts too', async () => {
    await write(CONFIG, 'three');
    await host.run({ title: 'restart', script: sh`systemctl restart ${UNIT}` });
    expect(await changeOf(host, wanted)).toBeNull();
  });

  test('a file that only needs a reload does not cost the process', async () => {
    const old = await pid();
    await write(RULES, 'two');
    expect(await converge(host, wanted)).toMatchObject({ before: { action: 'reload' }, after: null });
    expect(await pid()).toBe(old);
  });

  test('a file that vanishes is a difference', async () => {
    await converge(host, absent({ path: CONFIG }));
    expect(await converge(host, wanted)).toMatchObject({ before: { action: 'restart' }, after: null });
  });

  test('a changed unit file is loaded and the service restarted, also when the run had died in between', async () => {
    const unit = file({ path: `/etc/systemd/system/${TEMPLATE}`, content: unitText('/bin/sleep 1d') });
    await converge(host, unit);
    expect(await converge(host, wanted)).toMatchObject({ before: { action: 'restart' }, after: null });
    expect((await host.read(sh`pgrep -f 'sleep 1d'`)).exitCode).toBe(0);
  });

  test('a ready check that never passes fails the start and says so', async () => {
    const slow = service({ unit: UNIT, readyCheck: sh`false`, startTimeoutSeconds: 2 });
    await host.run({ title: 'stop', script: sh`systemctl stop ${UNIT}` });
    await expect(converge(host, slow)).rejects.toMatchObject({
      details: { stderr: expect.stringContaining('not ready after 2 s') },
    });
  });

  test('a service that ends again and again is a failure with the end of its journal', async () => {
    const text = unitText("/bin/sh -c 'sleep 0.3; echo no such luck; exit 3'");
    await converge(host, unitFile({ name: TEMPLATE, content: text }));
    const error = await converge(host, wanted).catch((thrown: unknown) => thrown);
    const { result } = error as { result: Parameters<NonNullable<typeof wanted.explain>>[0] };
    expect(result.stderr).toContain('no such luck');
    expect(wanted.explain?.(result)?.next).toContain(`journalctl -u ${UNIT}`);
    // One or two restarts would be an accident; a few moments later it is more, or systemd has given up.
    await expect
      .poll(async () => (await changeOf(host, wanted))?.action, { timeout: 20_000, interval: 500 })
      .toBe('start');
  });

  test('a unit that is not there fails with an explanation', async () => {
    const missing = service({ unit: 'vdb-no-such.service' });
    const error = await converge(host, missing).catch((thrown: unknown) => thrown);
    const { result } = error as { result: Parameters<NonNullable<typeof wanted.explain>>[0] };
    expect(missing.explain?.(result)?.meaning).toContain('systemd knows no vdb-no-such.service');
  });

  test('a service is stopped and disabled', async () => {
    const off = service({ unit: UNIT, enabled: false, running: false });
    expect((await converge(host, off)).after).toBeNull();
  });

  test('a timer is enabled and waits', async () => {
    const content =
      '[Timer]\nOnCalendar=daily\nUnit=vdb-test-later.service\n[Install]\nWantedBy=timers.target\n';
    await converge(host, unitFile({ name: 'vdb-test.timer', content }));
    expect(await converge(host, timer({ unit: 'vdb-test' }))).toMatchObject({
      before: { action: 'start' },
      after: null,
    });
    await host.run({
      title: 'clean',
      script: sh`systemctl disable --now vdb-test.timer; rm -rf /etc/systemd/system/vdb-test* ${CONFIG} ${RULES}; systemctl daemon-reload`,
    });
  });
});
