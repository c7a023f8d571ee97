import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waited } from '../../../../src/cli/check/waited.js';
import { globalOptions } from '../../../../src/cli/global-options.js';
import { armLeaving } from '../../../../src/cli/interrupt.js';
import { runProgram } from '../../../../src/cli/program.js';
import { terminalOf } from '../../../../src/cli/terminal.js';
import { renderConfigFile } from '../../../../src/config/render.js';
import { writeSecrets } from '../../../../src/config/secrets.js';
import { replaceFile } from '../../../../src/files.js';
import { Redactor } from '../../../../src/host/redact.js';
import { testStreams } from '../../../support/streams.js';
import { FAILED, PASSED, report } from '../../ui/check/reports.js';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'vdb-interrupt-'));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

/** A port on which nothing listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address !== null ? address.port : 1;
}

async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 500 && !holds(); turn++) await sleep(10);
}

describe('Ctrl-C during vdb check --wait', () => {
  it('ends with a result event, exit code 130 and the reports, where the host never answered', async () => {
    const file = renderConfigFile({
      ...{ name: 'db', address: '127.0.0.1', port: await closedPort(), user: 'root' },
      secretsFile: 'vdb.secrets.yaml',
      overrides: {},
    });
    await replaceFile(join(cwd, 'vdb.yaml'), file);
    await writeSecrets(join(cwd, 'vdb.secrets.yaml'));
    const { streams, written } = testStreams({ cwd, env: { HOME: cwd } });
    const before = process.listenerCount('SIGINT');
    const running = runProgram(['check', '--wait', '60s', '--json', '--junit', 'out.xml'], streams);
    await until(() => process.listenerCount('SIGINT') > before);
    process.emit('SIGINT');
    expect(await running).toBe(130);
    expect(process.listenerCount('SIGINT')).toBe(before);
    expect(JSON.parse(written.out.trim().split('\n').at(-1) ?? '')).toMatchObject({
      ...{ type: 'result', status: 'interrupted', exit_code: 130 },
      error: { code: 'check.interrupted', message: 'The checks were interrupted' },
    });
    expect(await readFile(join(cwd, 'out.xml'), 'utf8')).toContain('The checks were interrupted');
  });

  it('gives what was seen last, however long the pause or the look that it comes into would take', async () => {
    for (const looks of [1, 2]) {
      const { streams, written } = testStreams({ cwd });
      const context = {
        global: globalOptions({}),
        ...{ options: { wait: '60s' }, args: [], argv: [], redactor: new Redactor(), env: {}, cwd },
        terminal: terminalOf(streams, { quiet: false, json: false, color: undefined }),
        emit: () => {},
      };
      const leaving = armLeaving();
      let looked = 0;
      const look = () =>
        ++looked < 2 ? Promise.resolve(report([PASSED, FAILED])) : new Promise<never>(() => {});
      const waiting = waited(context, look, { budgetMs: 60_000, leaving });
      await until(() => looked === looks && written.err !== '');
      process.emit('SIGINT');
      const seen = await waiting.finally(() => leaving.disarm());
      expect(seen).toMatchObject({ status: 'interrupted', exitCode: 130, results: [PASSED, FAILED] });
    }
  });

  it('leaves a repair its own signals', async () => {
    const before = process.listenerCount('SIGINT');
    const leaving = armLeaving();
    const during = await leaving.without(async () => process.listenerCount('SIGINT') - before);
    expect([during, process.listenerCount('SIGINT') - before]).toEqual([0, 1]);
    leaving.disarm();
  });
});
