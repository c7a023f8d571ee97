import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collect } from '../../../src/diagnose/collect.js';
import { partsOf } from '../../../src/diagnose/parts.js';
import { sh } from '../../../src/host/shell.js';
import { localHost } from '../checks/local-host.js';
import { contextOf } from '../checks/support.js';

let bin: string;

beforeEach(async () => {
  bin = await mkdtemp(join(tmpdir(), 'vdb-bin-'));
});

afterEach(() => rm(bin, { recursive: true }));

/** The part of Redis, with a redis-cli that answers SLOWLOG with `csv` and everything else with its arguments. */
async function redisText(csv: string): Promise<string> {
  const cli = `#!/bin/sh\ncase "$*" in *SLOWLOG*) cat ${bin}/csv ;; *) echo "$*" ;; esac\n`;
  await writeFile(join(bin, 'csv'), csv);
  await writeFile(join(bin, 'redis-cli'), cli);
  await chmod(join(bin, 'redis-cli'), 0o755);
  const part = partsOf(contextOf().config).find(({ file }) => file === 'redis/info.txt');
  if (part === undefined) throw new Error('no part of Redis');
  const [found] = await collect(localHost(), [{ ...part, script: sh`PATH=${bin}:$PATH; ${part.script}` }]);
  return found?.text ?? '';
}

describe('the slow commands of Redis', () => {
  it('are named, with time and duration, and without what users have cached', async () => {
    const text = await redisText(
      [
        String.raw`7,1763900000,12345,"SET","user:1","1,2,3,\"card\" 4111\n9,8,7,","127.0.0.1:5","",`,
        String.raw`6,1763890000,20000,"config|get","4242,4243,4244","\\","127.0.0.1:6","worker"`,
        '\n',
      ].join(''),
    );
    expect(text).toContain('\n1763900000 12345 us "SET"\n1763890000 20000 us ?\n\n');
    for (const value of ['user:1', 'card', '4111', '4243', '9,8', '127.0.0.1:5', 'worker'])
      expect(text).not.toContain(value);
  });

  it('are none where the log is empty', async () => {
    expect(await redisText('\n')).not.toContain('exit code');
  });

  it('say what Redis refuses', async () => {
    const text = await redisText('ERROR,"NOAUTH Authentication required."\n');
    expect(text).toContain('NOAUTH Authentication required.');
    expect(text).toContain('(exit code 1)');
  });
});
