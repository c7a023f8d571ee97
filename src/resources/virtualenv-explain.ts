import type { ExecResult } from '../host/transport.js';

interface Explanation {
  meaning: string;
  next: string;
}

const CAUSES: readonly (Explanation & { pattern: RegExp })[] = [
  {
    pattern: /package index .* (cannot be reached|answers with HTTP)|package index stopped answering/,
    meaning: 'The host cannot reach the package index.',
    next: 'Configure python.index_url, python.ca_bundle or python.wheel_dir, or python.required: false to go on without.',
  },
  {
    pattern: /DO NOT MATCH THE HASHES|hash mismatch/i,
    meaning: 'A package is not what the index promised.',
    next: 'Do not install it; find out whether a proxy or mirror changes packages.',
  },
  {
    pattern: /No space left on device/,
    meaning: 'There is not enough space for the packages.',
    next: 'Free space (df -h), then run the same command again.',
  },
  {
    pattern: /ResolutionImpossible|conflicting dependencies/,
    meaning: 'The pinned versions contradict each other.',
    next: 'Correct the versions that are named above in python.packages.',
  },
  {
    pattern: /Location '[^']*' is ignored: it is either a non-existing path/,
    meaning: 'There is no such wheel directory on the host.',
    next: 'Bring the wheels there, or correct python.wheel_dir.',
  },
  {
    pattern: /No matching distribution found|Could not find a version/,
    meaning: 'The index, or the wheel directory, has no such version for this Python and this machine.',
    next: 'Correct the version in python.packages, or complete the wheel directory.',
  },
  {
    pattern: /is older than 3\.12|there is no \S*python/,
    meaning: 'The host has no Python 3.12 or later.',
    next: 'Use a supported release: Ubuntu 24.04 and Debian 13 have one.',
  },
  {
    pattern: /ensurepip is not\s+available|No module named (venv|ensurepip)/,
    meaning: 'The venv module of Python is not complete.',
    next: 'Install the package python3-venv.',
  },
  {
    pattern: /error: command '.*gcc|Failed building wheel|failed-wheel-build/i,
    meaning: 'A package has no wheel for this Python, and building it failed.',
    next: 'Choose a version with a wheel, or install what the build asks for (build-essential, python3-dev).',
  },
  {
    pattern: /cannot be imported|has requirement .* but you have|which is not installed/,
    meaning: 'The installed packages do not work together.',
    next: 'Correct the versions that are named above in python.packages.',
  },
];

/** Why a step of the virtual environment failed. */
export function explainVirtualenv({ stdout, stderr }: ExecResult): Explanation | null {
  const text = `${stderr}\n${stdout}`;
  const cause = CAUSES.find(({ pattern }) => pattern.test(text));
  return cause ? { meaning: cause.meaning, next: cause.next } : null;
}
