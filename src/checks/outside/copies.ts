import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { localSets } from '../../backup/repositories/local-set.js';
import { operatorDirectory, type Repository } from '../../backup/repositories/place.js';
import { snapshotsOf } from '../../backup/repositories/restic/repository.js';
import { judgeSets } from '../../backup/sets/state.js';
import { EXIT, messageOf, VdbError } from '../../errors.js';
import type { Host } from '../../host/host.js';
import { known, type Observation } from '../../host/probe.js';
import { sh } from '../../host/shell.js';
import type { Site } from '../check.js';

/** A repository that the host's shell alone does not see: on this machine, or restic's. */
export interface RemoteCopies {
  repository: string;
  /** Where it is, as words after its name: `on this machine (laptop)`, `in restic`. */
  place: string;
  /** Whether that is the machine of the host itself. */
  isHost: boolean;
  /** The sets that it holds whole, newest first. */
  sets: readonly string[];
}

/** restic asks a server far away; checks do not wait long. */
const RESTIC_MS = 45_000;

/** What each of these repositories holds. One that cannot be seen leaves the others what they are. */
export async function lookAtCopies(
  site: Site,
  repositories: readonly Repository[],
): Promise<Map<string, Observation<RemoteCopies>>> {
  const seen = await Promise.all(repositories.map((each) => lookAt(site, each).catch(unknownCopies)));
  return new Map(repositories.map(({ name }, index) => [name, seen[index] as Observation<RemoteCopies>]));
}

function unknownCopies(error: unknown): Observation<never> {
  if (error instanceof VdbError && error.exitCode === EXIT.unreachable) throw error;
  return { status: 'unknown', why: messageOf(error) };
}

async function lookAt(site: Site, repository: Repository): Promise<Observation<RemoteCopies>> {
  return known(await (repository.type === 'operator' ? onThisMachine : inRestic)(site, repository));
}

async function onThisMachine(
  { host, context: { hostConfig } }: Site,
  repository: Repository,
): Promise<RemoteCopies> {
  const directory = operatorDirectory(repository, hostConfig.name);
  return {
    repository: repository.name,
    place: `on the machine that vdb runs on (${hostname()}: ${directory})`,
    isHost: await isThisMachine(host),
    sets: await wholeSets(directory),
  };
}

/** Sets of this machine whose parts all are there with their sizes, newest first. */
async function wholeSets(directory: string): Promise<string[]> {
  const sets = judgeSets(await localSets(directory), new Date());
  return sets.filter(({ state }) => state === 'whole').map(({ id }) => id);
}

const MACHINE_ID = '/etc/machine-id';

/** Whether the host is the machine that vdb runs on, under whatever address. */
async function isThisMachine(host: Host): Promise<boolean> {
  if (host.reach === undefined) return true;
  const { stdout, exitCode } = await host.read(sh`cat ${MACHINE_ID}`, { timeoutMs: 15_000 });
  const own = await readFile(MACHINE_ID, 'utf8').catch(() => '');
  return exitCode === 0 && own.trim() !== '' && stdout.trim() === own.trim();
}

/** Its own loopback, or the same disk: lost together with the sets. */
const OWN = /^sftp:(?:\/\/)?(?:[^@/]*@)?(?:localhost|127\.[\d.]+|\[?::1\]?)[:/]/;

async function inRestic(
  { host, context: { hostConfig } }: Site,
  repository: Repository,
): Promise<RemoteCopies> {
  const restic = { host, hostName: hostConfig.name, repository };
  const { path } = repository;
  return {
    repository: repository.name,
    place: isDirectory(repository) ? 'in restic' : `in restic, ${path.slice(0, path.indexOf(':'))}`,
    isHost: OWN.test(path),
    sets: (await snapshotsOf(restic, RESTIC_MS)).snapshots.map(({ id }) => id),
  };
}

/** Whether the repository is a directory of the host: then its disk can be told. */
export function isDirectory({ path }: Repository): boolean {
  return path.startsWith('/');
}
