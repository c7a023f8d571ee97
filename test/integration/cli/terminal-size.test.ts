import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderConfigFile } from '../../../src/config/render.js';
import { writeSecrets } from '../../../src/config/secrets.js';
import { replaceFile } from '../../../src/files.js';
import { quote } from '../../../src/host/shell.js';
import { start, VDB } from '../../support/lab.js';
import { sshdMissing, startSshd, type TestSshd } from '../../support/sshd.js';

const missing = await sshdMissing();
if (missing) console.warn(`skipped: ${missing}`);

/** Then a run counts as one that hangs, and is ended. */
const SECONDS = 20;

describe.skipIf(missing)('a terminal that does not know its size', () => {
  let sshd: TestSshd;
  let cwd: string;

  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'vdb-terminal-'));
    await mkdir(join(cwd, 'backups'));
    sshd = await startSshd();
    const file = renderConfigFile({
      ...{ name: 'db', address: '127.0.0.1', port: sshd.port, user: sshd.user },
      ...{ identity_file: join(sshd.directory, 'id'), known_hosts: join(sshd.directory, 'known_hosts') },
      secretsFile: 'vdb.secrets.yaml',
      overrides: { paths: { backups: join(cwd, 'backups') } },
    });
    await replaceFile(join(cwd, 'vdb.yaml'), file);
    await writeSecrets(join(cwd, 'vdb.secrets.yaml'));
  });
  afterAll(async () => {
    await sshd?.stop();
    await rm(cwd, { recursive: true, force: true });
  });

  /** Runs vdb on a terminal of its own, for `script` gives it the size that it has itself: none. */
  function onTerminal(args: readonly string[]) {
    const command = ['timeout', '-s', 'KILL', `${SECONDS}`, VDB, ...args].map(quote).join(' ');
    const whole = `stty cols 0 rows 0; stty size; ${command}`;
    return start('script', ['-qec', whole, join(cwd, 'typescript')], { cwd, env: { TERM: 'xterm' } }).ended;
  }

  it('is drawn on as if it had 80 columns, and the run ends', async () => {
    const { exitCode, stdout } = await onTerminal(['backup', 'pull', '--to', join(cwd, 'here')]);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^0 0\r\n/);
    expect(stdout).toContain('looking at what is there');
    expect(stdout).toContain('There is no backup set yet');
  });
});
