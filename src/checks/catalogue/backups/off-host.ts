import type { FoundSets } from '../../../backup/sets/look.js';
import type { Config } from '../../../config/schema.js';
import { ask, type Observation, type Probe } from '../../../host/probe.js';
import { type CheckContext, defineCheck, type Verdict } from '../../check.js';
import { backupCopies, type Copies, type CopiesPlace } from '../../probes/backups.js';
import { fail, pass, unknown, warn, whenKnown, worst } from '../../verdict.js';
import { newestSets, setsAt } from './newest-set.js';

type Repository = Config['backup']['repositories'][number];

function directories({ config }: CheckContext): Repository[] {
  return config.backup.repositories.filter(({ type }) => type === 'directory');
}

/** The newest set exists a second time, where the loss of the first does not reach it. */
export const offHost = defineCheck<FoundSets | Copies>({
  id: 'backups.off-host',
  group: 'backups',
  severity: 'warning',
  title: 'The newest backup has a copy on another disk or machine',
  looksAt:
    'each of backup.repositories: which disk or machine it is on, as far as that can be seen, and whether it holds the newest set',
  why: 'Sets on the disk of the server are lost together with it; on another disk they outlive that disk, not the server.',
  skip: ({ config }) => (config.backup.enabled ? undefined : 'backup.enabled is false'),
  probe: (context) => {
    const source = context.config.paths.backups;
    const sets: Probe<FoundSets | Copies> = newestSets(context.config);
    return [sets, ...directories(context).map(({ path }) => ask(backupCopies, { source, copies: path }))];
  },
  judge: (observations, context) => {
    const [sets, ...copies] = observations as [Observation<FoundSets>, ...Observation<Copies>[]];
    return whenKnown(sets, (found) => {
      const { repositories } = context.config.backup;
      if (repositories.length === 0) return fail('no repository is configured', 'a copy off the data volume');
      const { newest } = setsAt(found, context.now);
      if (newest === undefined) return warn('there is no set to copy', 'the newest set, and a copy of it');
      const seen = directories(context).map((each, index) => [each, copies[index]] as const);
      const verdicts = repositories.map((repository) =>
        repository.type !== 'directory'
          ? unknown(`${repository.name}: not looked at`)
          : judgeCopy(repository, new Map(seen).get(repository), newest.id),
      );
      return worst(verdicts, `${newest.id} in ${verdicts.map(({ seen }) => seen).join('; ')}`);
    });
  },
  remedy:
    'Configure backup.repositories on another machine, or on a disk of its own, and copy the newest set there.',
  inspect: ({ config }) =>
    `df -T ${[config.paths.backups, ...config.backup.repositories.map(({ path }) => path)].join(' ')}`,
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

function farText({ place, fileSystem }: Copies): string {
  if (place === 'another-machine') return `on another machine (${fileSystem})`;
  return place === 'another-disk' ? 'on another disk' : 'on another file system (disk not known)';
}
