import { defineResource, type Resource } from '../engine/resource.js';
import { ask } from '../host/probe.js';
import { explainVirtualenv } from './virtualenv-explain.js';
import {
  groupsOf,
  MAY_BE_MISSING,
  packageGroup,
  packagesId,
  type VirtualenvBase,
} from './virtualenv-group.js';
import { importName, parseRequirement, unmet } from './virtualenv-packages.js';
import { type VirtualenvQuestion, type VirtualenvState, virtualenvKind } from './virtualenv-probe.js';
import { createVirtualenv, freezePackages, testImports } from './virtualenv-script.js';

export interface VirtualenvOptions {
  path: string;
  /** The interpreter it is made with: 3.12 or later. */
  python: string;
  /** Pinned requirements (`name[extra]==version`) by purpose; all are installed together. */
  groups: Readonly<Record<string, readonly string[]>>;
  /** In place of PyPI. */
  indexUrl?: string;
  extraIndexUrls?: readonly string[];
  /** CA certificates on the host for the index. */
  caBundle?: string;
  /** Directory with wheels on the host. Nothing goes to the network then. */
  wheelDir?: string;
  /** How long pip waits for the index. */
  timeoutSeconds: number;
  /** false: where no index answers, the packages are skipped instead of failing. */
  required: boolean;
  /** Where the list of installed packages is kept. */
  freezeTo: string;
}

/** The resources of a virtual environment, in the order in which they are applied. */
export interface Virtualenv {
  /** It is there with the right Python. */
  environment: Resource;
  /** pip and what it builds with. */
  tools: Resource;
  /** The pinned packages by purpose; one run of pip, that of the first group that differs, installs all. */
  groups: Readonly<Record<string, Resource>>;
  /** The list of what is installed is true. */
  frozen: Resource;
  /** What is installed agrees with each other and can be imported. */
  importable: Resource;
}

/** A virtual environment in provable steps. */
export function virtualenv(options: VirtualenvOptions): Virtualenv {
  const { path, freezeTo } = options;
  const requirements = Object.values(options.groups).flat().map(parseRequirement);
  const imports = [...new Set(requirements.map(({ name }) => importName(name)))];
  const question: Omit<VirtualenvQuestion, 'role'> = {
    path,
    freezeTo,
    imports,
    extras: requirements.filter(({ extras }) => extras.length > 0).map(({ text }) => text),
  };
  const following = options.required ? {} : { optional: MAY_BE_MISSING };
  const base = { question, requirements, following, explain: explainVirtualenv };
  const [tools, ...groups] = groupsOf(options.groups);
  const resources = groups.map((each, index) => [
    each.name,
    packageGroup(options, base, each, [tools, ...groups.slice(0, index)]),
  ]);
  return {
    environment: environment(options, base),
    tools: packageGroup(options, base, tools, []),
    groups: Object.fromEntries(resources) as Record<string, Resource>,
    frozen: frozen(path, freezeTo, base),
    importable: importable(path, base),
  };
}

function environment({ path, python }: VirtualenvOptions, { question, explain }: VirtualenvBase): Resource {
  return defineResource<VirtualenvState>({
    id: `venv:${path}`,
    title: `virtual environment ${path}`,
    probe: ask(virtualenvKind, { ...question, role: 'environment' }),
    diff: (have) => {
      if (have === null) return { action: 'create', summary: `create it with ${python}` };
      const fault = faultOf(have);
      return fault === null ? null : { action: 'update', summary: fault };
    },
    apply: (_change, have) => [createVirtualenv({ path, python, clear: have !== null })],
    explain,
  });
}

function faultOf({ python, builtWith, pip }: VirtualenvState): string | null {
  if (python === null) return 'its interpreter does not run: make it anew';
  if (!atLeast312(python)) return `it has Python ${python}, want 3.12 or later: make it anew`;
  if (builtWith !== python) return `it was made with Python ${builtWith}, now it is ${python}: make it anew`;
  return pip ? null : 'it has no pip: make it anew';
}

function atLeast312(python: string): boolean {
  const [major = 0, minor = 0] = python.split('.').map(Number);
  return major > 3 || (major === 3 && minor >= 12);
}

/** Says nothing while packages are missing: that difference is reported where they are installed. */
function importable(path: string, { question, requirements, following, explain }: VirtualenvBase): Resource {
  const { imports } = question;
  const change = { action: 'run', summary: `pip check, import of ${imports.length} packages` } as const;
  return defineResource<VirtualenvState>({
    id: `imports:${path}`,
    title: `packages of ${path} agree and import`,
    probe: ask(virtualenvKind, { ...question, role: 'packages' }),
    diff: (have) => (have !== null && (have.tested || unmet(requirements, have).length > 0) ? null : change),
    apply: () => [testImports(question)],
    predict: (changing) => (follows(path, changing) ? { ...change, ...following } : null),
    explain,
  });
}

function frozen(path: string, freezeTo: string, { question, following, explain }: VirtualenvBase): Resource {
  const change = { action: 'update', summary: 'write what pip freeze says' } as const;
  return defineResource<VirtualenvState>({
    id: `freeze:${freezeTo}`,
    title: freezeTo,
    probe: ask(virtualenvKind, { ...question, role: 'packages' }),
    diff: (have) => (have?.frozen ? null : change),
    apply: () => [freezePackages(path, freezeTo)],
    predict: (changing) => (follows(path, changing) ? { ...change, ...following } : null),
    explain,
  });
}

function follows(path: string, changing: ReadonlySet<string>): boolean {
  return changing.has(`venv:${path}`) || [...changing].some((id) => id.startsWith(packagesId(path, '')));
}
