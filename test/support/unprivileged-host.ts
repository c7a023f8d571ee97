import { userInfo } from 'node:os';
import { Gate } from '../../src/host/gate.js';
import { BUSY_FILE, Host } from '../../src/host/host.js';
import { openLocal } from '../../src/host/local.js';

export interface Stand {
  /** What stands in for other words of commands that only root may use. */
  instead?: Readonly<Record<string, string>>;
  /** A directory with programs that come before the machine's own. */
  programs?: string;
}

/**
 * This machine as a host, for commands that need no root. Only root can write the file that marks a host as
 * busy, so `busyFile` stands in for it.
 */
export function unprivilegedHost(busyFile: string, { instead = {}, programs }: Stand = {}): Host {
  const gate = new Gate();
  gate.open();
  const local = openLocal();
  const words = Object.entries({ ...instead, [BUSY_FILE]: busyFile });
  const path = programs === undefined ? '' : `PATH='${programs}':"$PATH" `;
  const exec: typeof local.exec = (command, options) =>
    local.exec(path + words.reduce((all, [word, stand]) => all.replaceAll(word, stand), command), options);
  return new Host({ ...local, exec }, gate);
}

/** Who runs the tests, as the owner of what would be root's. */
export const OWNED: Readonly<Record<string, string>> = {
  'root:root': `${userInfo().uid}:${userInfo().gid}`,
};
