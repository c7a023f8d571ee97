import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Document } from 'yaml';
import { type Ended, type LabHost, result } from '../../support/lab.js';
import { expectFound } from '../checks/breakage.js';
import { vdbWith } from '../support/configuration.js';
import { changes, listFiles } from '../support/listing.js';
import { onSharedHost } from '../support/shared.js';

const UNITS = '/etc/systemd/system';
const SERVICE = 'vdb-backup.service';
const TIMER = 'vdb-backup.timer';
const JOURNAL = '/var/lib/vdb/journal.ndjson';

/**
 * What is no part of a schedule: what package managers write for themselves, the sets, metrics and records of the
 * backups that ran, and what the purge of Debian's cron leaves (its group, and files that go with a start).
 */
const ELSEWHERE = [
  ...[
    '/var/lib/dpkg',
    '/var/lib/apt',
    '/var/cache/apt',
    '/var/cache/debconf',
    '/var/cache/ldconfig',
    '/var/backups',
  ],
  ...['/var/lib/vdb', '/data/backups', '/run/vdb', '/var/lib/prometheus'],
  ...['/etc/group*', '/etc/gshadow*', '/run/crond.*'],
];

/** Files with their kinds, modes and owners, and the hashes of the small ones; when they were changed is not asked. */
async function filesOf(host: LabHost): Promise<string[]> {
  const lines = await listFiles(host, ELSEWHERE);
  return lines.map((line) => (line.startsWith('/') ? line.split(' ').slice(0, 4).join(' ') : line));
}

const at =
  (schedule: string) =>
  (document: Document): void =>
    document.setIn(['backup', 'schedule'], schedule);

function schedule(host: LabHost, args: string): Promise<Ended> {
  return host.vdb(`backup schedule ${args}`);
}

async function shown(host: LabHost): Promise<Record<string, unknown>> {
  return result(await schedule(host, '--json'));
}

async function lastRun(host: LabHost): Promise<string> {
  return host.inside(
    `id=$(systemctl show -p InvocationID --value ${SERVICE}); journalctl _SYSTEMD_INVOCATION_ID=$id -o cat --no-pager`,
  );
}

onSharedHost('a schedule on the server', (host) => {
  let before: string[];

  beforeAll(async () => {
    await schedule(host(), 'remove');
    before = await filesOf(host());
  });

  afterAll(async () => {
    await schedule(host(), 'remove');
  });

  test('is not there at first, which is no readiness', async () => {
    const ended = await schedule(host(), '');
    expect(ended).toMatchObject({
      exitCode: 3,
      stdout: expect.stringContaining('not scheduled on the server'),
    });
    expect(await shown(host())).toMatchObject({ installed: null, equal: false, next: null, last: null });
  });

  test('is planned without a change', async () => {
    const ended = await schedule(host(), 'install --plan --json');
    expect(result(ended)).toMatchObject({ status: 'planned', exit_code: 0 });
    expect(changes(before, await filesOf(host()))).toEqual([]);
    for (const secret of host().secrets) expect(ended.stdout).not.toContain(secret);
  });

  test('is installed, as the configuration has it, and a second time nothing changes', async () => {
    const first = result(await schedule(host(), 'install --json'));
    expect(first).toMatchObject({ status: 'done', exit_code: 0 });
    expect(first.changed).toBeGreaterThan(5);
    const second = await schedule(host(), 'install');
    expect(second).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/Nothing to change/) });
    const seen = await shown(host());
    expect(seen).toMatchObject({ installed: 'timer', equal: true, differences: [] });
    const elapses = await host().inside(`systemctl show -p NextElapseUSecRealtime --value ${TIMER}`);
    expect(elapses).toContain(`${seen.next}`.replace('T', ' ').replace('Z', ''));
  });

  test('has its secrets in a file of root alone, and in no other', async () => {
    const modes = await host().inside("stat -c '%a %U:%G %n' /etc/vdb /etc/vdb/*");
    expect(modes.trim().split('\n')).toEqual([
      '700 root:root /etc/vdb',
      '600 root:root /etc/vdb/vdb.secrets.yaml',
      '600 root:root /etc/vdb/vdb.yaml',
    ]);
    const open = await host().inside(
      `cat /etc/vdb/vdb.yaml ${UNITS}/vdb-backup.* /opt/qdrant/vdb/packages.json; journalctl -u ${SERVICE} -o cat`,
    );
    for (const secret of host().secrets) expect(open).not.toContain(secret);
    const checked = await host().vdb('check access --json');
    expect(result(checked), checked.stdout).toMatchObject({ exit_code: 0 });
  });

  test('runs vdb there with a configuration that it takes, hardened', async () => {
    const said = await host().inside(
      '/usr/bin/node /opt/qdrant/vdb/current/bin/vdb --config /etc/vdb/vdb.yaml status --json',
    );
    expect(said).toMatch(/"type":"result"/);
    const security = await host().inside(`systemd-analyze security --no-pager ${SERVICE} | tail -n 1`);
    expect(Number(/level for \S+: ([\d.]+)/.exec(security)?.[1])).toBeLessThan(4);
  });

  test('takes a set when its time comes, and says nothing', async () => {
    const sets = 'ls -d /data/backups/2*Z/manifest.json 2>/dev/null | wc -l';
    const had = Number(await host().inside(sets));
    await host().inside(`systemctl start ${SERVICE}`);
    expect(Number(await host().inside(sets))).toBe(had + 1);
    const newest = '"$(ls -d /data/backups/2*Z | tail -n 1)"';
    const packed = await host().inside(`tar -tf ${newest}/configuration.tar`);
    expect(packed).toContain('opt/qdrant/config');
    expect(packed, 'the vdb on the server is installed again, not restored').not.toContain('opt/qdrant/vdb');
    const lines = (await lastRun(host()))
      .split('\n')
      .filter((line) => !/vdb-backup\.service|^(Starting|Finished)/.test(line));
    expect(lines.filter((line) => line !== '')).toEqual([]);
    expect(await shown(host())).toMatchObject({ last: { status: 'done' }, exit_code: 0 });
  });

  test('fails for everybody to see when the backup fails', async () => {
    try {
      // Its secrets are open to others: vdb refuses to use them.
      await host().inside(`chmod 644 /etc/vdb/vdb.secrets.yaml; ! systemctl start ${SERVICE}`);
      expect(await host().inside('systemctl --failed --plain --no-legend')).toContain(SERVICE);
      expect(await host().inside(`systemctl show -p Result,ExecMainStatus ${SERVICE}`)).toContain(
        'ExecMainStatus=2',
      );
      expect(await lastRun(host())).toMatch(/others can read/);
      const seen = await shown(host());
      expect(seen).toMatchObject({
        last: { status: 'failed', why: 'exit code 2' },
        equal: false,
        exit_code: 3,
      });
      expect(seen.differences).toEqual([expect.stringContaining('vdb.secrets.yaml: mode 0644, want 0600')]);
    } finally {
      await schedule(host(), 'install');
      await host().inside(`systemctl start ${SERVICE}`);
    }
    expect(await shown(host())).toMatchObject({ equal: true, last: { status: 'done' } });
  });

  test('follows the configuration: a day that either field names is due by two expressions', async () => {
    try {
      const seen = await vdbWith(host(), at('30 4 13 * fri'), 'backup schedule --json');
      expect(result(seen)).toMatchObject({ equal: false, exit_code: 3 });
      await vdbWith(host(), at('30 4 13 * fri'), 'backup schedule install');
      const unit = await host().inside(`systemctl show -p TimersCalendar ${TIMER}`);
      expect(unit).toMatch(/OnCalendar=\*-\*-13 04:30:00/);
      expect(unit).toMatch(/OnCalendar=Fri \*-\*-\* 04:30:00/);
      expect(await host().inside(`systemctl show -p NextElapseUSecRealtime --value ${TIMER}`)).toMatch(
        /04:30:00/,
      );
    } finally {
      await schedule(host(), 'install');
    }
  });

  test('is mended: a flipped byte in the release, a link that is gone', async () => {
    await host().inside(`rm /opt/qdrant/vdb/current; printf x >> /opt/qdrant/vdb/*/dist/cli.mjs`);
    expect(result(await schedule(host(), 'install --json'))).toMatchObject({ changed: 2, exit_code: 0 });
    expect(await shown(host())).toMatchObject({ equal: true });
  });

  test('leaves what was there in place when vdb on the server does not take its configuration', async () => {
    const read =
      'cat /etc/vdb/vdb.yaml /etc/vdb/vdb.secrets.yaml; cat /etc/systemd/system/vdb-backup.timer; ls -A /etc/vdb';
    const kept = await host().inside(read);
    try {
      await host().inside(`mv /usr/bin/node /usr/bin/node.kept; cat > /usr/bin/node <<'END'
#!/bin/sh
case "$*" in *'config validate'*) echo 'error it does not take it' >&2; exit 2 ;; esac
exec /usr/bin/node.kept "$@"
END
chmod +x /usr/bin/node`);
      const ended = await vdbWith(host(), at('7 7 * * *'), 'backup schedule install');
      expect(ended.exitCode).toBe(1);
      expect(ended.stderr).toMatch(/it does not take it[\s\S]*still in place/);
      expect(await host().inside(read)).toBe(kept);
    } finally {
      await host().inside('mv /usr/bin/node.kept /usr/bin/node');
    }
  });

  describe('is found by its check', () => {
    const found = { id: 'backups.schedule', status: 'warn' } as const;

    test('when its timer does not wait', () =>
      expectFound(host(), {
        ...found,
        seen: /vdb-backup\.timer is not active/,
        break: `systemctl stop ${TIMER}`,
        mend: `systemctl start ${TIMER}`,
      }));

    test('when its unit was edited', () =>
      expectFound(host(), {
        ...found,
        seen: /vdb-backup\.service is not as the configuration has it/,
        break: `cp -a ${UNITS}/${SERVICE} /root/kept; sed -i s/Nice=10/Nice=0/ ${UNITS}/${SERVICE}`,
        mend: `mv /root/kept ${UNITS}/${SERVICE}; systemctl daemon-reload`,
      }));

    test('when the configuration asks for another time', () =>
      expectFound(host(), {
        ...found,
        seen: /vdb-backup\.timer is not as .*\n.*in \/etc\/vdb is not this one/,
        configure: at('1 1 * * *'),
        // production.yaml on the host says when.
        relatives: ['drift'],
      }));

    test('when its last run failed', () =>
      expectFound(host(), {
        ...found,
        seen: /the run of \S+ failed \(exit code 2\)/,
        relatives: ['host.failed-units', 'access.secret-modes'],
        break: `chmod 644 /etc/vdb/vdb.secrets.yaml; systemctl start ${SERVICE} || true; chmod 600 /etc/vdb/vdb.secrets.yaml`,
        mend: `systemctl start ${SERVICE}`,
      }));

    test('when there is none', () =>
      expectFound(host(), {
        ...found,
        seen: /nothing on the server starts backups\n.*on another machine/,
        break: `mkdir /root/kept; mv ${UNITS}/vdb-backup.* /root/kept/; systemctl stop ${TIMER}; systemctl daemon-reload`,
        mend: `mv /root/kept/* ${UNITS}/; rmdir /root/kept; systemctl daemon-reload; systemctl start ${TIMER}`,
        relatives: ['host.failed-units'],
      }));
  });

  test('becomes one of cron, which runs it, and the timer is gone', async () => {
    const every = at('* * * * *');
    const ended = await vdbWith(host(), every, 'backup schedule install --with cron --json');
    expect(result(ended), ended.stdout).toMatchObject({ status: 'done', exit_code: 0 });
    await host().inside(
      `! test -e ${UNITS}/${TIMER} && ! systemctl is-active ${TIMER} && test -s /etc/cron.d/vdb-backup`,
    );
    const again = await vdbWith(host(), every, 'backup schedule install --with cron --json');
    expect(result(again)).toMatchObject({ changed: 0 });
    const seen = result(await vdbWith(host(), every, 'backup schedule --json'));
    expect(seen).toMatchObject({ installed: 'cron', equal: true });
    expect(Date.parse(`${seen.next}`) - Date.now()).toBeLessThan(61_000);
    const runs = `grep -F -- '--config /etc/vdb/vdb.yaml' ${JOURNAL} | grep -cF '"event":"outcome"'`;
    const had = Number(await host().inside(`${runs} || true`));
    await host().inside(
      `for i in $(seq 120); do [ "$(${runs})" -gt ${had} ] && exit 0; sleep 1; done; exit 1`,
    );
    expect(await host().inside(`tail -n 1 ${JOURNAL}`)).toContain('"status":"done"');
    // cron is to be quiet, and its last run over, before anything else wants the host.
    await host().inside(
      `sed -i 's/^[*] [*] [*] [*] [*]/0 2 1 1 */' /etc/cron.d/vdb-backup; sleep 2; flock -w 60 /run/vdb/lock true`,
    );
  });

  test('on the machine of an operator is a timer of its own there, with absolute paths', async () => {
    // The server plays that machine: it has systemd, and a vdb with a configuration.
    const vdb = '/usr/bin/node /opt/qdrant/vdb/current/bin/vdb --config /etc/vdb/vdb.yaml backup schedule';
    const unit = `${UNITS}/vdb-backup-shared-????????`;
    await host().inside(`${vdb} install --on here`);
    await host().inside(
      `systemctl is-active $(basename ${unit}.timer) && systemctl is-enabled $(basename ${unit}.timer)`,
    );
    expect(await host().inside(`cat ${unit}.service`)).toMatch(
      /^ExecStart=\/usr\/bin\/node \/opt\/qdrant\/vdb\/\S+\/bin\/vdb --config \/etc\/vdb\/vdb\.yaml --host shared backup /m,
    );
    const seen = await host().inside(`${vdb} show --on here --json`);
    expect(JSON.parse(seen)).toMatchObject({ installed: 'timer', equal: true, on: 'here' });
    expect(await host().inside(`${vdb} install --on here 2>&1`)).toContain('nothing to change');
    await host().inside(`${vdb} remove --on here; ! ls ${unit}.* 2>/dev/null`);
    expect(await host().inside(`${vdb} remove --on here 2>&1`)).toContain('nothing to change');
  });

  test('is removed with everything that it brought, and nothing else', async () => {
    expect(result(await schedule(host(), 'remove --plan --json'))).toMatchObject({ status: 'planned' });
    expect(result(await schedule(host(), 'remove --json'))).toMatchObject({ status: 'done', exit_code: 0 });
    expect(changes(before, await filesOf(host()))).toEqual([]);
    expect(await host().inside(`systemctl list-units --all 'vdb-backup*' --plain --no-legend`)).toBe('');
    expect(result(await schedule(host(), 'remove --json'))).toMatchObject({ changed: 0 });
  });
});
