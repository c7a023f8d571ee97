import { describe, expect, it } from 'vitest';
import { runRestore } from '../../../../src/backup/restore/run.js';
import type { RestoreOptions } from '../../../../src/backup/restore/steps.js';
import type { Command } from '../../../../src/host/command.js';
import { CommandError, type Host } from '../../../../src/host/host.js';
import { definitionsOf, planOf, presentOf, SET } from './support.js';

const RDB = `/s/before-restore-${SET}.rdb`;

/** A host on which every command ends well but those whose titles begin so; it notes what was run, and each record. */
function hostThatFails(...failing: string[]): { host: Host; titles: string[]; records: string[] } {
  const [titles, records]: [string[], string[]] = [[], []];
  const run = async ({ title, script, stdin }: Command) => {
    titles.push(title);
    if (title.includes(`${SET}.json`) && typeof stdin === 'string') records.push(stdin);
    const isFailing = failing.some((start) => title.startsWith(start));
    const result = { exitCode: isFailing ? 1 : 0, stdout: 'loaded 4 0\n', stderr: 'no', durationMs: 1 };
    if (isFailing) throw new CommandError('h', { title, script }, result, (text) => text);
    return result;
  };
  return { host: { target: 'h', run } as unknown as Host, titles, records };
}

function optionsOf(host: Host, changes: Partial<RestoreOptions>): RestoreOptions {
  return {
    host,
    config: {
      paths: { state: '/s', backups: '/b' },
      postgres: { port: 5432, user: 'app' },
      redis: { port: 6379 },
    } as unknown as RestoreOptions['config'],
    qdrant: { port: 1, keyFile: '/k', snapshots: '/q/snapshots', storage: '/q/storage' },
    plan: planOf([], {}),
    definitions: definitionsOf(['docs']),
    by: 'ops@desk',
    stop: new AbortController().signal,
    onEvent: () => undefined,
    ...changes,
  };
}

describe('a restore', () => {
  it('that fails tells why, also where what it has made cannot be removed, and its record stays', async () => {
    const { host, titles } = hostThatFails('recover collection', 'remove collection');
    const plan = planOf(['docs'], { qdrant: presentOf(['docs']), selection: { only: ['qdrant'] } });
    await expect(runRestore(optionsOf(host, { plan }))).rejects.toMatchObject({
      message: expect.stringMatching(/^Collection docs could not be restored/),
      details: {
        code: 'restore.collection-failed',
        meaning: expect.stringMatching(/not all removed: The half-made collection .* could not be removed/),
        next: `vdb restore discard ${SET}`,
      },
    });
    expect(titles.filter((title) => title.startsWith('forget'))).toEqual([]);
  });

  it('tells in its record which file keeps what Redis held before it touches Redis', async () => {
    const { host, titles, records } = hostThatFails('bring the RDB file');
    const plan = planOf([], { selection: { only: ['redis'] } });
    await expect(runRestore(optionsOf(host, { plan }))).rejects.toMatchObject({
      details: { code: 'restore.half-switched' },
    });
    expect(titles.at(-1)).toMatch(/^bring the RDB file/);
    expect(JSON.parse(records.at(-1) as string)).toMatchObject({ state: 'begun', redis: RDB });
  });

  it('that is not wanted any more before its first switch changes nothing and leaves nothing', async () => {
    const { host, titles } = hostThatFails();
    const plan = planOf([], { selection: { only: ['redis'] } });
    const report = await runRestore(optionsOf(host, { plan, stop: AbortSignal.abort() }));
    expect(report).toMatchObject({ interrupted: true, redis: null });
    expect(titles.at(-1)).toBe(`forget restore ${SET}`);
    expect(titles.filter((title) => title.startsWith('bring'))).toEqual([]);
  });
});
