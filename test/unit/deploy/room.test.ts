import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { assertRoom, parseRoom, roomScript } from '../../../src/deploy/room.js';
import { fakeHost } from '../../support/fake-host.js';

const MIB = 1024 ** 2;
const said = (available: number, used: number[], listening: number[]): string =>
  [
    `available ${available * MIB}`,
    ...used.map((each) => `used ${each * MIB}`),
    ...listening.map((port) => `listening ${port}`),
  ].join('\n');

function hostThatSays(stdout: string) {
  const { host } = fakeHost();
  host.read = async () => ({ stdout, stderr: '', exitCode: 0, durationMs: 1 });
  return host;
}

describe('room for a second gateway', () => {
  const wanted = {
    service: 'gateway' as const,
    smaller: 'Take fewer workers.',
    units: ['api-gateway@blue-1.service'],
    ports: [8011, 8012],
  };

  test('is there', async () => {
    const room = await assertRoom(hostThatSays(said(900, [100, 50], [22, 8001])), wanted);
    expect(room).toEqual({ memoryAvailable: 900 * MIB, memoryUsed: 150 * MIB, listening: [22, 8001] });
  });

  test('is not there where one of its ports is taken', async () => {
    await expect(assertRoom(hostThatSays(said(900, [100], [8001, 8012])), wanted)).rejects.toThrow(
      'Something listens on port 8012 already',
    );
  });

  test('is not there where it would need more memory than is available', async () => {
    await expect(assertRoom(hostThatSays(said(140, [100, 50], [8001])), wanted)).rejects.toThrow(
      '140 MiB of memory are available, and the gateway that serves uses 150 MiB',
    );
  });

  test('is not taken for there where nobody could look', () => {
    expect(() => parseRoom('listening 22')).toThrow('cannot be told');
  });

  test('is looked for with what every host has', async () => {
    const script = roomScript(['none.service']).source.replace(/systemctl show.*\| sort -u/, 'echo $PPID');
    const { stdout } = await promisify(execFile)('bash', ['-c', script]);
    const room = parseRoom(stdout);
    expect(room.memoryAvailable).toBeGreaterThan(MIB);
    expect(room.memoryUsed).toBeGreaterThan(MIB);
  });
});
