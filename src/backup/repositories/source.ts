import { quote } from '../../host/shell.js';
import type { Place } from '../sets/find.js';
import type { Repository } from './place.js';

/** A repository, or a directory of this machine that holds sets. */
export type Source = Repository | { type: 'here'; path: string };

/** How a source is told of where a set is not found in it. Pure. */
export function sourcePlace(source: Source, hostName: string): Place {
  if (source.type === 'here') {
    const list = `ls ${quote(source.path)}`;
    const meaning = 'Sets lie in directories that are named by the instant at which they were begun.';
    return { where: `in ${source.path}`, empty: { meaning, next: list }, list };
  }
  const { name, type, path } = source;
  const whose = type === 'directory' ? '' : `, by the name of ${hostName},`;
  const meaning = `${path} could be read and holds no set of this host${whose} at all.`;
  return {
    where: `in repository ${name}`,
    empty: { meaning, next: NEXT[type](name) },
    list: `vdb backup list --repository ${name}`,
  };
}

const copyTo = (name: string): string =>
  `A set of the host is brought there by: vdb backup copy --to ${name}`;

const NEXT: Record<Repository['type'], (name: string) => string> = {
  directory: (name) => `If a disk is to be mounted there, mount it. ${copyTo(name)}`,
  operator: copyTo,
  restic: copyTo,
};
