import { Gate } from '../../src/host/gate.js';
import { BUSY_FILE, Host } from '../../src/host/host.js';
import { openLocal } from '../../src/host/local.js';

/**
 * This machine as a host, for commands that need no root. Only root can write the file that marks a host as
 * busy, so `busyFile` stands in for it.
 */
export function unprivilegedHost(busyFile: string): Host {
  const gate = new Gate();
  gate.open();
  const local = openLocal();
  const exec: typeof local.exec = (command, options) =>
    local.exec(command.replaceAll(BUSY_FILE, busyFile), options);
  return new Host({ ...local, exec }, gate);
}
