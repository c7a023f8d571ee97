import { type Change, defineResource, type FieldChange, type Resource } from '../engine/resource.js';
import { ask } from '../host/probe.js';
import { named } from '../text.js';
import type { VirtualenvOptions } from './virtualenv.js';
import type { explainVirtualenv } from './virtualenv-explain.js';
import {
  onlyMissing,
  parseRequirement,
  type Requirement,
  TOOLS,
  unmet,
  unmetTools,
} from './virtualenv-packages.js';
import { type VirtualenvQuestion, type VirtualenvState, virtualenvKind } from './virtualenv-probe.js';
import { installPackages, leaveOut } from './virtualenv-script.js';

/** What the resources of an environment share. */
export interface VirtualenvBase {
  /** What follows from packages that may be missing may be missing too, but not what is seen to be wrong. */
  following: Pick<Change, 'optional'>;
  question: Omit<VirtualenvQuestion, 'role'>;
  requirements: readonly Requirement[];
  explain: typeof explainVirtualenv;
}

/** Packages that have a purpose together. */
export interface Group {
  name: string;
  size: number;
  unmet(have: VirtualenvState): FieldChange[];
}

/** The tools, then the pinned packages by purpose. */
export function groupsOf(groups: VirtualenvOptions['groups']): [Group, ...Group[]] {
  const pinned = Object.entries(groups).map(([name, texts]): Group => {
    const requirements = texts.map(parseRequirement);
    return { name, size: requirements.length, unmet: (have) => unmet(requirements, have) };
  });
  return [{ name: 'tools', size: TOOLS.length, unmet: unmetTools }, ...pinned];
}

/**
 * Each group shows its own state, and the first that differs installs all. When that run of pip was skipped,
 * the packages of an earlier group are still missing: then the index is not waited for once more.
 */
export function packageGroup(
  options: VirtualenvOptions,
  { question, requirements, following, explain }: VirtualenvBase,
  { name, size, unmet: unmetOf }: Group,
  earlier: readonly Group[],
): Resource {
  const { path } = options;
  const all: Change = {
    action: 'install',
    summary: `install ${size} packages`,
    ...following,
  };
  return defineResource<VirtualenvState>({
    id: packagesId(path, name),
    title: `${name} packages in ${path}`,
    probe: ask(virtualenvKind, { ...question, role: 'packages' }),
    diff: (have) => (have === null ? all : groupChange(unmetOf(have), options.required)),
    apply: (_change, have) => {
      const left = earlier.find((other) => have !== null && other.unmet(have).length > 0);
      if (left !== undefined) return [leaveOut(name, left.name)];
      return [
        installPackages(
          options,
          requirements.map(({ text }) => text),
        ),
      ];
    },
    predict: (changing) => (changing.has(`venv:${path}`) ? all : null),
    explain,
  });
}

export const MAY_BE_MISSING = 'python.required is false';

/** Where packages need not be there, those that are there still have to be the right ones. */
function groupChange(fields: readonly FieldChange[], required: boolean): Change | null {
  if (fields.length === 0) return null;
  const names = fields.map(({ field }) => field);
  return {
    action: 'install',
    summary: `install ${named(names, 'package')}`,
    fields,
    ...(required || !onlyMissing(fields) ? {} : { optional: MAY_BE_MISSING }),
  };
}

export function packagesId(path: string, group: string): string {
  return `packages:${path}:${group}`;
}
