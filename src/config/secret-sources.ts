import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { messageOf } from '../errors.js';
import { runCommand } from './command-source.js';
import { nearest } from './nearest.js';
import { isMapping } from './path.js';
import type { Reference } from './reference.js';

/** Where references are resolved. */
export interface ReferenceScope {
  env: NodeJS.ProcessEnv;
  /** Directory of the configuration file. */
  directory: string;
}

const KINDS = ['env', 'file', 'cmd'];
const COMMAND_TIMEOUT_MS = 10_000;

/** The value a reference stands for. Throws an error whose message says what to do and holds no secret. */
export async function resolveReference(
  { kind, argument }: Reference,
  scope: ReferenceScope,
): Promise<string> {
  if (kind === 'env') return fromEnvironment(argument, scope.env);
  if (kind === 'file') return fromFile(argument, scope.directory);
  if (kind === 'cmd') return runCommand(argument, { ...scope, timeoutMs: COMMAND_TIMEOUT_MS });
  const meant = nearest(kind, KINDS);
  const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
  throw new Error(
    `refers to \${${kind}:…}, which is not known${hint}; use \${env:NAME}, \${file:PATH#key} or \${cmd:COMMAND}, or $\${ for these characters`,
  );
}

function fromEnvironment(name: string, env: NodeJS.ProcessEnv): string {
  const value = env[name];
  if (value === undefined || value === '')
    throw new Error(`refers to the environment variable ${name}, which is not set; export it`);
  return value;
}

async function fromFile(argument: string, directory: string): Promise<string> {
  const [path, key] = splitKey(argument);
  const file = path.startsWith('~/') ? join(homedir(), path.slice(2)) : resolve(directory, path);
  const text = await readPrivate(file);
  return key === undefined ? text.replace(/\r?\n$/, '') : pick(text, key, file);
}

function splitKey(argument: string): [path: string, key: string | undefined] {
  const hash = argument.lastIndexOf('#');
  return hash < 0 ? [argument, undefined] : [argument.slice(0, hash), argument.slice(hash + 1)];
}

async function readPrivate(file: string): Promise<string> {
  try {
    const { mode } = await stat(file);
    if ((mode & 0o077) !== 0) throw new OpenToOthers(file);
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof OpenToOthers) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : messageOf(error);
    throw new Error(
      `refers to the file ${file}, which cannot be read (${code}); write it, readable by you alone`,
    );
  }
}

class OpenToOthers extends Error {
  constructor(file: string) {
    super(`refers to the file ${file}, which others can read; run chmod 600 ${file}`);
  }
}

function pick(text: string, key: string, file: string): string {
  const document = parseDocument(text, { schema: 'failsafe', prettyErrors: false });
  if (document.errors.length > 0)
    throw new Error(`refers to ${key} in ${file}, which is no valid YAML; correct it`);
  const data: unknown = document.toJS();
  const keys = isMapping(data) ? data : {};
  const value = Object.hasOwn(keys, key) ? keys[key] : document.getIn(key.split('.'));
  if (typeof value === 'string' && value !== '') return value;
  const meant = nearest(key, Object.keys(keys));
  const hint = meant === undefined || meant === key ? '' : ` (did you mean ${meant}?)`;
  throw new Error(`refers to ${key} in ${file}, where it is missing or not text${hint}; add it`);
}
