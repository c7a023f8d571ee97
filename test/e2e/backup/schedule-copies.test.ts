import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Document } from 'yaml';
import { type Ended, events, result } from '../../support/lab.js';
import { vdbWith } from '../support/configuration.js';
import { sample } from '../support/sampler.js';
import { onSharedHost } from '../support/shared.js';
import { faultsOn, makeSet, SETS } from './copies-fixture.js';

const NAS = '/mnt/vdb-nas';
const RESTIC = '/mnt/vdb-far';
const PASSWORD = 'a-password%of restic$HOME "quoted"';
const S3_KEY = 'AKIA-not-a-real-key-either';
const SERVICE = 'vdb-backup.service';

const repositories = (document: Document): void => {
  document.setIn(['backup', 'keep_minimum'], 1);
  document.setIn(
    ['backup', 'repositories'],
    [
      { name: 'nas', type: 'directory', path: NAS },
      {
        ...{ name: 'far', type: 'restic', path: `${RESTIC}/repository`, password: PASSWORD },
        environment: { AWS_SECRET_ACCESS_KEY: S3_KEY },
      },
    ],
  );
};

onSharedHost('what a scheduled backup does with its set, in the hardened service', (host) => {
  let old: string;

  const run = (args: string): Promise<Ended> => vdbWith(host(), repositories, args);
  const setsIn = async (where: string): Promise<unknown[]> => {
    const ended = await run(`backup list --json ${where}`.trim());
    return events(ended.stdout).flatMap(({ type, id, state }) => (type === 'set' ? [`${id} ${state}`] : []));
  };
  /** What the last run said, without what systemd says of it. */
  const said = async (): Promise<string[]> => {
    const journal = await host().inside(
      `id=$(systemctl show -p InvocationID --value ${SERVICE}); journalctl _SYSTEMD_INVOCATION_ID=$id + INVOCATION_ID=$id -o cat --no-pager`,
    );
    return journal
      .split('\n')
      .filter(
        (line) =>
          !/^(Starting|Finished|Failed to start) |(Deactivated|Consumed|Failed with|Main process exited)/.test(
            line,
          ),
      )
      .filter((line) => line !== '');
  };

  beforeAll(async () => {
    await host().inside(
      `rm -rf ${SETS}/2*Z ${NAS} ${RESTIC} /var/cache/vdb-restic; mkdir -p ${NAS} ${RESTIC}`,
    );
    const provisioned = await run('provision --only 0.3');
    expect(provisioned, provisioned.stderr).toMatchObject({ exitCode: 0 });
    old = await makeSet(host(), 24 * 40, 20);
    const copied = await run('backup copy');
    expect(copied, copied.stderr).toMatchObject({ exitCode: 0 });
    const installed = await run('backup schedule install');
    expect(installed, installed.stderr).toMatchObject({ exitCode: 0 });
  });
  afterAll(async () => {
    await run('backup schedule remove');
    await host().inside(
      `systemctl reset-failed; rm -rf ${SETS}/2*Z ${NAS} ${RESTIC} /var/cache/vdb-restic; dpkg --purge restic`,
    );
  });

  test('it is in every repository, what retention does not keep is gone from all of them, and nothing is said', async () => {
    expect(await setsIn('--repository far')).toEqual([`${old} whole`]);
    const sampler = await sample(host());
    await host().inside(`systemctl start ${SERVICE}`);
    const { argv } = await sampler.stop();
    const sets = await setsIn('');
    expect(sets).toEqual([expect.stringMatching(/^\w+ whole$/)]);
    expect(sets).not.toContain(`${old} whole`);
    const id = `${sets[0]}`.split(' ')[0] as string;
    expect(await setsIn('--repository nas')).toEqual(sets);
    expect(await setsIn('--repository far')).toEqual(sets);
    expect(await faultsOn(host(), `${NAS}/${id}`)).toBe('');
    expect(await said()).toEqual([]);

    expect(argv.filter((line) => line.includes('restic backup')).length).toBeGreaterThan(0);
    const open = await host().inside(
      `cat /etc/vdb/vdb.yaml /etc/systemd/system/vdb-backup.* /var/lib/vdb/journal.ndjson; journalctl -u ${SERVICE} -o cat --no-pager`,
    );
    for (const secret of [PASSWORD, S3_KEY]) expect(argv.join('\n') + open).not.toContain(secret);
    expect(await host().inside("stat -c '%a %U' /etc/vdb/vdb.secrets.yaml")).toBe('600 root\n');

    await host().inside(`rm -rf ${SETS}/${id}`);
    const fetched = await run('backup fetch latest --from far --json');
    expect(fetched, fetched.stdout).toMatchObject({ exitCode: 0 });
    expect(await faultsOn(host(), `${SETS}/${id}`)).toBe('');
  });

  test('a repository whose disk is missing makes it a failed run, and the set and the other copy are there all the same', async () => {
    const had = await setsIn('');
    await host().inside(`mv ${NAS} ${NAS}-away; ! systemctl start ${SERVICE}`);
    try {
      const sets = await setsIn('');
      expect(sets).toHaveLength(had.length + 1);
      expect(await setsIn('--repository far')).toEqual(sets);
      expect(await said()).toEqual([
        expect.stringMatching(
          /^vdb backup: Set \w+ is whole on the host, but could not be copied: nas: \/mnt\/vdb-nas does not exist/,
        ),
        expect.stringMatching(/^vdb backup: No older set was removed in nas: .*mkdir -m 0700/),
      ]);
      const shown = result(await run('backup schedule --json'));
      expect(shown).toMatchObject({ last: { status: 'failed', why: 'exit code 1' }, exit_code: 3 });
      expect(await host().inside(`ls -d ${NAS} 2>/dev/null || true`)).toBe('');
    } finally {
      await host().inside(`mv ${NAS}-away ${NAS}; systemctl start ${SERVICE}`);
    }
    expect(await setsIn('--repository nas')).toHaveLength(2);
  });
});
