import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { EXIT, VdbError } from '../errors.js';

/** The files of one lab host, all below `.vdb/lab/NAME/` of the working directory. */
export interface LabPaths {
  directory: string;
  config: string;
  secrets: string;
  identity: string;
  knownHosts: string;
  record: string;
}

/** Where the files of lab host `name` are. Throws `lab.bad-name`. */
export function labPaths(cwd: string, name: string): LabPaths {
  const directory = join(labRoot(cwd), checkedName(name));
  return {
    directory,
    config: join(directory, 'vdb.yaml'),
    secrets: join(directory, 'vdb.secrets.yaml'),
    identity: join(directory, 'id_ed25519'),
    knownHosts: join(directory, 'known_hosts'),
    record: join(directory, 'lab.json'),
  };
}

/** The directory that holds the lab hosts of a working directory. */
export function labRoot(cwd: string): string {
  return join(resolve(cwd), '.vdb', 'lab');
}

/** The container of a lab host; two working directories can each have a host of the same name. */
export function containerName(cwd: string, name: string): string {
  const place = createHash('sha256').update(labRoot(cwd)).digest('hex').slice(0, 8);
  return `vdb-lab-${checkedName(name)}-${place}`;
}

/** Whether it is a host name, a file name and a container name alike. */
export function isLabName(name: string): boolean {
  return /^[a-z][a-z0-9-]{0,30}$/.test(name);
}

/** The name, when it can be one of a lab host. Throws `lab.bad-name`. */
export function checkedName(name: string): string {
  if (isLabName(name)) return name;
  throw new VdbError(`"${name}" cannot be the name of a lab host`, {
    code: 'lab.bad-name',
    exitCode: EXIT.usage,
    meaning: 'a name begins with a letter and has up to 31 lower-case letters, digits and hyphens',
  });
}
