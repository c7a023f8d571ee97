import type { ExecResult } from '../host/transport.js';

interface Explanation {
  meaning: string;
  next: string;
}

const CAUSES: readonly (Explanation & { pattern: RegExp })[] = [
  {
    pattern: /has sha256 .* want /,
    meaning: 'What was fetched is not what the configuration names; nothing of it was kept.',
    next: 'If the version was changed on purpose, correct its sha256 in the configuration; else do not trust the source.',
  },
  {
    pattern: /No space left on device/,
    meaning: 'There is not enough space for the release.',
    next: 'Free space (df -h), or remove old releases, then run the same command again.',
  },
  {
    pattern: /could not download/,
    meaning: 'The release cannot be downloaded from this host.',
    next: 'Check the way from the host (curl -I URL), or configure a local file: artifact.from: file.',
  },
  {
    pattern:
      /GLIBC_|cannot execute: required file not found|No such file or directory.*\n.*does not run here/,
    meaning: 'The program needs a newer C library or a loader or interpreter that this host does not have.',
    next: 'Choose an artefact for this distribution, such as a musl build.',
  },
  {
    pattern: /Exec format error|cannot execute binary file|Illegal instruction/,
    meaning: 'The program was built for another architecture or processor.',
    next: 'Choose the artefact for the architecture named above.',
  },
  {
    pattern: /calls itself/,
    meaning: 'The program is not of the version that the configuration names; nothing of it was kept.',
    next: 'Correct the version or the artefact in the configuration.',
  },
  {
    pattern: /the archive has no|not in gzip format|does not look like a tar archive/,
    meaning: 'The artefact does not hold the program.',
    next: 'Check the address or path of the artefact in the configuration.',
  },
];

/** Why a release could not be installed. */
export function explainRelease(binary: string, { stderr }: ExecResult): Explanation | null {
  const cause = CAUSES.find(({ pattern }) => pattern.test(stderr));
  if (cause) return { meaning: cause.meaning, next: cause.next };
  if (!/does not run here/.test(stderr)) return null;
  return { meaning: `${binary} does not run on this host.`, next: 'Read what it said above.' };
}
