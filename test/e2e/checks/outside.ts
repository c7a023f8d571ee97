import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Document } from 'yaml';
import { type LabHost, start } from '../../support/lab.js';

/** A way to a lab host past the port that its container publishes: its own address, as a network has it. */
export interface Outside {
  address: string;
  /** Lets vdb reach the host there. */
  configure(document: Document): void;
  remove(): Promise<void>;
}

/** Why there can be none here, or undefined. */
export function outsideMissing(): string | undefined {
  return process.platform === 'linux' && process.getuid?.() === 0
    ? undefined
    : 'only root can plug in a cable';
}

/** Plugs a cable between this machine and the container, with addresses of a documentation network (RFC 5737). */
export async function plugIn(host: LabHost): Promise<Outside> {
  const end = `vdb${host.container.slice(0, 8)}`;
  const base = 4 * (host.port % 60);
  const [here, there] = [`198.51.100.${base + 1}`, `198.51.100.${base + 2}`];
  const pid = await run(host.engine, 'inspect', '--format', '{{.State.Pid}}', host.container);
  await start('ip', ['link', 'del', end]).ended;
  await run('ip', 'link', 'add', end, 'type', 'veth', 'peer', 'name', 'outside0', 'netns', pid.trim());
  await run('ip', 'addr', 'add', `${here}/30`, 'dev', end);
  await run('ip', 'link', 'set', end, 'up');
  await host.inside(`ip addr add ${there}/30 dev outside0 && ip link set outside0 up`);
  const knownHosts = join(host.directory, 'outside_known_hosts');
  const known = await readFile(join(host.directory, 'known_hosts'), 'utf8');
  await writeFile(knownHosts, known.replace(/^\S+/gm, there));
  return {
    address: there,
    configure(document) {
      document.setIn(['hosts', 0, 'address'], there);
      document.setIn(['hosts', 0, 'port'], 22);
      document.setIn(['hosts', 0, 'known_hosts'], knownHosts);
    },
    remove: async () => void (await run('ip', 'link', 'del', end)),
  };
}

async function run(program: string, ...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await start(program, args).ended;
  if (exitCode !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${exitCode}: ${stderr}`);
  return stdout;
}
