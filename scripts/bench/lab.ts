import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { labUp } from '../../src/lab/up.js';

/** A lab host of the benchmark. */
export interface LabHost {
  name: string;
  port: number;
  /** Where its configuration, key and known_hosts lie. */
  directory: string;
}

/** Starts the lab host `name`, or takes the one that runs. */
export async function labHost(name: string): Promise<LabHost> {
  await labUp({ name, cwd: process.cwd(), env: process.env, onProgress: (line) => console.error(line) });
  const directory = join(process.cwd(), '.vdb/lab', name);
  const { port } = JSON.parse(await readFile(join(directory, 'lab.json'), 'utf8')) as { port: number };
  return { name, port, directory };
}

/** The same without gateway and monitoring: what a gateway costs is measured by itself. */
export async function coreHost(name: string): Promise<LabHost> {
  const host = await labHost(name);
  const file = hostOf(host);
  const document = parseDocument(await readFile(file, 'utf8'));
  document.setIn(['gateway', 'enabled'], false);
  document.setIn(['monitoring', 'enabled'], false);
  await writeFile(file, document.toString());
  return host;
}

/** Its configuration file. */
export function hostOf({ directory }: LabHost): string {
  return join(directory, 'vdb.yaml');
}

/** OpenSSH's client for the host, without any configuration of the user. */
export function sshArgv(host: LabHost, port: number, command: string): [string, ...string[]] {
  const options = {
    IdentityFile: join(host.directory, 'id_ed25519'),
    IdentitiesOnly: 'yes',
    UserKnownHostsFile: join(host.directory, 'known_hosts'),
    BatchMode: 'yes',
  };
  const flags = Object.entries(options).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  return ['ssh', '-F', 'none', ...flags, '-p', String(port), 'root@127.0.0.1', command];
}
