import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DeployRecord, newRecord, PHASES } from '../../../src/deploy/record.js';
import { settled } from '../../../src/deploy/settled.js';
import type { Change } from '../../../src/engine/resource.js';

describe('a host is settled', () => {
  let state: string;
  beforeEach(async () => {
    state = await mkdtemp(join(tmpdir(), 'vdb-settled-'));
  });
  afterEach(() => rm(state, { recursive: true }));

  async function write(file: string, value: unknown): Promise<void> {
    await mkdir(join(state, 'deploys'), { recursive: true });
    await writeFile(join(state, file), JSON.stringify(value));
  }
  const record = (change: Partial<DeployRecord>): DeployRecord => ({
    ...newRecord(
      {
        ...{ kind: 'deploy', service: 'gateway', from: { slot: 'blue', release: 'a' }, standby: null },
        to: { slot: 'green', release: 'b', sha256: '' },
        ...{ configuration: 'c', by: 'me@here', command: 'vdb deploy', vdb: '1' },
      },
      PHASES,
      new Date('2030-01-01T00:00:00Z'),
    ),
    ...change,
  });
  /** Looks, as it would on the host. */
  async function look(): Promise<Change | null> {
    const resource = settled({ task: '1.2', state });
    const { kind, arg } = resource.probe;
    const { stdout } = await promisify(execFile)('bash', ['-c', kind.script([arg, arg]).source]);
    const [first, second] = kind.parse(stdout, [arg, arg]);
    expect(second).toEqual(first);
    if (first?.status !== 'known') throw new Error('it could not be seen');
    return resource.diff(first.value);
  }
  test('where nothing was deployed yet', async () => {
    expect(await look()).toBeNull();
  });

  test('where all deploys are at their end', async () => {
    await write('deploys/20300101T000000Z.json', record({ state: 'done' }));
    expect(await look()).toBeNull();
  });

  test.each(['running', 'paused'] as const)('but not while a deploy is %s', async (how) => {
    await write('deploys/20300101T000000Z.json', record({ state: how }));
    expect(await look()).toMatchObject({
      refused: {
        why: 'deploy 20300101T000000Z is not at its end',
        next: expect.stringContaining('vdb deploy abort'),
        blocks: true,
      },
    });
  });

  test('and nobody knows where a record cannot be read', async () => {
    await write('deploys/20300101T000000Z.json', { state: 'done' });
    await expect(look()).rejects.toThrow();
  });
});
