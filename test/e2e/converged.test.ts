import { expect, test } from 'vitest';
import { result } from '../support/lab.js';
import { changes, listFiles } from './support/listing.js';
import { onSharedHost } from './support/shared.js';

onSharedHost('a host that is provisioned', (host) => {
  test('a second run changes nothing, in at most four commands', async () => {
    const ended = await host().vdb('provision --json');
    expect(result(ended)).toMatchObject({ status: 'done', changed: 0, failed: 0, exit_code: 0 });
    // Where no package index answers, a run asks it again, and that takes more commands.
    if (result(ended).skipped === 0) expect(result(ended).ssh_commands).toBeLessThanOrEqual(4);
  });

  test('a second run writes one line into the journal and nothing else', async () => {
    const journal = () => host().inside('cat /var/lib/vdb/journal.ndjson');
    const before = {
      files: await listFiles(host(), ['/var/lib/vdb/journal.ndjson']),
      journal: await journal(),
    };
    expect((await host().vdb('provision')).exitCode).toBe(0);
    const written = (await journal()).slice(before.journal.length).trim();
    expect(JSON.parse(written)).toMatchObject({ event: 'outcome', status: 'done', changed: 0 });
    const after = await listFiles(host(), ['/var/lib/vdb/journal.ndjson']);
    expect(changes(before.files, after)).toEqual([]);
  });

  test('its plan is empty and its services run', async () => {
    const plan = await host().vdb('provision --plan');
    expect(plan.stdout).toContain('Nothing to change');
    const units = 'qdrant@blue redis-server postgresql@17-main';
    expect(await host().inside(`systemctl is-active ${units}`)).toBe('active\nactive\nactive\n');
    expect((await host().vdb('check')).exitCode).toBe(0);
  });
});
