import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Ended, events, result } from '../../support/lab.js';
import { vdbWith } from '../support/configuration.js';
import { onSharedHost } from '../support/shared.js';
import { site, vdb } from '../support/site.js';
import { resultsOf } from './breakage.js';

/** A program that stands before the real one on the PATH of every probe. */
function wrapper(name: string, body: string): { put: string; remove: string } {
  const path = `/usr/local/bin/${name}`;
  return {
    put: `printf '%s\n' '#!/bin/bash' ${JSON.stringify(body)} > ${path} && chmod 0755 ${path}`,
    remove: `rm -f ${path}`,
  };
}

onSharedHost('vdb check', (host) => {
  const json = (args: string): Promise<Ended> => host().vdb(`check ${args} --json`);
  const statusOf = (ended: Ended, id: string): string | undefined => resultsOf(ended).get(id)?.status;

  test('calls a converged host ready, in a handful of SSH commands', async () => {
    const ended = await json('readiness');
    expect(ended.exitCode, ended.stdout).toBe(0);
    expect(result(ended)).toMatchObject({ status: 'ready', blocking: [], exit_code: 0 });
    // Facts, probes, files, the plan; and the hashes of the newest backup set, where another test has left one.
    expect(result(ended).ssh_commands).toBeLessThanOrEqual(5);
  });

  test('--exclude and --severity leave out what was not asked for', async () => {
    const redis = resultsOf(await json('redis --exclude redis.auth'));
    expect([...redis.keys()]).toContain('redis.ping');
    expect([...redis.keys()]).not.toContain('redis.auth');
    const critical = resultsOf(await json('redis access --severity critical'));
    expect(new Set([...critical.values()].map(({ severity }) => severity))).toEqual(new Set(['critical']));
    expect(await json('redis --exclude redis')).toMatchObject({ exitCode: 2 });
    expect(await json('redis --severity dire')).toMatchObject({ exitCode: 2 });
  });

  test('--fix runs the tasks that repair what is found and looks again; the journal has it', async () => {
    await host().inside('systemctl stop redis-server; rm /etc/security/limits.d/60-vdb.conf');
    expect((await json('redis drift')).exitCode).toBe(3);
    const fixed = await json('redis drift --fix');
    expect(fixed.exitCode, fixed.stdout).toBe(0);
    const types = events(fixed.stdout).map(({ type }) => type);
    expect(types.filter((type) => type === 'result')).toHaveLength(1);
    expect(types.at(-1)).toBe('result');
    expect(events(fixed.stdout).find(({ type }) => type === 'check.fixing')).toMatchObject({
      tasks: ['0.2', '3.2'],
    });
    expect(await host().inside('systemctl is-active redis-server')).toBe('active\n');
    expect((await host().vdb('history -n 1')).stdout).toContain('check redis drift --fix');
  });

  test('--fix changes nothing where nothing is wrong', async () => {
    const ended = await host().vdb('check redis --fix');
    expect(ended).toMatchObject({ exitCode: 0 });
    expect(ended.stderr).toContain('Nothing was found that vdb can repair.');
  });

  test('--wait says what it waits for, and ends as soon as it is there', async () => {
    await host().inside('systemctl stop redis-server');
    const waiting = host().begin('check redis --wait 60s');
    await waiting.until(/Waiting for redis\.ping/);
    await host().inside('systemctl start redis-server');
    const ended = await waiting.ended;
    expect(ended.exitCode, ended.stdout).toBe(0);
    expect(ended.durationMs).toBeLessThan(30_000);
  });

  test.each([
    ['while it waits', /"check\.waiting"/, 0],
    ['while it looks', /^$/, 2000],
  ])('Ctrl-C %s ends it at once with exit code 130, a result and the reports', async (_, until, pause) => {
    const file = join(site.directory, `left-${pause}.xml`);
    await host().inside('systemctl stop redis-server');
    try {
      const waiting = host().begin(`check redis collections --wait 60s --json --junit ${file}`);
      await waiting.until(until);
      await sleep(pause);
      const left = performance.now();
      waiting.child.kill('SIGINT');
      const ended = await waiting.ended;
      expect(performance.now() - left).toBeLessThan(2000);
      expect(ended).toMatchObject({ exitCode: 130, stderr: '' });
      expect(result(ended)).toMatchObject({ status: 'interrupted', exit_code: 130 });
      expect(await readFile(file, 'utf8')).toMatch(/<(error|failure)\b/);
    } finally {
      await host().inside('systemctl start redis-server');
    }
  });

  test('--wait gives up with exit code 6, and still says what is wrong', async () => {
    await host().inside('systemctl stop redis-server');
    const ended = await host().vdb('check redis --wait 2s --junit /dev/null');
    expect(ended.exitCode).toBe(6);
    expect(ended.stdout).toContain('nothing listens on port 6379');
    await host().inside('systemctl start redis-server');
  });

  test.each([
    ['hangs', 'exec sleep 300', /no answer within \d+ s/],
    ['prints garbage', "echo '#!&%$ garbage'; exit 0", /unreadable|no answer|ss/],
    ['fails', 'echo broken >&2; exit 3', /exit code 3/],
  ])('a program of the host that %s makes its checks unknown and no others', async (_, body, why) => {
    const { put, remove } = wrapper('ss', body);
    try {
      await host().inside(put);
      const ended = await json('qdrant redis');
      expect(ended.exitCode).toBe(3);
      const found = resultsOf(ended).get('qdrant.loopback');
      expect(found).toMatchObject({ status: 'unknown', seen: expect.stringMatching(why) });
      const unknown = [...resultsOf(ended).values()].filter(({ status }) => status !== 'pass');
      expect(unknown.filter(({ status }) => status === 'unknown').map(({ id }) => id)).toEqual([
        'qdrant.loopback',
      ]);
    } finally {
      await host().inside(remove);
    }
  });

  test('a host whose connection dies in the middle is no ready host', async () => {
    const { put, remove } = wrapper('ss', 'echo $$ > /run/vdb-test-looking; sleep 20');
    try {
      await host().inside(put);
      const looking = host().begin('check qdrant --json');
      await host().inside(
        'until [ -e /run/vdb-test-looking ]; do sleep 0.1; done; pkill -KILL -f sshd-session',
      );
      const ended = await looking.ended;
      expect(ended.exitCode).toBe(4);
      expect(result(ended)).toMatchObject({ status: 'failed', error: { code: 'host.connection-lost' } });
    } finally {
      await host().inside(`${remove}; rm -f /run/vdb-test-looking`);
    }
  });

  test('a host that does not answer is told in the reports too, which would else still be those of yesterday', async () => {
    const file = join(site.directory, `report-${host().name}`);
    await writeFile(`${file}.prom`, `vdb_ready{host="${host().name}"} 1\n`);
    const ended = await vdbWith(
      host(),
      (document) => document.setIn(['hosts', 0, 'port'], 1),
      `check --junit ${file}.xml --format prometheus=${file}.prom`,
    );
    expect(ended.exitCode).toBe(4);
    expect(await readFile(`${file}.prom`, 'utf8')).toContain(`vdb_ready{host="${host().name}"} 0`);
    expect(await readFile(`${file}.xml`, 'utf8')).toMatch(/<(error|failure)\b/);
  });

  test('another language on the host changes nothing of what is found', async () => {
    const summary = (ended: Ended): string[] =>
      [...resultsOf(ended).values()].map(({ id, status }) => `${id} ${status}`);
    const before = summary(await json('readiness'));
    await host().inside(`export DEBIAN_FRONTEND=noninteractive
      command -v localedef >/dev/null && [ -e /usr/share/i18n/locales/de_DE ] || apt-get install -qy locales >/dev/null
      localedef -i de_DE -f UTF-8 de_DE.UTF-8
      cp -p /etc/environment /run/environment.before 2>/dev/null || : > /run/environment.before
      printf 'LANG=de_DE.UTF-8\nLC_ALL=de_DE.UTF-8\nLANGUAGE=de\n' >> /etc/environment`);
    try {
      expect((await vdb(['lab', 'ssh', host().name, 'printenv', 'LC_ALL'])).stdout).toBe('de_DE.UTF-8\n');
      expect(summary(await json('readiness'))).toEqual(before);
    } finally {
      await host().inside('cat /run/environment.before > /etc/environment; rm /run/environment.before');
    }
    expect(statusOf(await json('storage.free'), 'storage.free')).toBe('pass');
  });
});
