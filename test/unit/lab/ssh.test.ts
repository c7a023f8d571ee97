import { describe, expect, it } from 'vitest';
import { labPaths } from '../../../src/lab/names.js';
import { remoteCommand, sshArguments } from '../../../src/lab/ssh.js';
import type { LabStatus } from '../../../src/lab/status.js';

const RUNNING: LabStatus = {
  name: 'one',
  state: 'running',
  paths: labPaths('/my work', 'one'),
  record: {
    name: 'one',
    engine: 'podman',
    container: 'abc',
    runtime: null,
    address: '127.0.0.1',
    port: 40022,
    user: 'ops',
    image: { tag: 'localhost/vdb-lab:trixie-0', source: 'cache', refusals: [] },
    qdrant: { artifact: { from: 'emulator' }, why: 'nothing else' },
    created: '2026-01-01T00:00:00.000Z',
  },
};

describe('ssh to a lab host', () => {
  it('trusts the key of the host and nothing else', () => {
    const args = sshArguments(RUNNING);
    expect(args.at(-1)).toBe('ops@127.0.0.1');
    expect(args).toContain('StrictHostKeyChecking=yes');
    expect(args).toContain('UserKnownHostsFile="/my work/.vdb/lab/one/known_hosts"');
    expect(args).toContain('GlobalKnownHostsFile=none');
    expect(args.join(' ')).toContain('-F none');
  });

  it('needs a host that runs', () => {
    expect(() => sshArguments({ ...RUNNING, state: 'stopped' })).toThrow('its state is stopped');
  });

  it('keeps the words of a command apart', () => {
    expect(remoteCommand(['sh', '-c', 'exit 7'])).toEqual(['--', "sh -c 'exit 7'"]);
    expect(remoteCommand(['systemctl --failed | head'])).toEqual(['--', 'systemctl --failed | head']);
    expect(remoteCommand([])).toEqual([]);
  });
});
