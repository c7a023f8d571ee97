import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { otherSlot } from '../../../src/deploy/installed.js';
import { type PhaseName, phasesOf } from '../../../src/deploy/record.js';
import { type Ended, result, type Started } from '../../support/lab.js';
import { eventually } from '../gateway/load.js';
import { describeLab } from '../support/shared.js';
import { describeThorough } from '../support/thorough.js';
import { done, type Met, type QdrantHost, qdrantHost } from './qdrant-host.js';

const RELEASE = fileURLToPath(new URL('release.py', import.meta.url));

/** How long after its begin a phase is in its middle, in milliseconds. */
const MIDDLE_MS: Readonly<Partial<Record<PhaseName, number>>> = {
  ...{ preflight: 3000, stage: 300, start: 2500, gate: 700, copy: 2500, verify: 400 },
  ...{ cutover: 800, outside: 100, drain: 50, bake: 1500, retire: 1000 },
};
const ALL = phasesOf('qdrant', 'deploy');

/** A phase that was over before it was cut off is not run again: then a later one says so. */
const said = (what: string, phase: PhaseName) =>
  new RegExp(`"phase.${what}","phase":"(${ALL.slice(ALL.indexOf(phase)).join('|')})"`);
const started = (phase: PhaseName) => said('started', phase);
const finished = (phase: PhaseName) => said('finished', phase);
/** Where a deploy that was told to be verbose moves data. */
const MOVES_DATA = /\d of \d+ shards are copied|recover /;

/** With `npm run test:thorough`; what always runs is in qdrant.quiet.test.ts. */
describeThorough('with all faults', () => {
  describeLab('a deploy of Qdrant', () => {
    let host: QdrantHost;
    let from: 'blue' | 'green';
    let to: 'blue' | 'green';

    beforeAll(async () => {
      host = await qdrantHost('qdrant-faults', { gateway: false });
    });
    afterAll(() => host?.close());
    beforeEach(async () => {
      from = await host.active();
      to = otherSlot(from);
    });

    /**
     * Begins a deploy, or goes on with the one that is open, as soon as what was cut off has ended on the host. One that was
     * being taken back comes to its end by that: then another one is begun.
     */
    async function goingOn(): Promise<Started> {
      let isGoing = await host.isOpen();
      if (!isGoing) await host.another();
      for (let tries = 60; ; tries--) {
        const run = host.lab.begin(isGoing ? 'deploy continue --json' : 'deploy --service qdrant --json');
        const hasBegun = await run.until(/"phase.started"/, 120).then(
          () => true,
          () => false,
        );
        if (hasBegun) return run;
        const { exitCode, stdout, stderr } = await run.ended;
        const isTakenBack = isGoing && !(await host.isOpen());
        if ((exitCode !== 5 && !isTakenBack) || tries === 0)
          throw new Error(`ended with ${exitCode}: ${stdout}${stderr}`);
        if (isTakenBack) {
          isGoing = false;
          await host.another();
        } else await sleep(1000);
      }
    }

    /** A command that has to wait until what was cut off has ended on the host. */
    async function whenFree(command: string): Promise<Ended> {
      let ended: Ended | undefined;
      await eventually(
        async () => {
          ended = await host.lab.vdb(command);
          return ended.exitCode !== 5;
        },
        'what was cut off has ended',
        120,
      );
      return ended as Ended;
    }

    async function inTheMiddleOf(phase: PhaseName, run: Started): Promise<void> {
      await run.until(started(phase), 240);
      await sleep(MIDDLE_MS[phase] ?? 0);
    }

    /** One slot answers through the edge, and it is the only one that runs where nothing is open. */
    async function someoneServes(): Promise<void> {
      await eventually(host.answers, 'the edge has somebody to answer');
      if (await host.isOpen()) return;
      expect(await host.running()).toBe(`qdrant@${await host.active()}.service`);
    }

    /** What is open is ended, so that one row that failed does not become many. */
    async function settle(): Promise<void> {
      await host.inside(
        'rm -rf /run/vdb-fault /etc/systemd/system/qdrant@*.service.d/90-fault.conf; systemctl daemon-reload',
      );
      if (!(await host.isOpen())) return;
      await whenFree('deploy abort --yes');
      if (await host.isOpen()) await whenFree('deploy continue');
      // What the slot that was given up had alone is gone, as was agreed to.
      if (!host.genuine) await host.probe.forget();
    }

    describe('is cut off by kill -9', () => {
      afterAll(settle);
      const points = ALL.flatMap((phase): [string, PhaseName][] => [
        ['in', phase],
        ['after', phase],
      ]);
      test.each(points.slice(0, -1))('%s %s, and goes on', async (when, phase) => {
        const { failed } = await host.underLoad(`kill -9 ${when} ${phase}`, async () => {
          const run = await goingOn();
          if (when === 'in') await inTheMiddleOf(phase, run);
          else await run.until(finished(phase), 240);
          run.child.kill('SIGKILL');
          await run.ended;
        });
        expect(failed).toEqual([]);
        await someoneServes();
      });

      test('and comes to its end after all of them', async () => {
        const { failed } = await host.underLoad('  and continued', async () =>
          done(await (await goingOn()).ended),
        );
        expect(failed).toEqual([]);
        expect((await host.record()).state).toBe('done');
        await someoneServes();
      });
    });

    describe('is cut off by kill -9 and taken back', () => {
      afterEach(settle);
      test.each<[PhaseName]>([
        ['stage'],
        ['start'],
        ['gate'],
        ['copy'],
        ['verify'],
        ['cutover'],
        ['drain'],
        ['bake'],
      ])('in %s', async (phase) => {
        // By snapshots the way back loses writes from the end of `outside` on: that is for a person, and a row of its own.
        const isFree = host.genuine || ALL.indexOf(phase) <= ALL.indexOf('cutover');
        const word = isFree ? 'abort' : 'continue';
        const { failed } = await host.underLoad(`kill -9 in ${phase}, ${word}`, async () => {
          const run = await goingOn();
          await inTheMiddleOf(phase, run);
          run.child.kill('SIGKILL');
          await run.ended;
          done(await whenFree(`deploy ${word}`));
        });
        expect(failed).toEqual([]);
        expect((await host.record()).state).toBe(isFree ? 'aborted' : 'done');
        expect(await host.active()).toBe(isFree ? from : to);
        await someoneServes();
      });
    });

    describe('loses its connection', () => {
      afterAll(settle);
      /** The processes of sshd that serve somebody. */
      const sessions = async () => (await host.inside('pgrep -x sshd-session || true')).split('\n');

      test.each(ALL.map((phase) => [phase] as const))('in %s, and goes on', async (phase) => {
        const { failed, value } = await host.underLoad(`SSH cut in ${phase}`, async () => {
          const others = await sessions();
          const run = await goingOn();
          await inTheMiddleOf(phase, run);
          const own = (await sessions()).filter((pid) => !others.includes(pid));
          await host.inside(`kill -KILL ${own.join(' ')} || true`);
          return run.ended;
        });
        expect(value.exitCode, value.stdout + value.stderr).toBe(4);
        expect(failed).toEqual([]);
        await someoneServes();
      });

      test('and comes to its end after all of them', async () => {
        if (!(await host.isOpen())) return;
        const { failed } = await host.underLoad('  and continued', async () =>
          done(await (await goingOn()).ended),
        );
        expect(failed).toEqual([]);
        expect((await host.record()).state).toBe('done');
        await someoneServes();
      });
    });

    describe('meets a reboot of the host', () => {
      afterAll(settle);
      /** While the host is down nobody is served. */
      async function rebooted(phase: PhaseName, after: () => Promise<void> = async () => {}) {
        return host.underLoad(`reboot in ${phase}`, async () => {
          const run = await goingOn();
          await inTheMiddleOf(phase, run);
          await host.restart();
          await run.ended;
          await after();
        });
      }

      test.each(ALL.map((phase) => [phase] as const))('in %s, and goes on', async (phase) => {
        await rebooted(phase);
        await someoneServes();
      });

      test('and comes to its end after all of them', async () => {
        if (!(await host.isOpen())) return;
        const { failed } = await host.underLoad('  and continued', async () =>
          done(await (await goingOn()).ended),
        );
        expect(failed).toEqual([]);
        expect((await host.record()).state).toBe('done');
        await someoneServes();
      });

      test.each<[PhaseName]>([['copy'], ['cutover']])('in %s, and is taken back', async (phase) => {
        await rebooted(phase, async () => done(await whenFree('deploy abort')));
        expect(['aborted', 'failed', 'returned']).toContain((await host.record()).state);
        expect(await host.active()).toBe(from);
        await someoneServes();
      });
    });

    describe('has a new slot that crashes', () => {
      afterEach(settle);
      const unit = () => `qdrant@${to}.service`;

      /** `systemctl start` fails from now on: what it runs is not to blame, and another release does not help. */
      const stays = () =>
        host.inside(`set -e
          mkdir -p /etc/systemd/system/${unit()}.d
          printf '[Service]\\nExecStartPre=/bin/false\\n' >/etc/systemd/system/${unit()}.d/90-fault.conf
          systemctl daemon-reload`);
      const crash = () => host.inside(`systemctl kill -s KILL ${unit()}`);

      /** Where going back would lose writes the deploy waits: the cause is mended, and it goes on. */
      async function toItsEnd(run: Started): Promise<void> {
        const ended = await run.ended;
        if ((await host.record()).state !== 'paused') return;
        expect(ended.exitCode).toBe(1);
        await host.inside(`rm -f /etc/systemd/system/${unit()}.d/90-fault.conf; systemctl daemon-reload
          systemctl reset-failed ${unit()}; systemctl start ${unit()}`);
        await eventually(host.answers, 'the new slot answers again');
        done(await whenFree('deploy continue'));
      }

      test.each([
        ['in copy', 'comes back'],
        ['in copy', 'is gone'],
        ['after cutover', 'comes back'],
        ['after cutover', 'is gone'],
        ['in bake', 'comes back'],
        ['in bake', 'is gone'],
      ] as const)('%s and %s', async (when, how) => {
        const { failed, row } = await host.underLoad(`new slot dies ${when}, ${how}`, async () => {
          await host.another();
          const run = host.lab.begin('deploy --service qdrant --verbose');
          const point = { 'in copy': MOVES_DATA, 'after cutover': /^cutover /m, 'in bake': /s to go/ }[when];
          await run.until(point, 240);
          if (how === 'is gone') await stays();
          await crash();
          await toItsEnd(run);
        });
        // Nobody is sent there before the cutover. After it those fail that come until users are sent back. One that
        // is gone for good is given up by a restart of the other, which cannot agree on anything alone.
        if (when === 'in copy' && (how === 'comes back' || !host.genuine)) expect(failed).toEqual([]);
        expect(row.ended).toMatch(/^(done|failed|returned)/);
        await someoneServes();
      });
    });

    describe('brings in a release', () => {
      let command: string;
      const fault = (name: string) => host.inside(`mkdir -p /run/vdb-fault && touch /run/vdb-fault/${name}`);

      /** One that does as files on the host say, in front of the one that serves. */
      beforeAll(async () => {
        const slot = await host.active();
        const program = await host.inside(`readlink -f /opt/qdrant/slots/${slot}/qdrant`);
        const version = /releases\/(\d+\.\d+)\.(\d+)/.exec(program) ?? [];
        // One of the emulator and one of a file have different names, so that the same version can be brought in, and taken out.
        const next = `${version[1]}.${Number(version[2]) + (host.genuine ? 1 : 0)}`;
        const text = (await readFile(RELEASE, 'utf8'))
          .replaceAll('@PROGRAM@', program)
          .replaceAll('@VERSION@', next);
        const path = join(host.lab.directory, 'release.py');
        await writeFile(path, text, { mode: 0o755 });
        const strategy = host.genuine ? '' : '--strategy snapshot';
        command = `deploy --service qdrant --version ${next} --artifact ${path} ${strategy}`;
      });
      afterEach(async () => {
        await settle();
        // One that came to serve must not do so in the rows that follow.
        if ((await host.active()) !== from) done(await host.lab.vdb('rollback'));
      });

      async function isKeptOut(name: string, work: () => Promise<Ended>): Promise<Met<Ended>> {
        const met = await host.underLoad(name, work);
        expect(met.value.exitCode, met.value.stdout + met.value.stderr).toBe(1);
        expect(await host.active()).toBe(from);
        await someoneServes();
        return met;
      }

      test('that does not start', async () => {
        await fault('gone');
        const { failed } = await isKeptOut('release does not start', () => host.lab.vdb(command));
        expect((await host.record()).failure?.phase).toBe('start');
        expect(failed).toEqual([]);
      });

      test('that is slow from the start: its gate is closed', async () => {
        await fault('slow');
        const { failed } = await isKeptOut('release fails the gate', () => host.lab.vdb(command));
        expect((await host.record()).failure).toMatchObject({
          phase: 'gate',
          message: expect.stringMatching(/needs \d+ ms/),
        });
        expect(failed).toEqual([]);
      });

      test('that crashes while it is copied to, and does not come back', async () => {
        const { failed } = await isKeptOut('release dies in copy', async () => {
          const run = host.lab.begin(`${command} --verbose`);
          await run.until(MOVES_DATA, 240);
          await fault('gone');
          await host.inside(`systemctl kill -s KILL qdrant@${to}.service`);
          return run.ended;
        });
        expect((await host.record()).state).toBe('failed');
        expect(failed).toEqual([]);
      });

      /** Serves well until it is watched. Where that would lose writes nobody is sent back before a person says so. */
      async function isCaughtInBake(name: string): Promise<void> {
        await host.edit((document) => document.setIn(['deployment', 'bake_seconds'], 40));
        try {
          const { value } = await host.underLoad(`release is ${name} in bake`, async () => {
            const run = host.lab.begin(`${command} --json`);
            await run.until(finished('drain'), 240);
            await fault(name);
            const ended = await run.ended;
            if ((await host.record()).state === 'paused') {
              await host.inside('rm -rf /run/vdb-fault');
              done(await whenFree('deploy continue'));
            }
            return ended;
          });
          expect(value.exitCode, value.stdout + value.stderr).toBe(1);
          expect(JSON.stringify(result(value).error)).toMatch(
            name === 'slow' ? /on average/ : /requests failed/,
          );
          if (host.genuine) expect((await host.record()).state).toBe('returned');
          await someoneServes();
        } finally {
          await host.edit((document) => document.setIn(['deployment', 'bake_seconds'], 3));
        }
      }

      test('that becomes slow under load', () => isCaughtInBake('slow'));
      test('that answers with errors under load', () => isCaughtInBake('broken'));
    });

    describe('meets', () => {
      afterEach(settle);

      test('a full disk while it copies', async () => {
        const place = `/data/qdrant/${to}`;
        await host.inside(
          `mount -t tmpfs -o size=600m,mode=750,uid=$(id -u qdrant),gid=$(id -g qdrant) tmpfs ${place}`,
        );
        try {
          const { failed, value } = await host.underLoad('disk full in copy', async () => {
            await host.another();
            const run = host.lab.begin('deploy --service qdrant --verbose');
            // By snapshots it moves in an instant: it is full before that.
            await run.until(host.genuine ? MOVES_DATA : /^gate /m, 240);
            await host.inside(`cat /dev/zero >${place}/full 2>/dev/null; true`);
            return run.ended;
          });
          expect(value.exitCode, value.stdout + value.stderr).toBe(1);
          expect((await host.record()).state).toBe('failed');
          // A peer that cannot write does not come back to take its leave, so that the other is restarted alone.
          if (!host.genuine) expect(failed).toEqual([]);
          await someoneServes();
        } finally {
          await settle();
          await host.inside(`umount ${place}`);
        }
      });

      test.each([
        ['a restart', 'restart'],
        ['a reload', 'reload'],
      ])('%s of HAProxy in cutover', async (_, how) => {
        const { failed, row } = await host.underLoad(`HAProxy ${how} in cutover`, async () => {
          await host.another();
          const run = host.lab.begin('deploy --service qdrant --json');
          await run.until(started('cutover'), 240);
          await host.inside(`systemctl ${how} haproxy`);
          await run.ended;
        });
        // A restart ends what is under way, and nobody listens for an instant.
        if (how === 'reload') expect(failed).toEqual([]);
        expect(row.ended).toMatch(/^(done|failed|returned)/);
        await someoneServes();
      });

      test('another deploy: one of them is refused', async () => {
        await host.another();
        const { failed, value } = await host.underLoad('two deploys at once', () =>
          Promise.all([1, 2].map(() => host.lab.vdb('deploy --service qdrant'))),
        );
        expect(value.map(({ exitCode }) => exitCode).sort()).toEqual([0, 5]);
        expect(failed).toEqual([]);
        expect(await host.active()).toBe(to);
        await someoneServes();
      });
    });

    describe('is taken back', () => {
      afterEach(settle);
      const isAsBefore = async (before: ReadonlyMap<number, string>): Promise<void> => {
        const after = await host.probe.contents();
        expect([...before].filter(([id, values]) => after.get(id) !== values)).toEqual([]);
      };

      test('while it is watched', async () => {
        await host.another();
        const before = await host.probe.contents();
        const after = host.genuine ? 'drain' : 'cutover';
        const { failed } = await host.underLoad(`rollback after ${after}`, async () => {
          done(await host.lab.vdb(`deploy --service qdrant --pause-after ${after}`));
          done(await host.lab.vdb('rollback'));
        });
        expect(failed).toEqual([]);
        expect((await host.record()).state).toBe('aborted');
        expect(await host.active()).toBe(from);
        await isAsBefore(before);
        await someoneServes();
      });

      test('while it is watched, once somebody has agreed to what that loses', async ({ skip }) => {
        skip(host.genuine, 'both peers have every write');
        await host.another();
        await host.underLoad('deploy, waits in bake', async () =>
          done(await host.lab.vdb('deploy --service qdrant --pause-after drain')),
        );
        expect((await host.lab.vdb('deploy abort')).exitCode).toBe(2);
        const ended = await host.lab.vdb('deploy abort --yes');
        done(ended);
        expect(ended.stderr).toMatch(/^probe +\d+ +\d+ +-\d+$/m);
        expect(await host.active()).toBe(from);
        await host.probe.forget();
        await someoneServes();
        // The edge is as its file says: nothing keeps the next deploy back.
        done(await host.lab.vdb('deploy --service qdrant --pause-after preflight'));
      });

      test('after its end', async () => {
        await host.another();
        done(await host.lab.vdb('deploy --service qdrant'));
        const before = await host.probe.contents();
        const { failed } = await host.underLoad('rollback after retire', async () =>
          done(await host.lab.vdb('rollback')),
        );
        expect(failed).toEqual([]);
        expect(await host.active()).toBe(from);
        await isAsBefore(before);
        await someoneServes();
      });

      test('to the backup set of before, once somebody has agreed to what that loses', async () => {
        done(await host.lab.vdb('backup'));
        const before = await host.probe.contents();
        await host.another();
        await host.underLoad('deploy after a backup', async () =>
          done(await host.lab.vdb('deploy --service qdrant')),
        );
        const lost = (await host.probe.contents()).size - before.size;
        expect(lost).toBeGreaterThan(0);
        const back = 'rollback --service qdrant --strategy set';
        const { losses } = result(await host.lab.vdb(`${back} --plan --json`));
        expect(losses).toContainEqual(
          expect.objectContaining({ collection: 'probe', left: before.size + 1 }),
        );
        expect((await host.lab.vdb(back)).exitCode).toBe(2);
        const ended = await host.lab.vdb(`${back} --yes`);
        done(ended);
        expect(ended.stderr).toMatch(new RegExp(`^probe +\\d+ +\\d+ +-${lost}$`, 'm'));
        expect(await host.probe.contents()).toEqual(before);
        await host.probe.forget();
        await someoneServes();
      });
    });
  });
});
