import { describe, expect, it } from 'vitest';
import type { CreateOutcome } from '../../../../src/backup/create/events.js';
import { createView, skipped } from '../../../../src/cli/backup/create-view.js';
import type { Session } from '../../../../src/cli/session.js';
import { EXIT, VdbError } from '../../../../src/errors.js';
import { recordedContext } from '../../config/command-context.js';

const DONE: CreateOutcome = {
  status: 'done',
  directory: '/data/backups/20261124T020000Z',
  durationMs: 1234.5,
  manifest: {
    schema: 'vdb.backup/1',
    id: '20261124T020000Z',
    created: '2026-11-24T02:00:00.000Z',
    finished: '2026-11-24T02:05:00.000Z',
    parts: [{ path: 'a', kind: 'collection', collection: 'a', bytes: 7, sha256: 'a'.repeat(64) }],
    genuine: true,
    left_out: ['/opt/citadel/.env'],
  },
};
const SESSION = { host: { target: 'root@db:22' } } as Session;
const LOCKED = new VdbError('root@db:22 is locked', {
  code: 'host.locked',
  exitCode: EXIT.locked,
  host: 'root@db:22',
  meaning: 'Another run is changing this host.',
  next: 'Wait for it.',
});

async function view(global: Parameters<typeof recordedContext>[2] = {}) {
  const recorded = recordedContext('/', {}, global);
  return { ...recorded, view: await createView(recorded.context) };
}

describe('for cron, a set', () => {
  it('is taken without a word, whatever is worth knowing', async () => {
    const { view: cron, out, err } = await view();
    cron.onEvent({ type: 'started', id: 'x', parts: [] });
    cron.onEvent({ type: 'remark', text: 'A collection was deleted', isSerious: false });
    expect(cron.end(DONE, SESSION)).toBe(EXIT.ok);
    expect([out, err]).toEqual([[], []]);
  });

  it('is not, where something is not as it should be', async () => {
    const { view: cron, err } = await view();
    cron.warn('The copy failed');
    expect(cron.end(DONE, SESSION)).toBe(EXIT.ok);
    expect(err).toEqual(['vdb backup: The copy failed']);
  });

  it('that has no copy makes the run a failed one, in one line', async () => {
    const { view: cron, err } = await view();
    cron.failed('Set x is whole on the host, but could not be copied: offsite: no room');
    expect(cron.hasFailed()).toBe(true);
    expect(cron.end(DONE, SESSION)).toBe(EXIT.failed);
    expect(err).toEqual([
      'vdb backup: Set x is whole on the host, but could not be copied: offsite: no room',
    ]);
  });

  it('that failed is one line', async () => {
    const { view: cron, err } = await view();
    expect(cron.fail(LOCKED)).toBe(EXIT.locked);
    expect(err).toEqual(['vdb backup failed: root@db:22 is locked (next: Wait for it.)']);
  });

  it('that failed because of a bug is one line too', async () => {
    const { view: cron, err } = await view();
    expect(cron.fail(new TypeError('x is not\na function'))).toBe(EXIT.failed);
    expect(err).toHaveLength(1);
    expect(err[0]).toMatch(/^vdb backup failed: Unexpected error: x is not a function \(next: .*\)$/);
  });

  it('that was interrupted is said', async () => {
    const { view: cron, err } = await view();
    expect(cron.end({ status: 'interrupted', durationMs: 1 }, SESSION)).toBe(EXIT.interrupted);
    expect(err).toEqual(['Interrupted: there is no set of this run, and nothing of it is left.']);
  });
});

describe('for a person, a failure', () => {
  it.each([{ interactive: true }, { verbose: true }])('has its meaning too: %o', async (global) => {
    const { view: person, err } = await view(global);
    expect(person.fail(LOCKED)).toBe(EXIT.locked);
    expect(err.join('\n')).toContain('Another run is changing this host.');
  });
});

describe('for a machine, a set', () => {
  it('ends with the result, and with what is not as it should be', async () => {
    const { view: machine, events, out, err } = await view({ json: true });
    machine.warn('The copy failed');
    expect(machine.end(DONE, SESSION)).toBe(EXIT.ok);
    expect([out, err]).toEqual([[], []]);
    expect(events).toEqual([
      { type: 'remark', text: 'The copy failed', is_serious: true },
      {
        type: 'result',
        status: 'done',
        id: '20261124T020000Z',
        directory: '/data/backups/20261124T020000Z',
        bytes: 7,
        parts: 1,
        collections: 1,
        genuine: true,
        left_out: ['/opt/citadel/.env'],
        duration_ms: 1235,
        exit_code: 0,
        warnings: ['The copy failed'],
      },
    ]);
  });

  it('that failed is an error with a name', async () => {
    const { view: machine, events } = await view({ json: true });
    expect(machine.fail(LOCKED)).toBe(EXIT.locked);
    expect(events).toMatchObject([
      { type: 'result', status: 'failed', exit_code: 5, error: { code: 'host.locked' } },
    ]);
  });

  it('that gave way to another run says so', async () => {
    const { context, events } = await view({ json: true });
    expect(skipped(context, LOCKED)).toBe(EXIT.ok);
    expect(events).toEqual([
      { type: 'result', status: 'skipped', why: 'root@db:22 is locked', exit_code: 0 },
    ]);
  });
});
