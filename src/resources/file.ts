import { createHash } from 'node:crypto';
import { type Change, defineResource, type FieldChange, type Resource } from '../engine/resource.js';
import { type Command, putCommand } from '../host/command.js';
import { ask } from '../host/probe.js';
import type { Script } from '../host/shell.js';
import type { ExecResult } from '../host/transport.js';
import { ownershipChanges, ownershipCommand, summarise } from './ownership.js';
import { CONTENT_LIMIT, type PathState, pathKind } from './path-probe.js';
import { type ValidatorName, validator } from './validators.js';

export { absent } from './absent.js';
export { symlink } from './symlink.js';

export interface FileOptions {
  path: string;
  content: string;
  /** Octal. Default 0644. */
  mode?: string;
  /** `user:group`. Default root:root. */
  owner?: string;
  /** Judges the new content before it replaces the old: a known program, or a script that gets it as `$1`. */
  validate?: ValidatorName | Script;
  /** The content is neither read back nor shown. */
  secret?: boolean;
  /** For people. Default: the path. */
  title?: string;
}

type Wanted = Required<Omit<FileOptions, 'validate' | 'title'>> &
  Pick<FileOptions, 'validate'> & { sha256: string };

/** A regular file with this content, mode and owner. Its directory must exist. */
export function file(options: FileOptions): Resource {
  const want = wantedOf(options);
  const { path, secret, sha256 } = want;
  return defineResource<PathState>({
    id: `file:${path}`,
    title: options.title ?? path,
    probe: ask(pathKind, { path, hash: true, wanted: sha256, secret }),
    diff: (have) => fileDiff(want, have),
    apply: (_change, have) => fileCommands(want, have),
    explain: explainFile,
  });
}

/** Hex SHA-256 of a text as it would lie in a file. */
export function sha256(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

function wantedOf(options: FileOptions): Wanted {
  const { path, content, mode = '0644', owner = 'root:root', secret = false, validate } = options;
  return {
    ...{ path, content, mode, owner, secret, sha256: sha256(content) },
    ...(validate === undefined ? {} : { validate }),
  };
}

function fileDiff(want: Wanted, have: PathState | null): Change | null {
  if (have === null) return { action: 'create', summary: 'create the file', ...shownContent(want, null) };
  if (have.type === 'directory' || have.type === 'other') return notAFile(want.path, have.type);
  const fields = ownershipChanges(have, want);
  if (have.type === 'link') {
    return {
      action: 'update',
      summary: 'replace the symbolic link by a file',
      fields,
      ...shownContent(want, null),
    };
  }
  const same = have.sha256 === want.sha256;
  if (same && fields.length === 0) return null;
  if (same) return { action: 'update', summary: summarise(fields), fields };
  return contentChange(want, have, fields);
}

function contentChange(want: Wanted, have: PathState, fields: FieldChange[]): Change {
  const summary = [want.secret ? 'content differs (secret)' : 'content differs', summarise(fields)]
    .filter((part) => part !== '')
    .join('; ');
  const seen = want.secret || have.content !== undefined;
  return { action: 'update', summary, fields, ...(seen ? shownContent(want, have.content ?? null) : {}) };
}

/** Nothing of a secret gets into a change: changes are printed, saved and journalled. */
function shownContent(want: Wanted, before: string | null): Pick<Change, 'content'> {
  if (want.secret) return { content: { before: null, after: '', secret: true } };
  if (Buffer.byteLength(want.content) > CONTENT_LIMIT) return {};
  return { content: { before, after: want.content, secret: false } };
}

function notAFile(path: string, type: string): Change {
  const what = type === 'directory' ? 'a directory' : 'a device, pipe or socket';
  return {
    action: 'update',
    summary: `${what} is in the way`,
    refused: { why: `${path} is ${what}`, next: `Move it away: mv ${path} ${path}.old` },
  };
}

function fileCommands(want: Wanted, have: PathState | null): Command[] {
  if (have?.type === 'file' && have.sha256 === want.sha256) return [ownershipCommand(want.path, want)];
  const { path, content, mode, owner, validate } = want;
  const check = typeof validate === 'string' ? validator(validate) : validate;
  return [putCommand({ path, content, mode, owner, ...(check ? { validate: check } : {}) })];
}

/** What a failed write of a file means. */
function explainFile({ exitCode, stderr }: ExecResult): { meaning: string; next: string } | null {
  if (/No space left on device|Disk quota exceeded/.test(stderr)) {
    return {
      meaning: 'The file system is full.',
      next: 'Free space (df -h), then run the same command again.',
    };
  }
  if (/is not installed, so the file cannot be checked/.test(stderr)) {
    return {
      meaning: 'The program that checks this file is not installed yet; the old file is still in place.',
      next: 'Run the task that installs it first, then this one again.',
    };
  }
  if (exitCode === 65) {
    return {
      meaning: 'The new content is not valid; the old file is still in place.',
      next: 'Read the message above, correct the configuration and run the same command again.',
    };
  }
  if (/mktemp: failed.*No such file or directory/.test(stderr)) {
    return {
      meaning: 'The directory of the file does not exist.',
      next: 'Run the task that creates it first.',
    };
  }
  if (/invalid (user|group)/.test(stderr)) {
    return {
      meaning: 'The owner of the file does not exist yet.',
      next: 'Run the task that creates it first.',
    };
  }
  return null;
}
