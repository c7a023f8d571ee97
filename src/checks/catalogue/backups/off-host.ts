import type { Repository } from '../../../backup/repositories/place.js';
import type { FoundSets } from '../../../backup/sets/look.js';
import { ask, known, type Observation, type Probe } from '../../../host/probe.js';
import { type CheckContext, defineCheck, type Verdict } from '../../check.js';
import { isDirectory, lookAtCopies, type RemoteCopies } from '../../outside/copies.js';
import { backupCopies, type Copies, type CopiesPlace } from '../../probes/backups.js';
import { fail, pass, unknown, warn, whenKnown, worst } from '../../verdict.js';
import { newestSets, setsAt } from './newest-set.js';

/** What lies in a directory of the host, whose disk can be told. */
function onHost({ config }: CheckContext): Repository[] {
  return config.backup.repositories.filter(
    (each) => each.type === 'directory' || (each.type === 'restic' && isDirectory(each)),
  );
}

function elsewhere({ config }: CheckContext): Repository[] {
  return config.backup.repositories.filter(({ type }) => type !== 'directory');
}

type Have = FoundSets | Copies | RemoteSeen;
type RemoteSeen = ReadonlyMap<string, Observation<RemoteCopies>>;

/** The newest set exists a second time, where the loss of the first does not reach it. */
export const offHost = defineCheck<Have>({
  id: 'backups.off-host',
  group: 'backups',
  severity: 'warning',
  title: 'The newest backup has a copy on another disk or machine',
  looksAt:
    'each of backup.repositories: which disk or machine it is on, as far as that can be seen, and whether it holds the newest set; those on the machine that vdb runs on from there, those of restic by its list of snapshots',
  why: 'Sets on the disk of the server are lost together with it; on another disk they outlive that disk, not the server.',
  skip: ({ config }) => (config.backup.enabled ? undefined : 'backup.enabled is false'),
  probe: (context) => {
    const source = context.config.paths.backups;
    const sets: Probe<Have> = newestSets(context.config);
    return [sets, ...onHost(context).map(({ path }) => ask(backupCopies, { source, copies: path }))];
  },
  look: async (site) => known(await lookAtCopies(site, elsewhere(site.context))),
  judge: (observations, context) => {
    const [sets, ...rest] = observations as [Observation<FoundSets>, ...Observation<Copies>[]];
    const remote = observations.at(-1) as Observation<RemoteSeen>;
    return whenKnown(sets, (found) => {
      const { repositories } = context.config.backup;
      if (repositories.length === 0) return fail('no repository is configured', 'a copy off the data volume');
      const { newest } = setsAt(found, context.now);
      if (newest === undefined) return warn('there is no set to copy', 'the newest set, and a copy of it');
      const local = new Map(onHost(context).map((each, index) => [each, rest[index]]));
      const verdicts = repositories.map((repository) => {
        const copies = local.get(repository);
        if (repository.type === 'directory') return judgeCopy(repository, copies, newest.id);
        return whenKnown(remote, (seen) =>
          judgeRemote(repository, seen?.get(repository.name), copies, newest.id),
        );
      });
      return worst(verdicts, `${newest.id} in ${verdicts.map(({ seen }) => seen).join('; ')}`);
    });
  },
  remedy:
    'Configure backup.repositories on another machine, or on a disk of its own, and copy the newest set there: vdb backup copy.',
  inspect: (context) =>
    `df -T ${[context.config.paths.backups, ...onHost(context).map(({ path }) => path)].join(' ')}`,
});

/** What loses the sets loses these too. */
const NEAR: Partial<Record<CopiesPlace, string>> = {
  'same-file-system': 'on the same file system as the sets',
  'same-disk': 'on the same disk as the sets',
  memory: 'in memory, and lost with the next start',
  'this-machine': 'served by this machine to itself',
};

function judgeCopy({ name, path }: Repository, copies: Observation<Copies> | undefined, id: string): Verdict {
  const expected = `${id} in ${path}, on another disk or machine`;
  return whenKnown(copies, (value) => {
    if (value === null) return fail(`${name}: ${path} does not exist`, expected);
    const near = NEAR[value.place];
    if (near !== undefined) return fail(`${name}: ${path} is ${near}`, expected);
    const state = value.sets[id];
    if (state === 'same') return pass(`${name}, ${farText(value)}`);
    return fail(
      `${name}: its copy of ${id} is ${state === 'differs' ? 'not the same' : 'missing'}`,
      expected,
    );
  });
}

/** A restic repository in a directory of the host is as far away as that; `copies` tells of it. */
function judgeRemote(
  { name, path }: Repository,
  remote: Observation<RemoteCopies> | undefined,
  copies: Observation<Copies> | undefined,
  id: string,
): Verdict {
  const expected = `${id} in ${name}, on another disk or machine`;
  if (remote?.status === 'unknown') return unknown(`${name}: ${remote.why}`);
  return whenKnown(remote, (value) => {
    if (value === null) return unknown(`${name}: not looked at`);
    const near = value.isHost ? 'on the machine of the sets itself' : nearOf(copies);
    if (near !== undefined) return fail(`${name}: ${path} is ${near}`, expected);
    if (!value.sets.includes(id)) return fail(`${name}: its copy of ${id} is missing`, expected);
    const far = copies?.status === 'known' && copies.value !== null ? `, ${farText(copies.value)}` : '';
    return pass(`${name}, ${value.place}${far}`);
  });
}

function nearOf(copies: Observation<Copies> | undefined): string | undefined {
  return copies?.status === 'known' && copies.value !== null ? NEAR[copies.value.place] : undefined;
}

function farText({ place, fileSystem }: Copies): string {
  if (place === 'another-machine') return `on another machine (${fileSystem})`;
  return place === 'another-disk' ? 'on another disk' : 'on another file system (disk not known)';
}
