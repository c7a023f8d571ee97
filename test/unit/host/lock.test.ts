import { describe, expect, test } from 'vitest';
import { Gate } from '../../../src/host/gate.js';
import { Host } from '../../../src/host/host.js';
import { lockStatus } from '../../../src/host/lock.js';
import type { Transport } from '../../../src/host/transport.js';

/** A host that answers everything like this. */
function answering(stdout: string, exitCode = 0, stderr = ''): Host {
  const transport = { target: 'one', exec: async () => ({ stdout, stderr, exitCode, durationMs: 1 }) };
  return new Host(transport as unknown as Transport, new Gate());
}

describe('lockStatus', () => {
  test('names who holds the lock', async () => {
    const holder = { who: 'ann@desk', what: 'vdb provision', since: '2026-01-01T00:00:00Z' };
    expect(await lockStatus(answering(`HELD\n${JSON.stringify(holder)}\n`))).toEqual(holder);
    expect(await lockStatus(answering('HELD\n'))).toMatchObject({ who: 'somebody' });
  });

  test('is nobody only where the host says so', async () => {
    expect(await lockStatus(answering('FREE\n'))).toBeNull();
  });

  test.each([
    ['', 127, 'bash: flock: command not found'],
    ['', 0, ''],
    ['FREE\n', 1, 'Permission denied'],
  ])('is not known from %j with exit code %i', async (stdout, exitCode, stderr) => {
    const seen = lockStatus(answering(stdout, exitCode, stderr));
    await expect(seen).rejects.toMatchObject({ details: { code: 'host.lock-unknown' } });
  });
});
