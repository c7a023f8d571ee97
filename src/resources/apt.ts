import { type Change, defineResource, type Resource } from '../engine/resource.js';
import type { Command } from '../host/command.js';
import { ask, known, type ProbeKind } from '../host/probe.js';
import { sh } from '../host/shell.js';
import { aptScript } from './apt-script.js';

export { explainApt } from './apt-explain.js';
export { type AptRepositoryOptions, aptRepository } from './apt-repository.js';

/** Packages of a set that are not installed. */
interface PackagesState {
  missing: readonly string[];
}

const PACKAGE = /^[a-z0-9][a-z0-9.+-]*(:[a-z0-9]+)?$/;

/** One `dpkg-query` for the packages of all resources. Exit code 1 only says that some are not known. */
const packagesKind: ProbeKind<readonly string[], PackagesState> = {
  name: 'packages',
  script: (args) => {
    const names = [...new Set(args.flat())];
    return sh`dpkg-query -W -f='\${Status}|\${Package}|\${Package}:\${Architecture}\n' -- ${names} 2>/dev/null || [ $? = 1 ]`;
  },
  parse: (stdout, args) => {
    const installed = installedNames(stdout);
    return args.map((names) => known({ missing: names.filter((name) => !installed.has(name)) }));
  },
};

/** A package on hold is installed too; one that is half configured is not. */
function installedNames(stdout: string): Set<string> {
  const lines = stdout.split('\n').map((line) => line.split('|'));
  return new Set(lines.flatMap(([status = '', ...names]) => (/ ok installed$/.test(status) ? names : [])));
}

interface AptPackages {
  name: string;
  packages: readonly string[];
  /** What the configuration says to go without them. */
  leftOutBy?: string;
}

/** A set of Debian packages. All sets of a run are installed by one {@link aptTransaction}. */
export function aptPackages({ name, packages, leftOutBy }: AptPackages): Resource {
  const bad = packages.find((each) => !PACKAGE.test(each));
  if (bad !== undefined) throw new Error(`not the name of a package: ${bad}`);
  return defineResource<PackagesState>({
    id: `apt:${name}`,
    title: `packages ${name}`,
    packages,
    ...(leftOutBy === undefined ? {} : { leftOutBy }),
    probe: ask(packagesKind, packages),
    diff: packagesDiff,
    apply: (_change, have) => [aptTransaction(have?.missing ?? packages)],
  });
}

function packagesDiff(have: PackagesState | null): Change | null {
  if (have === null || have.missing.length === 0) return null;
  const { missing } = have;
  const fields = missing.map((field) => ({ field, have: 'not installed', want: 'installed' }));
  return { action: 'install', summary: `install ${missing.join(', ')}`, fields };
}

/** Installs `packages` in one apt run, after repairing what an interrupted run left behind. */
export function aptTransaction(packages: readonly string[]): Command {
  const count = packages.length === 1 ? (packages[0] ?? '') : `${packages.length} packages`;
  return {
    title: `install ${count}`,
    script: aptScript(packages),
    timeoutSeconds: 1800,
    progress: true,
  };
}
