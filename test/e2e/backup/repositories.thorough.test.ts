import { execFileSync } from 'node:child_process';
import { access, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Document, parseDocument } from 'yaml';
import { pruneCopies } from '../../../src/backup/repositories/prune.js';
import { loadConfig } from '../../../src/config/load.js';
import { Gate } from '../../../src/host/gate.js';
import { openHost } from '../../../src/host/open.js';
import { type Ended, events, result, type Started, start, VDB } from '../../support/lab.js';
import { startProxy, type TestProxy } from '../../support/proxy.js';
import { resultsOf } from '../checks/breakage.js';
import { sample } from '../support/sampler.js';
import { onSharedHost } from '../support/shared.js';
import { faultsOf, faultsOn, flip, makeSet, SETS, untilBytes } from './copies-fixture.js';

const COPIES = '/mnt/vdb-copies';
const RESTIC = '/mnt/vdb-restic';
const PASSWORD = 'correct-horse-battery-staple';
const S3_KEY = 'AKIA-not-a-real-key-at-all';
const BIG = 'collections/big.snapshot';
const SIZE = 150_000_000;
/** What SSH adds to what it carries, connections included. */
const OVERHEAD = 3_000_000;

const isRoot = process.getuid?.() === 0;

type Repositories = Record<string, unknown>[];

onSharedHost('copies of backup sets', (host) => {
  let work: string;
  let id: string;
  let proxy: TestProxy;

  beforeAll(async () => {
    await host().inside(`rm -rf ${SETS}/2*Z`);
    id = await makeSet(host(), 1, SIZE / 1_000_000);
    proxy = await startProxy(host().port);
  });
  afterAll(async () => {
    proxy.stop();
    await host().inside(`rm -rf ${SETS}/2*Z; dpkg --purge restic`);
  });
  beforeEach(async () => {
    work = await mkdtemp(join(tmpdir(), 'vdb-copies-'));
  });
  afterEach(() => rm(work, { recursive: true, force: true }));

  /** The configuration of the host, with these repositories, reached through the proxy that counts. */
  const configured = async (repositories: Repositories = []): Promise<string> => {
    const document: Document = parseDocument(await readFile(join(host().directory, 'vdb.yaml'), 'utf8'));
    document.setIn(['hosts', 0, 'port'], proxy.port);
    document.setIn(['hosts', 0, 'host_key'], 'accept-new');
    document.setIn(['hosts', 0, 'known_hosts'], join(work, 'known_hosts'));
    document.setIn(['backup', 'repositories'], repositories);
    const file = join(host().directory, `copies-${Math.random().toString(36).slice(2)}.yaml`);
    await writeFile(file, document.toString());
    return file;
  };
  const begin = async (args: string[], repositories?: Repositories): Promise<Started> => {
    const file = await configured(repositories);
    const started = start(VDB, ['--config', file, ...args], { cwd: work });
    const remove = () => rm(file, { force: true });
    started.ended.then(remove, remove);
    return started;
  };
  const run = async (args: string[], repositories?: Repositories): Promise<Ended> =>
    (await begin(args, repositories)).ended;
  const restic = (more: object = {}) => ({
    ...{ name: 'safe', type: 'restic', path: `${RESTIC}/local`, password: PASSWORD },
    ...more,
  });
  const pulled = (): string => join(work, 'sets', id);
  const pull = ['backup', 'pull', '--to', 'sets', '--json'];
  const errorOf = (ended: Ended) => result(ended).error as { code: string; message: string; next?: string };
  const hasManifest = (directory: string): Promise<boolean> =>
    access(join(directory, 'manifest.json')).then(
      () => true,
      () => false,
    );
  /** Stops a pull once a part of the large file is here; what it has begun is still open. */
  const inTheMiddle = async (): Promise<Started> => {
    const started = await begin(pull);
    await untilBytes(join(pulled(), `${BIG}.part`), 10_000_000);
    started.child.kill('SIGSTOP');
    expect((await stat(join(pulled(), `${BIG}.part`))).size).toBeLessThan(SIZE);
    return started;
  };

  test('a pull brings the whole set, readable by its owner alone; a second one fetches nothing', async () => {
    const before = proxy.received;
    const ended = await run(['backup', 'pull', '--json']);
    expect(ended, ended.stdout).toMatchObject({ exitCode: 0 });
    const place = join(work, 'vdb-backups', 'shared', id);
    expect(result(ended)).toMatchObject({ id, place, transferred: SIZE + 370_000 });
    expect(proxy.received - before).toBeLessThan(SIZE + OVERHEAD);
    expect(await faultsOf(place)).toEqual([]);
    for (const [file, mode] of [
      ['', 0o700],
      ['collections', 0o700],
      [BIG, 0o600],
      ['manifest.json', 0o600],
    ] as const)
      expect((await stat(join(place, file))).mode & 0o777, file).toBe(mode);
    const again = proxy.received;
    expect(result(await run(['backup', 'pull', '--json']))).toMatchObject({ transferred: 0 });
    expect(proxy.received - again).toBeLessThan(OVERHEAD);
  });

  test('a connection that is cut in the middle is made again, and only the rest is fetched', async () => {
    const before = proxy.received;
    const started = await inTheMiddle();
    await host().inside('kill -9 $(ps -o ppid= -p $(ps -o ppid= -p $(pgrep -x dd)))');
    started.child.kill('SIGCONT');
    const ended = await started.ended;
    expect(ended, ended.stdout).toMatchObject({ exitCode: 0 });
    expect(events(ended.stdout).map(({ type }) => type)).toContain('transfer.cut');
    expect(result(ended)).toMatchObject({ transferred: SIZE + 370_000 });
    expect(proxy.received - before).toBeLessThan(SIZE + 8 * OVERHEAD);
    expect(await faultsOf(pulled())).toEqual([]);
  });

  test('after a kill -9 in the middle there is no set, and the next pull continues', async () => {
    const started = await inTheMiddle();
    started.child.kill('SIGKILL');
    await started.ended;
    expect(await hasManifest(pulled())).toBe(false);
    const there = (await stat(join(pulled(), `${BIG}.part`))).size;
    const before = proxy.received;
    const ended = await run(pull);
    expect(ended, ended.stdout).toMatchObject({ exitCode: 0 });
    expect(events(ended.stdout)).toContainEqual(
      expect.objectContaining({ type: 'transfer.part', path: BIG, resumed_at: there }),
    );
    expect(proxy.received - before).toBeLessThan(SIZE - there + OVERHEAD);
    expect(await faultsOf(pulled())).toEqual([]);
    expect((await readdir(join(pulled(), 'collections'))).sort()).toEqual([
      'big.snapshot',
      "it's small.snapshot",
    ]);
  });

  test('a flipped byte in what had come before a kill is found at the end, and the part fetched anew', async () => {
    const started = await inTheMiddle();
    started.child.kill('SIGKILL');
    await started.ended;
    execFileSync('sh', ['-c', flip(join(pulled(), `${BIG}.part`))]);
    const ended = await run(pull);
    expect(ended, ended.stdout).toMatchObject({ exitCode: 0 });
    expect(events(ended.stdout)).toContainEqual(
      expect.objectContaining({ type: 'transfer.again', path: BIG }),
    );
    expect(await faultsOf(pulled())).toEqual([]);
  });

  test('a flipped byte and a missing file in a copy are found, and those parts alone fetched again', async () => {
    await run(pull);
    execFileSync('sh', ['-c', flip(join(pulled(), 'postgres/app.dump'))]);
    await rm(join(pulled(), "collections/it's small.snapshot"));
    expect(result(await run(pull))).toMatchObject({ transferred: 370_000 });
    expect(await faultsOf(pulled())).toEqual([]);
  });

  test('a part that was changed on the host makes no set here', async () => {
    const file = `${SETS}/${id}/postgres/app.dump`;
    try {
      await host().inside(`cp -a ${file} /root/kept; ${flip(file)}`);
      const ended = await run(pull);
      expect(ended.exitCode).toBe(1);
      expect(errorOf(ended)).toMatchObject({ code: 'backup.source-damaged' });
      expect(await hasManifest(pulled())).toBe(false);
      await host().inside(`truncate -s 1000 ${file}`);
      expect(errorOf(await run(pull)).message).toContain('has 1000 bytes in place of 300000');
    } finally {
      await host().inside(`mv /root/kept ${file}`);
    }
    expect(await run(pull)).toMatchObject({ exitCode: 0 });
  });

  test.skipIf(!isRoot)(
    'a full disk here is said before anything comes, and also in the middle; no half set looks whole',
    async () => {
      const disk = join(work, 'sets');
      await mkdir(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=100m', 'vdb-test', disk]);
      try {
        const early = await run(pull);
        expect(early.exitCode).toBe(1);
        expect(errorOf(early)).toMatchObject({ code: 'backup.no-space' });
        execFileSync('mount', ['-o', 'remount,size=170m', disk]);
        const started = await inTheMiddle();
        execFileSync('sh', ['-c', `dd if=/dev/zero of=${disk}/fill bs=1M 2>/dev/null || true`]);
        started.child.kill('SIGCONT');
        const late = await started.ended;
        expect(late.exitCode, late.stdout).toBe(1);
        expect(errorOf(late)).toMatchObject({ code: 'backup.no-space' });
        expect(await hasManifest(pulled())).toBe(false);
        await rm(join(disk, 'fill'));
        const ended = await run(pull);
        expect(ended, ended.stdout).toMatchObject({ exitCode: 0 });
        expect(result(ended).transferred as number).toBeLessThan(SIZE);
        expect(await faultsOf(pulled())).toEqual([]);
      } finally {
        execFileSync('umount', [disk]);
      }
    },
  );

  test('a directory here that cannot be written to, and a set that is not there, are said as such', async () => {
    await writeFile(join(work, 'sets'), '');
    const ended = await run(pull);
    expect(errorOf(ended)).toMatchObject({ code: 'backup.target-unwritable' });
    expect(errorOf(await run(['backup', 'pull', '20200101T000000Z', '--json']))).toMatchObject({
      code: 'backup.no-set',
    });
  });

  test('of two repositories one fails: the other has its copy, and the exit code is 1', async () => {
    const repositories = [
      { name: 'gone', type: 'directory', path: '/mnt/vdb-gone' },
      { name: 'nas', type: 'directory', path: COPIES },
    ];
    await host().inside(`mkdir -p ${COPIES}`);
    try {
      const ended = await run(['backup', 'copy', '--json'], repositories);
      expect(ended.exitCode).toBe(1);
      expect(result(ended).copies).toMatchObject([
        { repository: 'gone', status: 'failed', error: { code: 'backup.no-directory' } },
        { repository: 'nas', status: 'copied', transferred: SIZE + 370_000 },
      ]);
      expect(await faultsOn(host(), `${COPIES}/${id}`)).toBe('');
      await host().inside(`${flip(`${COPIES}/${id}/postgres/app.dump`)}; rm ${COPIES}/${id}/manifest.json`);
      const again = await run(['backup', 'copy', '--to', 'nas', '--json'], repositories);
      expect(result(again).copies).toMatchObject([{ status: 'copied', transferred: 300_000 }]);
      expect(await faultsOn(host(), `${COPIES}/${id}`)).toBe('');
      const listed = await run(['backup', 'list', '--repository', 'nas', '--json'], repositories);
      expect(events(listed.stdout)[0]).toMatchObject({ type: 'set', id, state: 'whole' });
    } finally {
      await host().inside(`rm -rf ${COPIES}`);
    }
  });

  test('a repository whose disk is missing is not empty: it is neither listed, nor fetched from, nor pruned', async () => {
    const repositories = [{ name: 'nas', type: 'directory', path: '/mnt/vdb-gone' }];
    for (const args of [
      ['list', '--repository', 'nas'],
      ['fetch', '--from', 'nas'],
      ['fetch', id, '--from', 'nas'],
    ]) {
      const ended = await run(['backup', ...args], repositories);
      expect(ended, ended.stderr).toMatchObject({ exitCode: 1, stdout: '' });
      expect(ended.stderr).toContain('/mnt/vdb-gone does not exist on the host');
      expect(ended.stderr).not.toMatch(/next: +vdb backup$/m);
    }
    const pruned = await run(['backup', 'prune', '--json'], repositories);
    expect(result(pruned)).toMatchObject({
      exit_code: 1,
      repositories: [{ repository: 'nas', refused: expect.stringContaining('does not exist on the host') }],
    });
    try {
      await host().inside(`mkdir -p ${COPIES}; cp -a /etc/fstab /root/kept-fstab
        echo 'nas:/x ${COPIES} nfs noauto 0 0' >>/etc/fstab`);
      const below = [{ name: 'nas', type: 'directory', path: `${COPIES}/vdb` }];
      const copied = await run(['backup', 'copy', '--json'], below);
      expect(result(copied).copies).toMatchObject([
        { error: { code: 'backup.not-mounted', next: `On the host: mount ${COPIES}` } },
      ]);
      const unmade = await run(['backup', 'copy', '--json'], [restic({ path: `${COPIES}/restic` })]);
      expect(result(unmade).copies).toMatchObject([{ error: { code: 'backup.not-mounted' } }]);
      expect(await host().inside(`ls -A ${COPIES}`)).toBe('');
    } finally {
      await host().inside(`mv /root/kept-fstab /etc/fstab; rm -rf ${COPIES}`);
    }
  });

  test('a directory on the host that is full in the middle has no set, and nothing half', async () => {
    const repositories = [{ name: 'nas', type: 'directory', path: COPIES }];
    await host().inside(`mkdir -p ${COPIES}; mount -t tmpfs -o size=100m vdb-test ${COPIES}`);
    try {
      const early = await run(['backup', 'copy', '--json'], repositories);
      expect(result(early).copies).toMatchObject([{ status: 'failed', error: { code: 'backup.no-space' } }]);
      await host().inside(`mount -o remount,size=200m ${COPIES}`);
      const started = await begin(['backup', 'copy', '--json'], repositories);
      await host().inside(`until [ -s ${COPIES}/${id}/${BIG}.part ]; do sleep 0.01; done
        dd if=/dev/zero of=${COPIES}/fill bs=1M 2>/dev/null; true`);
      const late = await started.ended;
      expect(result(late).copies).toMatchObject([{ status: 'failed', error: { code: 'backup.no-space' } }]);
      expect(await host().inside(`find ${COPIES} -type f ! -name fill`)).not.toMatch(/manifest|part/);
    } finally {
      await host().inside(`umount ${COPIES}; rm -rf ${COPIES}`);
    }
  });

  test('a set comes back to a host that lost it: from a directory here, continued, and never a damaged one', async () => {
    await run(pull);
    const copy = join(work, 'sets');
    const set = `${SETS}/${id}`;
    const fetch = ['backup', 'fetch', id, '--from', copy, '--json'];
    await host().inside(`mv ${set} /root/kept-set`);
    try {
      execFileSync('sh', ['-c', flip(join(copy, id, 'postgres/app.dump'))]);
      const damaged = await run(fetch);
      expect(damaged.exitCode).toBe(1);
      expect(errorOf(damaged)).toMatchObject({ code: 'backup.source-damaged' });
      expect(errorOf(damaged).message).toContain('postgres/app.dump');
      expect(await host().inside(`ls -A ${set} ${set}/postgres`)).not.toMatch(/manifest|part|dump/);
      execFileSync('sh', ['-c', flip(join(copy, id, 'postgres/app.dump'))]);
      const ended = await run(fetch);
      expect(result(ended)).toMatchObject({ transferred: 300_000, place: set });
      expect(await faultsOn(host(), set)).toBe('');
      expect(await host().inside(`stat -c '%a %U' ${set} ${set}/${BIG} ${set}/manifest.json`)).toBe(
        '700 root\n600 root\n600 root\n',
      );
      expect(result(await run(fetch))).toMatchObject({ transferred: 0 });
    } finally {
      await host().inside(`rm -rf ${set}; mv /root/kept-set ${set}`);
    }
  });

  test('another set by the same name is neither replaced nor mixed', async () => {
    await run(pull);
    const file = join(pulled(), 'manifest.json');
    await writeFile(file, (await readFile(file, 'utf8')).replaceAll(/"sha256": "..../g, '"sha256": "0000'));
    expect(errorOf(await run(pull))).toMatchObject({ code: 'backup.copy-differs' });
  });

  test('the check sees a copy on this machine, and misses one', async () => {
    const repositories = [{ name: 'here', type: 'operator', path: join(work, 'copies') }];
    const seen = async () =>
      resultsOf(await run(['check', 'backups.off-host', '--json'], repositories)).get('backups.off-host');
    expect(await seen()).toMatchObject({ status: 'warn', seen: `here: its copy of ${id} is missing` });
    const ended = await run(['backup', 'copy', '--json'], repositories);
    expect(result(ended).copies).toMatchObject([
      { status: 'copied', place: join(work, 'copies/shared', id) },
    ]);
    expect(await seen()).toMatchObject({
      status: 'pass',
      seen: expect.stringContaining('on the machine that vdb runs on'),
    });
    await rm(join(work, 'copies/shared', id, 'postgres/app.dump'));
    expect(await seen()).toMatchObject({ status: 'warn' });
  });

  test('restic: made, copied, listed, checked, fetched back; the password is nowhere', async () => {
    const repositories = [restic({ environment: { AWS_SECRET_ACCESS_KEY: S3_KEY } })];
    const provisioned = await run(['provision', '--only', '0.3', '--json'], repositories);
    expect(provisioned, provisioned.stdout).toMatchObject({ exitCode: 0 });
    await host().inside(`mkdir -p ${RESTIC}`);
    try {
      const sampler = await sample(host());
      const ended = await run(['backup', 'copy', '--json', '--verbose'], repositories);
      const again = await run(['backup', 'copy', '--json'], repositories);
      const wrong = await run(
        ['backup', 'copy', '--json', '--verbose'],
        [restic({ password: 'another-password-altogether' })],
      );
      const { argv, unlocked } = await sampler.stop();
      expect(ended, ended.stdout).toMatchObject({ exitCode: 0 });
      expect(ended.stdout).toContain('made a new repository');
      expect(result(ended).copies).toMatchObject([{ repository: 'safe', status: 'copied' }]);
      expect(again.stdout).not.toContain('made a new repository');
      expect(result(again).copies).toMatchObject([{ status: 'there' }]);
      expect(wrong.exitCode).toBe(1);
      expect(result(wrong).copies).toMatchObject([{ error: { code: 'backup.restic-password' } }]);

      expect(argv.filter((line) => line.includes('restic backup')).length).toBeGreaterThan(0);
      expect(unlocked).toBe(0);
      const everything = [argv.join('\n'), ended.stdout, ended.stderr, wrong.stdout, wrong.stderr].join('\n');
      const left = await host().inside(
        `grep -rlE '${PASSWORD}|${S3_KEY}|another-password' /var/lib/vdb /var/log /run /tmp /root /etc /var/cache/vdb-restic ${RESTIC} 2>/dev/null || true`,
      );
      for (const secret of [PASSWORD, S3_KEY, 'another-password-altogether'])
        expect(everything.includes(secret), secret).toBe(false);
      expect(left).toBe('');

      const listed = await run(['backup', 'list', '--repository', 'safe', '--json'], repositories);
      expect(events(listed.stdout)[0]).toMatchObject({ type: 'set', id, state: 'whole' });
      await host().inside(`mv ${SETS}/${id} /root/kept-set`);
      const fetched = await run(['backup', 'fetch', '--from', 'safe', '--json'], repositories);
      expect(fetched, fetched.stdout).toMatchObject({ exitCode: 0 });
      expect(await faultsOn(host(), `${SETS}/${id}`)).toBe('');
      await host().inside('rm -rf /root/kept-set');
    } finally {
      await host().inside(`[ ! -d /root/kept-set ] || { rm -rf ${SETS}/${id}; mv /root/kept-set ${SETS}/${id}; }
        rm -rf ${RESTIC} /var/cache/vdb-restic`);
    }
  });

  test('a damaged restic repository is told of as such, and what of a set still comes back whole is kept', async () => {
    const repositories = [restic()];
    const set = `${SETS}/${id}`;
    const broken = async (damage: string, args: string[]): Promise<Ended> => {
      await host().inside(
        `rm -rf ${RESTIC} /var/cache/vdb-restic; cp -a /root/kept-restic ${RESTIC}; cd ${RESTIC}/local; ${damage}`,
      );
      return run(['backup', ...args], repositories);
    };
    /** A file of the repository in which only the large part is. */
    const packOfBig = async (): Promise<string> =>
      (
        await host().inside(`cd /root/kept-restic/local; export RESTIC_REPOSITORY=. RESTIC_PASSWORD=${PASSWORD}
          for pack in data/*/*; do
          found=$(restic find --no-lock --pack $(basename $pack) 2>/dev/null | grep 'in file')
          grep -q big.snapshot <<< "$found" && ! grep -qv big.snapshot <<< "$found" && echo $pack && break
          done`)
      ).trim();
    await host().inside(`mkdir -p ${RESTIC}`);
    try {
      expect(await run(['backup', 'copy'], repositories)).toMatchObject({ exitCode: 0 });
      await host().inside(`mv ${RESTIC} /root/kept-restic; mv ${set} /root/kept-set`);
      const pack = await packOfBig();
      const flipped = `printf xxxxxxxx | dd of=${pack} bs=1 seek=40000 conv=notrunc status=none`;
      for (const damage of [`rm ${pack}`, `truncate -s 9000000 ${pack}`, flipped]) {
        const ended = await broken(damage, ['fetch', '--from', 'safe']);
        expect(ended, ended.stderr).toMatchObject({ exitCode: 1 });
        expect(ended.stderr).toMatch(
          /The copy of \S+ in repository safe is damaged: collections\/big.snapshot/,
        );
        expect(ended.stderr).toMatch(/next: .*vdb backup list --repository safe.*restic -r \S+ check/);
        expect(ended.stderr).not.toMatch(/message_type|\.go:\d/);
        expect(ended.stderr).toContain(`3 of its 4 parts came back whole. They are kept in ${set}`);
        expect(await host().inside(`cd ${set}; find . -type f | sort`)).toBe(
          "./collections/it's small.snapshot\n./postgres/app.dump\n./qdrant.json\n",
        );
      }
      const copied = await broken(`rm ${pack}; cp -a /root/kept-set/. ${set}`, ['copy', '--json']);
      expect(result(copied).copies).toMatchObject([
        { status: 'failed', error: { code: 'backup.restic-damaged' } },
      ]);
      await host().inside(`rm -rf ${set}`);
      for (const args of [
        ['list', '--repository', 'safe', '--json'],
        ['prune', '--json'],
      ]) {
        const ended = await broken('truncate -s 20 snapshots/*', args);
        expect(ended, ended.stdout).toMatchObject({ exitCode: 1 });
        expect(ended.stdout).toMatch(/The repository safe is damaged/);
      }
      const mended = await broken('true', ['fetch', '--from', 'safe', '--json']);
      expect(mended, mended.stdout).toMatchObject({ exitCode: 0 });
      expect(await faultsOn(host(), set)).toBe('');
      expect(await host().inside(`ls -A ${set}`)).not.toContain('.fetched');
      const again = await run(['backup', 'fetch', '--from', 'safe', '--json'], repositories);
      expect(result(again)).toMatchObject({ transferred: 0 });
    } finally {
      await host().inside(`[ ! -d /root/kept-set ] || { rm -rf ${set}; mv /root/kept-set ${set}; }
        rm -rf ${RESTIC} /root/kept-restic /var/cache/vdb-restic`);
    }
  });

  test('a set that is damaged on the host does not get into a restic repository', async () => {
    const file = `${SETS}/${id}/postgres/app.dump`;
    await host().inside(`mkdir -p ${RESTIC}; cp -a ${file} /root/kept; ${flip(file)}`);
    try {
      const ended = await run(['backup', 'copy', '--json'], [restic()]);
      expect(result(ended).copies).toMatchObject([
        { status: 'failed', error: { code: 'backup.source-damaged' } },
      ]);
      const listed = await run(['backup', 'list', '--repository', 'safe', '--json'], [restic()]);
      expect(result(listed)).toMatchObject({ sets: 0, exit_code: 0 });
    } finally {
      await host().inside(`mv /root/kept ${file}; rm -rf ${RESTIC} /var/cache/vdb-restic`);
    }
  });

  test('restic over sftp, with a key made for it; a repository that cannot be reached and one that is not there are told apart', async () => {
    const far = (path: string) => [restic({ path })];
    const codeOf = async (repositories: Repositories) =>
      (
        result(await run(['backup', 'copy', '--json'], repositories)).copies as { error?: { code: string } }[]
      )[0]?.error?.code;
    await host().inside(`mkdir -p ${RESTIC} /root/.ssh; cp -a /root/.ssh /root/kept-ssh; rm -f /root/.ssh/known_hosts /root/.ssh/id_*
      ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519
      cat /root/.ssh/id_ed25519.pub >>/root/.ssh/authorized_keys`);
    try {
      expect(await codeOf(far(`sftp:root@127.0.0.1:${RESTIC}/far`))).toBe('backup.restic-unreachable');
      await host().inside('ssh-keyscan 127.0.0.1 2>/dev/null >/root/.ssh/known_hosts');
      const repositories = far(`sftp:root@127.0.0.1:${RESTIC}/far`);
      expect(await codeOf(repositories)).toBeUndefined();
      const checked = await run(['check', 'backups.off-host', '--json'], repositories);
      expect(resultsOf(checked).get('backups.off-host')).toMatchObject({
        status: 'warn',
        seen: expect.stringContaining('on the machine of the sets itself'),
      });
      await host().inside('chmod 0 /root/.ssh/id_ed25519; mv /root/.ssh/id_ed25519 /root/.ssh/away');
      expect(await codeOf(repositories)).toBe('backup.restic-unreachable');
      await host().inside('mv /root/.ssh/away /root/.ssh/id_ed25519; chmod 600 /root/.ssh/id_ed25519');
      const lists = await run(['backup', 'list', '--repository', 'safe', '--json'], far(`${RESTIC}/none`));
      expect(errorOf(lists)).toMatchObject({ code: 'backup.restic-none' });
    } finally {
      await host().inside(`rm -rf /root/.ssh ${RESTIC} /var/cache/vdb-restic; mv /root/kept-ssh /root/.ssh`);
    }
  });

  test('retention in repositories removes what is old by their own newest set, and never the last whole copy', async () => {
    const old = await makeSet(host(), 24 * 40, 1);
    const repositories = [
      { name: 'nas', type: 'directory', path: COPIES },
      { name: 'here', type: 'operator', path: join(work, 'copies') },
      restic(),
    ];
    await host().inside(`mkdir -p ${COPIES} ${RESTIC}`);
    const file = await configured(repositories);
    try {
      for (const set of [old, id])
        expect(await run(['backup', 'copy', set], repositories)).toMatchObject({ exitCode: 0 });
      const { config } = await loadConfig({ cwd: work, env: process.env, config: file });
      const gate = new Gate();
      const hostConfig = config.hosts[0]!;
      const opened = await openHost(hostConfig, gate, { env: process.env });
      gate.open();
      const prune = (minimum: number, keep: string[] = []) =>
        pruneCopies({
          host: opened,
          hostName: hostConfig.name,
          config: { ...config, backup: { ...config.backup, keep_minimum: minimum } },
          repositories: config.backup.repositories,
          reopen: () => Promise.reject(new Error('not here')),
          keep: new Set(keep),
        });
      const removed = (reports: Awaited<ReturnType<typeof pruneCopies>>) =>
        reports.map((report) => [report.refused, report.failed, report.removed]);
      await host().inside(`mkdir -p ${COPIES}/.removing-20200101T020000Z/collections`);
      expect(removed(await prune(2))).toEqual([
        [null, [], ['.removing-20200101T020000Z']],
        ...Array(2).fill([null, [], []]),
      ]);
      expect(removed(await prune(1, [old]))).toEqual(Array(3).fill([null, [], []]));
      expect(removed(await prune(1))).toEqual(Array(3).fill([null, [], [old]]));
      expect(removed(await prune(1))).toEqual(Array(3).fill([null, [], []]));
      await opened.close();
      expect(await host().inside(`ls -A ${COPIES}`)).toBe(`${id}\n`);
      expect(await readdir(join(work, 'copies/shared'))).toEqual([id]);
    } finally {
      await rm(file, { force: true });
      await host().inside(`rm -rf ${COPIES} ${RESTIC} ${SETS}/${old} /var/cache/vdb-restic`);
    }
  });
});
