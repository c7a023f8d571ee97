import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Config } from '../../config/schema.js';
import { EXIT, VdbError } from '../../errors.js';
import type { Host } from '../../host/host.js';

export type Repository = Config['backup']['repositories'][number];

/** A host with its configuration, as copies of its sets need it. */
export interface Origin {
  host: Host;
  /** Its name in the configuration: copies of several hosts must not mix. */
  hostName: string;
  config: Pick<Config, 'paths' | 'backup'>;
  /** Connects once more, where a connection was cut that only looks. */
  reopen(): Promise<Host>;
}

/** Copies on the operator's machine lie below the path of their repository in a directory for each host. */
export function operatorDirectory({ path }: Repository, hostName: string): string {
  return join(path, hostName);
}

/** Where `vdb backup pull` puts sets: `to`, else the one repository on this machine, else below `cwd`. Pure but for the home directory. */
export function pullDirectory(
  { backup: { repositories } }: Pick<Config, 'backup'>,
  hostName: string,
  { to, cwd }: { to: string | undefined; cwd: string },
): string {
  if (to !== undefined) return resolve(cwd, to.startsWith('~/') ? join(homedir(), to.slice(2)) : to);
  const own = repositories.filter(({ type }) => type === 'operator');
  const [repository] = own;
  if (repository === undefined) return join(cwd, 'vdb-backups', hostName);
  if (own.length === 1) return operatorDirectory(repository, hostName);
  throw new VdbError('Which directory?', {
    code: 'backup.which-repository',
    exitCode: EXIT.usage,
    meaning: `The repositories ${own.map(({ name }) => name).join(', ')} are all on this machine.`,
    next: `vdb backup copy --to ${repository.name}`,
  });
}

/**
 * The repositories of these names, or all. Throws `backup.no-repository`, exit code 2; `command` is what takes a name.
 * Pure.
 */
export function chooseRepositories(
  { backup: { repositories } }: Pick<Config, 'backup'>,
  names: readonly string[],
  command: string,
): readonly Repository[] {
  if (repositories.length === 0) throw noRepository('No repository is configured', repositories, command);
  const unknown = names.find((name) => !repositories.some((each) => each.name === name));
  if (unknown !== undefined) throw noRepository(`There is no repository "${unknown}"`, repositories, command);
  return names.length === 0 ? repositories : repositories.filter(({ name }) => names.includes(name));
}

function noRepository(message: string, repositories: readonly Repository[], command: string): VdbError {
  const [first] = repositories;
  return new VdbError(message, {
    code: 'backup.no-repository',
    exitCode: EXIT.usage,
    ...(first === undefined
      ? { next: 'Add one to backup.repositories in the configuration.' }
      : {
          meaning: `The configuration has ${repositories.map(({ name }) => name).join(', ')}.`,
          next: `${command} ${first.name}`,
        }),
  });
}
