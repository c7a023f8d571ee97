import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { events } from '../support/lab.js';
import { type Samples, sample } from './support/sampler.js';
import { describeLab, onSharedHost } from './support/shared.js';
import { site, vdb } from './support/site.js';

const EXIT_CODES = [0, 1, 2, 3, 4, 5, 6, 130];

onSharedHost('the gate', (host) => {
  test('every command that changed the host in the first provisioning ran under its lock', async () => {
    const samples = JSON.parse(
      await readFile(join(site.directory, 'first', 'samples.json'), 'utf8'),
    ) as Samples;
    expect(samples.busy).toBeGreaterThan(100);
    expect(samples.unlocked).toBe(0);
  });

  test('--verbose shows each command that changed the host, also the journal', async () => {
    const stderr = await readFile(join(site.directory, 'first', 'stderr'), 'utf8');
    const commands = stderr.split('\n').filter((line) => /^> .* \(exit 0, \d+ ms\)$/.test(line));
    expect(commands.length).toBeGreaterThan(40);
    expect(commands[0]).toContain('journal: intent');
    expect(commands.at(-1)).toContain('journal: outcome');
  });

  test('commands that look hold no lock and are not mutating', async () => {
    const sampler = await sample(host());
    for (const command of ['provision --plan --only 0.2', 'check redis', 'status']) {
      expect((await host().vdb(command)).exitCode).toBe(0);
    }
    expect(await sampler.stop()).toMatchObject({ busy: 0, unlocked: 0 });
  });

  test('the journal holds an intent before the changes and an outcome after them', async () => {
    await host().inside('chmod 0600 /etc/security/limits.d/60-vdb.conf');
    await host().vdb('provision --only 0.2');
    const journal = events(await host().inside('tail -n 2 /var/lib/vdb/journal.ndjson'));
    expect(journal).toMatchObject([
      { event: 'intent', changes: expect.any(Number), command: expect.stringContaining('provision') },
      { event: 'outcome', status: 'done', changed: 1 },
    ]);
    expect(journal[0]?.run).toBe(journal[1]?.run);
    expect(await host().inside("stat -c '%a %U' /var/lib/vdb/journal.ndjson")).toBe('640 root\n');
  });
});

describeLab('exit codes', () => {
  test('the table of exit codes is printed', async () => {
    const { stdout, exitCode } = await vdb(['help', 'exit-codes']);
    expect(exitCode).toBe(0);
    const listed = stdout.match(/^ {2}\d+/gm)?.map(Number);
    expect(listed).toEqual(EXIT_CODES);
  });

  test.each([
    [['provision', '--nonsense'], 2],
    [['no-such-command'], 2],
    [['--lab', 'shared', 'provision', '--out', 'x'], 2],
    [['--lab', 'shared', '--host', 'nobody', 'status'], 2],
    [['--config', 'no-such.yaml', 'provision'], 2],
    [['--help'], 0],
    [['--version'], 0],
  ])('vdb %j ends with %i', async (args, exitCode) => {
    expect((await vdb(args)).exitCode).toBe(exitCode);
  });
});
