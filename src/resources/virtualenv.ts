import { defineResource, type Resource } from '../engine/resource.js';
import { ask } from '../host/probe.js';
import { named } from '../text.js';
import { explainVirtualenv } from './virtualenv-explain.js';
import { importName, parseRequirement, unmet } from './virtualenv-packages.js';
import { type VirtualenvQuestion, type VirtualenvState, virtualenvKind } from './virtualenv-probe.js';
import { createVirtualenv, freezePackages, installPackages, testImports } from './virtualenv-script.js';

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

/**
 * A virtual environment in five provable steps: it is there with the right Python, the pinned packages are
 * installed, they agree with each other and can be imported, and the list of them is true.
 */
export function virtualenv(options: VirtualenvOptions): Resource[] {
  const { path, freezeTo } = options;
  const requirements = Object.values(options.groups).flat().map(parseRequirement);
  const imports = [...new Set(requirements.map(({ name }) => importName(name)))];
  const question: Omit<VirtualenvQuestion, 'role'> = {
    path,
    freezeTo,
    imports,
    extras: requirements.filter(({ extras }) => extras.length > 0).map(({ text }) => text),
  };
  const optional = options.required ? {} : { optional: 'python.required is false' };
  const base = { question, requirements, optional, explain: explainVirtualenv };
  return [
    environment(options, base),
    packages(options, base),
    importable(path, base),
    frozen(path, freezeTo, base),
  ];
}

interface Base {
  question: Omit<VirtualenvQuestion, 'role'>;
  requirements: readonly ReturnType<typeof parseRequirement>[];
  /** Packages that may be missing are no difference, nor is what follows from them. */
  optional: { optional?: string };
  explain: typeof explainVirtualenv;
}

function environment({ path, python }: VirtualenvOptions, { question, explain }: Base): Resource {
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

function packages(options: VirtualenvOptions, { question, requirements, optional, explain }: Base): Resource {
  const { path } = options;
  const summary = `install ${requirements.length} pinned packages`;
  return defineResource<VirtualenvState>({
    id: `packages:${path}`,
    title: `Python packages in ${path}`,
    probe: ask(virtualenvKind, { ...question, role: 'packages' }),
    diff: (have) => {
      if (have === null) return { action: 'install', summary };
      const fields = unmet(requirements, have);
      if (fields.length === 0) return null;
      const names = fields.map(({ field }) => field);
      return { action: 'install', summary: `install ${named(names, 'pinned package')}`, fields };
    },
    apply: () => [
      installPackages(
        options,
        requirements.map(({ text }) => text),
      ),
    ],
    predict: (changing) => (changing.has(`venv:${path}`) ? { action: 'install', summary } : null),
    ...optional,
    explain,
  });
}

/** Says nothing while packages are missing: that difference is reported where they are installed. */
function importable(path: string, { question, requirements, optional, explain }: Base): Resource {
  const { imports } = question;
  const change = { action: 'run', summary: `pip check, import of ${imports.length} packages` } as const;
  return defineResource<VirtualenvState>({
    id: `imports:${path}`,
    title: `packages of ${path} agree and import`,
    probe: ask(virtualenvKind, { ...question, role: 'packages' }),
    diff: (have) => (have !== null && (have.tested || unmet(requirements, have).length > 0) ? null : change),
    apply: () => [testImports(question)],
    predict: (changing) => (follows(path, changing) ? change : null),
    ...optional,
    explain,
  });
}

function frozen(path: string, freezeTo: string, { question, optional, explain }: Base): Resource {
  const change = { action: 'update', summary: 'write what pip freeze says' } as const;
  return defineResource<VirtualenvState>({
    id: `freeze:${freezeTo}`,
    title: freezeTo,
    probe: ask(virtualenvKind, { ...question, role: 'packages' }),
    diff: (have) => (have?.frozen ? null : change),
    apply: () => [freezePackages(path, freezeTo)],
    predict: (changing) => (follows(path, changing) ? change : null),
    ...optional,
    explain,
  });
}

function follows(path: string, changing: ReadonlySet<string>): boolean {
  return changing.has(`venv:${path}`) || changing.has(`packages:${path}`);
}
