import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { onSharedHost } from '../support/shared.js';
import { canMigrate, sql } from './support.js';

const PAGE = fileURLToPath(new URL('../../../docs/database.md', import.meta.url));

/** The commands of the page: its indented lines, without what stands behind them for people. */
function commandsOf(page: string): string[] {
  return page.split('\n').flatMap((line) => /^ {4}(vdb .*?)(?: {2,}#.*)?$/.exec(line)?.[1] ?? []);
}

/** What ends with 3 on purpose. */
function accepted(command: string, before: string | undefined): number[] {
  if (command.startsWith('vdb check')) return [0, 3];
  return command === 'vdb db status' && before?.startsWith('vdb db rollback') ? [3] : [0];
}

onSharedHost('the commands of docs/database.md', (host) => {
  test('end as the page says, one after the other', async (context) => {
    if (!(await canMigrate(host()))) return context.skip('the virtual environment has no layer to run');
    const commands = commandsOf(await readFile(PAGE, 'utf8'));
    expect(commands.length).toBeGreaterThan(15);
    try {
      await sql(host(), 'TRUNCATE api_keys RESTART IDENTITY');
      for (const [index, command] of commands.entries()) {
        const ended = await host().vdb(command.replace(/^vdb /, ''));
        const codes = accepted(command, commands[index - 1]);
        expect(codes, `${command}\n${ended.stdout}${ended.stderr}`).toContain(ended.exitCode);
      }
    } finally {
      await sql(host(), 'TRUNCATE api_keys');
      await host().inside('ls -d /data/backups/2*Z | tail -n 1 | xargs -r rm -rf');
    }
  });
});
