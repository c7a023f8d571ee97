import type { Config } from '../../../config/schema.js';
import { ask, type Observation, type Probe } from '../../../host/probe.js';
import { type CheckContext, defineCheck, type Verdict } from '../../check.js';
import { backupCopies, backupSets, type Copies, type FoundSet } from '../../probes/backups.js';
import { fail, pass, unknown, warn, whenKnown, worst } from '../../verdict.js';
import { setsAt } from './newest-set.js';

type Repository = Config['backup']['repositories'][number];

function directories({ config }: CheckContext): Repository[] {
  return config.backup.repositories.filter(({ type }) => type === 'directory');
}

/** The newest set exists a second time, where the loss of the first does not reach it. */
export const offHost = defineCheck<FoundSet[] | Copies>({
  id: 'backups.off-host',
  group: 'backups',
  severity: 'warning',
  title: 'The newest backup has a copy elsewhere',
  looksAt: 'each of backup.repositories: whether it is another file system, and holds the newest set',
  why: 'Sets on the disk of the server are lost together with it.',
  skip: ({ config }) => (config.backup.enabled ? undefined : 'backup.enabled is false'),
  probe: (context) => {
    const source = context.config.paths.backups;
    const sets: Probe<FoundSet[] | Copies> = ask(backupSets, source);
    return [sets, ...directories(context).map(({ path }) => ask(backupCopies, { source, copies: path }))];
  },
  judge: (observations, context) => {
    const [sets, ...copies] = observations as [Observation<FoundSet[]>, ...Observation<Copies>[]];
    return whenKnown(sets, (found) => {
      const { repositories } = context.config.backup;
      if (repositories.length === 0) return fail('no repository is configured', 'a copy off the data volume');
      const { newest } = setsAt(found, context.now);
      if (newest === undefined) return warn('there is no set to copy', 'the newest set, and a copy of it');
      const seen = directories(context).map((each, index) => [each, copies[index]] as const);
      const verdicts = repositories.map((repository) =>
        repository.type === 'ssh'
          ? unknown(`${repository.name}: this release does not look at other machines`)
          : judgeCopy(repository, new Map(seen).get(repository), newest.id),
      );
      return worst(verdicts, `${newest.id} in ${repositories.map(({ name }) => name).join(', ')}`);
    });
  },
  remedy:
    'Configure backup.repositories on another machine, or on a mount of its own, and copy the newest set there.',
  inspect: ({ config }) =>
    `df ${[config.paths.backups, ...config.backup.repositories.map(({ path }) => path)].join(' ')}`,
});

function judgeCopy({ name, path }: Repository, copies: Observation<Copies> | undefined, id: string): Verdict {
  const expected = `${id} in ${path}, on a file system of its own`;
  return whenKnown(copies, (value) => {
    if (value === null) return fail(`${name}: ${path} does not exist`, expected);
    if (!value.apart) return fail(`${name}: ${path} is on the same file system as the sets`, expected);
    const state = value.sets[id];
    if (state === 'same') return pass(`${name}: ${id}`);
    return fail(
      `${name}: its copy of ${id} is ${state === 'differs' ? 'not the same' : 'missing'}`,
      expected,
    );
  });
}
