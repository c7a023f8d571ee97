import { describe, expect, it } from 'vitest';
import { journaled, type OperationOptions } from '../../../src/engine/operation.js';
import { EXIT, VdbError } from '../../../src/errors.js';
import type { Command } from '../../../src/host/command.js';
import type { Host } from '../../../src/host/host.js';

const DONE = { status: 'done', changed: 2, failed: [] } as const;

/** A host whose journal is full after `room` lines. */
function journal(room = Number.POSITIVE_INFINITY) {
  const records: Record<string, unknown>[] = [];
  const unrecorded: unknown[] = [];
  const host = {
    async run({ stdin }: Command) {
      if (records.length >= room) throw new Error('no space left on device');
      records.push(JSON.parse(String(stdin)) as Record<string, unknown>);
    },
  } as unknown as Host;
  const options: OperationOptions = {
    host,
    identity: { who: 'somebody', command: 'vdb backup', vdb: '1' },
    stateDirectory: '/var/lib/vdb',
    onUnrecorded: (error) => unrecorded.push(error),
  };
  return { records, unrecorded, options };
}

describe('work that is journaled', () => {
  it('has its intent written before and its outcome after, as one run', async () => {
    const { records, options } = journal();
    const result = await journaled(
      options,
      async () => {
        expect(records).toMatchObject([{ event: 'intent' }]);
        return 7;
      },
      () => DONE,
    );
    expect(result).toBe(7);
    expect(records).toMatchObject([{ event: 'intent' }, { event: 'outcome', ...DONE }]);
    expect(new Set(records.map(({ run }) => run)).size).toBe(1);
  });

  it('is not begun where the journal cannot be written', async () => {
    const { options } = journal(0);
    let begun = false;
    const run = journaled(
      options,
      async () => {
        begun = true;
      },
      () => DONE,
    );
    await expect(run).rejects.toThrow('no space left');
    expect(begun).toBe(false);
  });

  it('is done, though the journal cannot be told of it', async () => {
    const { options, unrecorded } = journal(1);
    expect(
      await journaled(
        options,
        async () => 7,
        () => DONE,
      ),
    ).toBe(7);
    expect(unrecorded).toEqual([new Error('no space left on device')]);
  });

  it.each([
    [new VdbError('full', { code: 'backup.no-space', exitCode: EXIT.failed }), 'backup.no-space'],
    [new Error('what?'), 'unexpected'],
  ])('that throws is journaled as failed, with the code alone, and throws on', async (error, code) => {
    const { records, options } = journal();
    const run = journaled(
      options,
      async () => {
        throw error;
      },
      () => DONE,
    );
    await expect(run).rejects.toBe(error);
    expect(records[1]).toMatchObject({ event: 'outcome', status: 'failed', failed: [code] });
  });
});
