import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Document, parseDocument } from 'yaml';
import type { BackupManifest } from '../../../src/backup/manifest.js';
import { type Ended, events, type LabHost, result, type Started, start, VDB } from '../../support/lab.js';
import { onSharedHost } from '../support/shared.js';
import { site } from '../support/site.js';
import { flip, makeArtefacts, makeSet, PARTS, removeFixture, SETS } from './fixture.js';

const DAY_MS = 86_400_000;

/** Ten days of retention and one set at least: with these rules prune has something to do. */
const RULES = { retention: '10d', keep_minimum: 1 };

/** Lets the clock of the process that gets this environment go wrong by so much. */
function clockOff(ms: number): NodeJS.ProcessEnv {
  const code = `const Real = Date; globalThis.Date = class extends Real {
    constructor(...given) { super(...(given.length === 0 ? [Real.now() + ${ms}] : given)); }
    static now() { return Real.now() + ${ms}; }
  };`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };
}

const SHIMS = '/usr/local/bin';
/** Process ids of a program of ours that has begun, and of what called it. */
const BEGAN = '/run/vdb-test-begun';
const JOURNAL = '/var/lib/vdb/journal.ndjson';

onSharedHost('looking after backup sets', (shared) => {
  let host: LabHost;
  let configuration: string;

  const vdb = (args: string, env: NodeJS.ProcessEnv = {}): Started =>
    start(VDB, ['--config', configuration, ...args.split(' ')], { cwd: site.directory, env });
  const run = (args: string, env?: NodeJS.ProcessEnv): Promise<Ended> => vdb(args, env).ended;

  /** States by id, as `list` tells them. */
  const states = async (): Promise<Record<string, unknown>> => {
    const { stdout } = await run('backup list --json');
    const sets = events(stdout).filter(({ type }) => type === 'set');
    return Object.fromEntries(sets.map(({ id, state }) => [id, state]));
  };
  const ids = async (): Promise<string[]> => (await host.inside(`ls -A ${SETS}`)).split('\n').filter(Boolean);

  /** Puts a program of ours before one of the host's, for as long as `during` takes. */
  const withShim = async (name: string, line: string, during: () => Promise<void>): Promise<void> => {
    const path = `${SHIMS}/${name}`;
    await host.inside(`cat > ${path}; chmod +x ${path}`, `#!/bin/bash\n${line}\n`);
    try {
      await during();
    } finally {
      await host.inside(`/usr/bin/rm -f ${path} ${BEGAN}`);
    }
  };

  /** Waits until a program of ours has said that it has begun. */
  const begun = (): Promise<string> =>
    host.inside(`for i in {1..300}; do [ ! -s ${BEGAN} ] || exit 0; sleep 0.1; done; exit 1`);

  const configure = async (edit: (document: Document) => void): Promise<void> => {
    const document = parseDocument(await readFile(configuration, 'utf8'));
    edit(document);
    await writeFile(configuration, document.toString());
  };

  beforeAll(async () => {
    host = shared();
    configuration = join(site.directory, `sets-${process.pid}.yaml`);
    await copyFile(join(host.directory, 'vdb.yaml'), configuration);
    await configure((document) => {
      for (const [key, value] of Object.entries(RULES)) document.setIn(['backup', key], value);
    });
    await removeFixture(host);
    await makeArtefacts(host);
  });

  afterEach(() => host.inside(`rm -rf ${SETS}/2*Z ${SETS}/.removing-*`));

  afterAll(async () => {
    await removeFixture(host);
    await rm(configuration);
  });

  describe('a whole set', () => {
    test('is listed, shown and verified, in eighty columns', async () => {
      const id = await makeSet(host, 1);
      const list = await run('backup list');
      expect(list).toMatchObject({ exitCode: 0, stderr: '' });
      expect(list.stdout).toMatch(new RegExp(`^${id}  24 h .* 1/1.2k +vector_metadata +whole +never$`, 'm'));
      const verified = await run('backup verify');
      expect(verified.stderr).toBe('');
      expect(verified.stdout).toMatch(/^whole {4}\d+T\d+Z {2}6 parts, .* read\n$/);
      expect(verified.exitCode).toBe(0);
      const show = await run(`backup show ${id.slice(0, 8)}`);
      expect(show.stdout).toMatch(/^ {2}left out {3}\/etc\/redis\/vdb\.conf \(they hold secrets\)$/m);
      expect(show.stdout).toMatch(/^ {2}.* 1234 points, low +collections\/general\.snapshot$/m);
      expect(show.stdout).toMatch(/^ {2}verified {3}20.*, whole$/m);
      for (const line of `${list.stdout}${verified.stdout}${show.stdout}`.split('\n'))
        expect(line.length, line).toBeLessThanOrEqual(80);
      expect(await host.inside(`stat -c %a ${SETS}/${id}/verified.json`)).toBe('600\n');
    });

    test('is latest only where there is one', async () => {
      expect((await run('backup list')).stderr).toContain(`There is no backup set of shared in ${SETS}`);
      expect(await run('backup verify')).toMatchObject({ exitCode: 1, stdout: '' });
      expect((await run('backup show 2026')).exitCode).toBe(2);
      expect(result(await run('backup verify --all --json'))).toMatchObject({ verified: 0, exit_code: 0 });
    });
  });

  describe('verify', () => {
    test('ends at the first signal, leaves nothing at work on the host, and keeps what it had seen', async () => {
      const [old, newest] = [await makeSet(host, 2), await makeSet(host, 1)];
      const dd = `[ "$PWD" = ${SETS}/${old} ] || exec /usr/bin/dd "$@"; echo $$ > ${BEGAN}; exec sleep 60`;
      await withShim('dd', dd, async () => {
        const verify = vdb('backup verify --all --json');
        await begun();
        verify.child.kill('SIGINT');
        const ended = await verify.ended;
        expect(ended.exitCode).toBe(130);
        expect(result(ended)).toMatchObject({ verified: 1, damaged: [], recorded: true, exit_code: 130 });
        await host.inside(`! kill -0 $(cat ${BEGAN}) 2>/dev/null`);
      });
      expect((await run('backup list')).stdout).toMatch(new RegExp(`^${newest} .* whole +0 min$`, 'm'));
      expect((await run('backup list')).stdout).toMatch(new RegExp(`^${old} .* whole +never$`, 'm'));
    });

    test('says which set was removed while it read, and judges the others', async () => {
      const [old, newest] = [await makeSet(host, 2), await makeSet(host, 1)];
      const dd = `rm -rf ${SETS}/${old}; exec /usr/bin/dd "$@"`;
      await withShim('dd', dd, async () => {
        const ended = await run('backup verify --all --json');
        expect(result(ended)).toMatchObject({ verified: 1, unseen: [{ id: old }], exit_code: 1 });
      });
      expect(await states()).toEqual({ [newest]: 'whole' });
    });
  });

  describe('a set that vdb backup has taken', () => {
    test('is whole, and a flipped bit in one part of each kind is found, until it is flipped back', async () => {
      await configure((document) => document.setIn(['backup', 'redis'], true));
      expect(await run('backup')).toMatchObject({ exitCode: 0 });
      await configure((document) => document.deleteIn(['backup', 'redis']));
      const { manifest } = result(await run('backup show --json')) as unknown as { manifest: BackupManifest };
      console.log(
        `taken of ${manifest.genuine === false ? 'the EMULATOR, not Qdrant' : manifest.versions?.qdrant}`,
      );
      const whole = await run('backup verify');
      expect(whole).toMatchObject({ exitCode: 0, stderr: '' });
      expect(whole.stdout).not.toContain('unread');
      const kinds = new Map(manifest.parts.map((part) => [part.kind, part.path]));
      expect([...kinds.keys()].sort()).toEqual(Object.keys(PARTS).sort());
      for (const [kind, path] of kinds) {
        await host.inside(flip(`${SETS}/${manifest.id}/${path}`));
        const ended = await run('backup verify');
        expect(ended.exitCode, kind).toBe(3);
        expect(ended.stdout).toContain(`${path} was changed`);
        await host.inside(flip(`${SETS}/${manifest.id}/${path}`));
      }
      expect(await states()).toEqual({ [manifest.id]: 'damaged' });
      expect((await run('backup verify')).exitCode).toBe(0);
      expect(await states()).toEqual({ [manifest.id]: 'whole' });
    });
  });

  describe('a set with', () => {
    let id: string;
    beforeEach(async () => {
      id = await makeSet(host, 1);
    });

    const found = async (path: string, what: RegExp): Promise<void> => {
      const ended = await run('backup verify latest --json');
      expect(ended.exitCode).toBe(3);
      const verified = events(ended.stdout).find(({ type }) => type === 'backup.verified');
      expect(verified).toMatchObject({
        id,
        ok: false,
        findings: [{ path, what: expect.stringMatching(what) }],
      });
      expect(result(ended)).toMatchObject({ damaged: [id], recorded: true, exit_code: 3 });
      expect(await states()).toEqual({ [id]: 'damaged' });
      const text = await run('backup verify');
      expect(text.exitCode).toBe(3);
      expect(text.stdout).toMatch(new RegExp(`^DAMAGED {2}${id}`, 'm'));
      expect(text.stdout).toContain(`wrong    ${path} `);
    };

    test.each(Object.entries(PARTS))('a flipped bit in its part of kind %s', async (_, path) => {
      await host.inside(flip(`${SETS}/${id}/${path}`));
      await found(path, /^was changed$/);
    });

    test('a flipped bit in its manifest', async () => {
      await host.inside(flip(`${SETS}/${id}/manifest.json`));
      const ended = await run('backup verify --json');
      // In the middle of the manifest lies a hash, a size or a word: what it says then is not what the files are.
      expect(ended.exitCode).toBe(3);
      expect(await states()).toEqual({ [id]: 'damaged' });
    });

    test('a file that is cut off', async () => {
      await host.inside(`truncate -s -1 ${SETS}/${id}/${PARTS.postgres}`);
      await found(PARTS.postgres, /^has \d+ bytes in place of \d+$/);
    });

    test('a file that is missing', async () => {
      await host.inside(`rm ${SETS}/${id}/${PARTS.collection}`);
      await found(PARTS.collection, /^is missing$/);
    });

    test('a dump that was none from the start, with the hash that its manifest says', async () => {
      const path = `${SETS}/${id}/${PARTS.postgres}`;
      await host.inside(`python3 - <<'EOF'
import hashlib, json
content, file = b"no dump at all", "${SETS}/${id}/manifest.json"
open("${path}", "wb").write(content)
manifest = json.load(open(file))
for part in manifest["parts"]:
    if part["kind"] == "postgres": part.update(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
json.dump(manifest, open(file, "w"))
EOF`);
      await found(PARTS.postgres, /^cannot be opened: pg_restore: .*not appear to be a valid archive/);
    });

    test('a dump that lacks a table of the manifest', async () => {
      await host.inside(`sed -i 's/public.vdb_test/public.nowhere/' ${SETS}/${id}/manifest.json`);
      await found(PARTS.postgres, /^lacks public\.nowhere$/);
    });

    test('no manifest: it is none, cannot be verified, counts for nothing, and prune leaves it alone', async () => {
      await host.inside(`rm ${SETS}/${id}/manifest.json`);
      const old = await makeSet(host, 40);
      expect(await states()).toEqual({ [id]: 'unfinished', [old]: 'whole' });
      const verify = await run(`backup verify ${id}`);
      expect(verify).toMatchObject({ exitCode: 2, stdout: '' });
      expect(verify.stderr).toContain('it has no manifest');
      expect((await run(`backup pin ${id} --reason x`)).exitCode).toBe(2);
      expect(result(await run('backup prune --json'))).toMatchObject({ removed: [], kept: 2 });
      expect((await ids()).sort()).toEqual([old, id].sort());
    });
  });

  describe('prune', () => {
    test('shows its plan, does what the plan says, and is in the history', async () => {
      const [newest, young, old] = [await makeSet(host, 1), await makeSet(host, 9), await makeSet(host, 40)];
      const plan = await run('backup prune --plan');
      expect(plan).toMatchObject({ exitCode: 0, stderr: '' });
      expect(plan.stdout).toMatch(new RegExp(`^keep +${newest} .* the newest whole one$`, 'm'));
      expect(plan.stdout).toMatch(new RegExp(`^keep +${young} .* within 10d$`, 'm'));
      expect(plan.stdout).toMatch(new RegExp(`^remove +${old} .* more than 10d older than ${newest}$`, 'm'));
      expect(plan.stdout).toMatch(/^1 of 3 sets to remove: /m);
      for (const line of plan.stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
      expect(await ids()).toHaveLength(3);
      const ended = await run('backup prune --json');
      expect(result(ended)).toMatchObject({
        status: 'done',
        removed: [old],
        failed: [],
        kept: 2,
        exit_code: 0,
      });
      expect((await ids()).sort()).toEqual([newest, young].sort());
      expect((await run('history --limit 1')).stdout).toMatch(/ 1 .*backup prune --json +done/);
    });

    test('leaves a pinned set until the pin is taken away', async () => {
      const [old] = [await makeSet(host, 40), await makeSet(host, 1)];
      expect((await run(`backup pin ${old}`)).stderr).toContain('A pin needs a reason');
      expect((await run(`backup pin ${old} --reason move`)).exitCode).toBe(0);
      expect((await run('backup list')).stdout).toMatch(new RegExp(`^${old}: pinned by .*: move$`, 'm'));
      expect(result(await run('backup prune --json'))).toMatchObject({ removed: [] });
      expect(result(await run(`backup unpin ${old} --json`))).toMatchObject({ changed: 1 });
      expect(result(await run(`backup unpin ${old} --json`))).toMatchObject({ changed: 0 });
      expect(result(await run('backup prune --json'))).toMatchObject({ removed: [old] });
    });

    test('does not run beside another run that changes the host', async () => {
      await makeSet(host, 1);
      const holder = host.enter('exec 9<>/run/vdb/lock; flock 9; echo held by $$; exec sleep 60');
      await holder.until(/held by \d+/);
      try {
        expect((await run('backup prune')).exitCode).toBe(5);
        const verify = await run('backup verify');
        expect(verify.exitCode).toBe(0);
        expect(verify.stderr).toMatch(/was not recorded beside the set: .* is locked by/);
      } finally {
        await host.inside(`kill ${/held by (\d+)/.exec(holder.said())?.[1]}`);
        await holder.ended;
      }
    });
  });

  describe('by a clock', () => {
    // By a wrong clock it has records of another time.
    beforeAll(() => host.inside(`cp -a ${JOURNAL} ${JOURNAL}.kept`));
    afterAll(() => host.inside(`mv ${JOURNAL}.kept ${JOURNAL}`));

    beforeEach(async () => {
      for (const days of [1, 5, 9, 40]) await makeSet(host, days);
    });

    const shifted = (ms: number, during: () => Promise<void>): Promise<void> =>
      withShim('date', `exec /usr/bin/date -d '${Math.round(ms / 1000)} seconds' "$@"`, during);

    test.each([
      ['back', -DAY_MS],
      ['forward', 3650 * DAY_MS],
    ])('of the host that was set %s, unlike the operator’s, nothing is removed', async (_, ms) => {
      await shifted(ms, async () => {
        const ended = await run('backup prune --json');
        expect(ended.exitCode).toBe(1);
        expect(result(ended).error).toMatchObject({ code: 'backup.prune-refused' });
        const plan = await run('backup prune --plan');
        expect(plan.exitCode).toBe(1);
        expect(plan.stdout).toMatch(/Refused: the clock of the host is \d+ hours (?:behind|ahead of)/);
      });
      expect(await ids()).toHaveLength(4);
    });

    test('of the operator that was set back, unlike the host’s, nothing is removed', async () => {
      const { exitCode, stderr } = await run('backup prune', clockOff(-30 * DAY_MS));
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/No backup set was removed: the clock of the host is 7\d\d hours ahead/);
      expect(await ids()).toHaveLength(4);
    });

    test('of both that was set back ten years, all sets are from the future and stay', async () => {
      const off = -3650 * DAY_MS;
      await shifted(off, async () => {
        const ended = await run('backup prune --json', clockOff(off));
        expect(result(ended)).toMatchObject({ refused: null, removed: [], kept: 4, exit_code: 0 });
      });
      expect(await ids()).toHaveLength(4);
    });

    test('of both that was set forward ten years, no set is older than it was', async () => {
      const off = 3650 * DAY_MS;
      const before = (await ids()).sort();
      await shifted(off, async () => {
        const ended = await run('backup prune --json', clockOff(off));
        expect(result(ended)).toMatchObject({ refused: null, removed: [before[0]], exit_code: 0 });
      });
      expect((await ids()).sort()).toEqual(before.slice(1));
    });
  });

  describe('a prune that fails', () => {
    let old: string;
    let newest: string;
    beforeEach(async () => {
      [old, newest] = [await makeSet(host, 40), await makeSet(host, 1)];
    });

    test('in the middle of a set reports, leaves none that looks whole, and the next one finishes', async () => {
      await host.inside(`mount --bind ${SETS}/${old}/postgres ${SETS}/${old}/postgres
        mount -o remount,bind,ro ${SETS}/${old}/postgres`);
      const mounted = `${SETS}/.removing-${old}/postgres`;
      try {
        const ended = await run('backup prune --json');
        expect(result(ended)).toMatchObject({ status: 'failed', removed: [], exit_code: 1 });
        expect(result(ended).failed).toMatchObject([
          { what: old, why: expect.stringMatching(/Read-only file system|busy/) },
        ]);
        expect(await states()).toEqual({ [newest]: 'whole' });
        expect((await run('backup list')).stdout).toContain(`.removing-${old}: what is left of a set`);
      } finally {
        await host.inside(`umount ${mounted} 2>/dev/null || umount ${SETS}/${old}/postgres`);
      }
      expect(result(await run('backup prune --json'))).toMatchObject({
        removed: [`.removing-${old}`],
        exit_code: 0,
      });
      expect(await ids()).toEqual([newest]);
    });

    test('at once, on a file system that cannot be written to, reports and leaves every set whole', async () => {
      await host.inside(`mount --bind ${SETS} ${SETS}; mount -o remount,bind,ro ${SETS}`);
      try {
        const ended = await run('backup prune');
        expect(ended.exitCode).toBe(1);
        expect(ended.stderr).toMatch(
          new RegExp(`failed ${old} could not be removed: .*Read-only file system`),
        );
        expect((await run('history --limit 1')).stdout).toContain(`failed: ${old}`);
      } finally {
        await host.inside(`umount ${SETS}`);
      }
      expect(await states()).toEqual({ [old]: 'whole', [newest]: 'whole' });
    });
  });

  describe('a prune that is killed, with what it does on the host', () => {
    /** Starts a prune, and kills it and its script once `rm` has begun on `target`. */
    const killedIn = async (target: string): Promise<void> => {
      const rm = `case "$*" in *${target}*) echo $$ $PPID > ${BEGAN}; exec sleep 60 ;; esac; exec /usr/bin/rm "$@"`;
      await withShim('rm', rm, async () => {
        const prune = vdb('backup prune');
        await begun();
        prune.child.kill('SIGKILL');
        await prune.ended;
        await host.inside(`kill -9 $(cat ${BEGAN}); flock -w 60 -x /run/vdb/busy true`);
      });
    };

    test('while a set is removed: it is none any more, and the next prune removes the rest', async () => {
      const [old, newest] = [await makeSet(host, 40), await makeSet(host, 1)];
      await killedIn('.removing-');
      expect((await ids()).sort()).toEqual([`.removing-${old}`, newest]);
      expect(await states()).toEqual({ [newest]: 'whole' });
      expect((await run('backup prune --plan')).stdout).toMatch(/^remove +\.removing-/m);
      expect((await run('backup prune')).exitCode).toBe(0);
      expect(await ids()).toEqual([newest]);
    });

    test('while a snapshot leaves a set: that is whole without it, and the next prune removes the file', async () => {
      const [old, newest] = [await makeSet(host, 5), await makeSet(host, 1)];
      await configure((document) => document.setIn(['backup', 'priorities'], { low: '1d' }));
      try {
        await killedIn(PARTS.collection);
        expect(await states()).toEqual({ [old]: 'whole', [newest]: 'whole' });
        const snapshot = `${SETS}/${old}/${PARTS.collection}`;
        expect(await host.inside(`ls ${snapshot}`)).toContain(snapshot);
        expect((await run(`backup verify ${old}`)).stdout).toMatch(/^whole .* 5 parts/);
        expect((await run(`backup show ${old}`)).stdout).toMatch(
          /^ {2}pruned {5}collections\/general\.snapshot at 20/m,
        );
        const ended = await run('backup prune --json');
        expect(result(ended)).toMatchObject({ removed: [`${old}/${PARTS.collection}`], exit_code: 0 });
        expect(await host.inside(`ls ${SETS}/${old}/collections`)).toBe('');
        expect((await run(`backup verify --all`)).exitCode).toBe(0);
      } finally {
        await configure((document) => document.deleteIn(['backup', 'priorities']));
      }
    });
  });
});
