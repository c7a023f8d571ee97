import { EXIT, type ExitCode, VdbError } from '../../../errors.js';
import { CommandError } from '../../../host/host.js';
import { quote } from '../../../host/shell.js';
import { TimeoutError } from '../../../host/transport.js';
import { NO_RESTIC, type Repository } from './input.js';
import { resticWords } from './words.js';

interface Meaning {
  code: string;
  exitCode?: ExitCode;
  what: string;
  meaning: string;
  next?: string;
}

const DAMAGED: Meaning = {
  code: 'backup.restic-damaged',
  what: 'is damaged',
  meaning:
    'Files of it are missing or were changed. Sets that do not need them come back whole all the same: each is compared with its hashes.',
  next: 'On the host as root, with its password: restic -r REPOSITORY check --read-data names what is wrong, and which restic repair may help.',
};

/** restic before 0.17 has exit code 1 for everything, so its words count as well as its code. */
const MEANINGS: readonly { exit?: number; words?: RegExp; is: Meaning }[] = [
  {
    exit: NO_RESTIC,
    is: {
      code: 'backup.restic-missing',
      what: 'cannot be used: restic is not installed',
      meaning: 'It runs on the host, from the package of the distribution.',
      next: 'vdb provision --only 0.3',
    },
  },
  {
    exit: 12,
    words: /wrong password or no key found/i,
    is: {
      code: 'backup.restic-password',
      exitCode: EXIT.usage,
      what: 'does not open with this password',
      meaning: 'It was made with another one. Nothing was written.',
      next: 'Set the password that it was made with, or another path for a new repository.',
    },
  },
  {
    exit: 11,
    words: /repository is already locked|unable to create lock/i,
    is: {
      code: 'backup.restic-locked',
      what: 'is locked',
      meaning: 'Another restic is at work there, perhaps of another host, or was killed there.',
      next: 'Try again when it has finished. A lock that was left behind on another machine goes with: restic unlock',
    },
  },
  {
    exit: 10,
    words: /Is there a repository at the following location/i,
    is: {
      code: 'backup.restic-none',
      what: 'does not exist yet',
      meaning:
        'Nothing was ever copied there, or it is elsewhere: under another address, or on a disk that is not mounted.',
      next: 'Correct its path in backup.repositories. If it is new, this makes it: vdb backup copy --to NAME',
    },
  },
  {
    words: /No space left|Disk quota exceeded|QuotaExceeded/i,
    is: {
      code: 'backup.no-space',
      what: 'has no room left',
      meaning: 'What was written so far is no snapshot.',
      next: 'Make room there and run the same command again: restic writes only what is missing.',
    },
  },
  {
    words:
      /invalid data returned|ciphertext verification failed|unexpected file size|invalid repository|hash mismatch|not found in (?:index|repository)/i,
    is: DAMAGED,
  },
  {
    words:
      /Connection refused|Connection timed out|No route to host|Could not resolve|no such host|i\/o timeout|Host key verification failed|Permission denied \(|Connection reset|unexpected EOF|unable to start the sftp session/i,
    is: {
      code: 'backup.restic-unreachable',
      what: 'cannot be reached from the host',
      meaning: 'restic runs on the host as root: with its network, its known_hosts and its keys.',
      next: 'On the host as root, try to get there: for sftp, ssh to that account must work without a question.',
    },
  },
  {
    words: /AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch|Access Denied/i,
    is: {
      code: 'backup.restic-refused',
      what: 'refuses these credentials',
      meaning: 'They are the variables of the repository in the configuration.',
      next: 'Correct them in backup.repositories, NAME, environment.',
    },
  },
  {
    words:
      /repository contains errors|failed to load (?:snapshot|tree|blob|index)|<\w+\/\w+> does not exist/i,
    is: DAMAGED,
  },
];

/** A failure of restic in our terms: what restic said stays with it. Errors of other kinds stay as they are. */
export function resticFailure(error: unknown, repository: Repository): unknown {
  if (error instanceof TimeoutError) return said(repository, NOT_IN_TIME, { cause: error });
  if (!(error instanceof CommandError)) return error;
  const { exitCode, stderr, stdout } = error.result;
  return said(repository, meaningOf(exitCode, stderr || stdout), {
    ...error.details,
    stderr: resticWords(stderr || stdout),
    cause: error,
  });
}

const NOT_IN_TIME: Meaning = {
  code: 'backup.restic-unreachable',
  what: 'did not answer in time',
  meaning: 'restic on the host waited for it and was ended.',
  next: 'On the host as root, with its password: restic -r REPOSITORY snapshots',
};

/** The same for a script that only looked, whose failure is not thrown. */
export function resticAnswered(
  { exitCode, stderr }: { exitCode: number; stderr: string },
  repository: Repository,
): VdbError {
  return said(repository, meaningOf(exitCode, stderr), { stderr: resticWords(stderr) });
}

/** A repository of which some snapshots cannot be read; `text` is what restic said of them. */
export function resticDamaged(repository: Repository, text: string): VdbError {
  return said(repository, DAMAGED, { stderr: resticWords(text) });
}

/** Pure. */
export function meaningOf(exitCode: number, text: string): Meaning {
  const byWords = MEANINGS.find(({ words }) => words?.test(text));
  const found = byWords ?? MEANINGS.find(({ exit }) => exit === exitCode);
  if (found !== undefined) return found.is;
  return {
    code: 'backup.restic-failed',
    what: `cannot be used: restic ended with exit code ${exitCode}`,
    meaning: exitCode === 3 ? 'Some files could not be read.' : 'What restic said is above.',
    next: 'On the host as root, with its password: restic -r REPOSITORY check',
  };
}

/** With its address and its name, for a command that can be pasted. */
function withAddress(text: string, { name, path }: Repository): string {
  return text.replaceAll('REPOSITORY', quote(path)).replaceAll('NAME', name);
}

function said(
  repository: Repository,
  { code, exitCode = EXIT.failed, what, meaning, next }: Meaning,
  more: object,
): VdbError {
  return new VdbError(`The repository ${repository.name} ${what}`, {
    ...more,
    code,
    exitCode,
    meaning,
    ...(next === undefined ? {} : { next: withAddress(next, repository) }),
  });
}
