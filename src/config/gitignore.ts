import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { existsFile, replaceFile } from '../files.js';

/**
 * Makes git ignore `file` when it lies in a git work tree or beside a .gitignore. Answers the .gitignore that was
 * changed; undefined when there is nothing to do.
 */
export async function ignoreFile(file: string): Promise<string | undefined> {
  const directory = dirname(file);
  const ignore = join(directory, '.gitignore');
  const root = await workTree(directory);
  if (root === undefined && !(await existsFile(ignore))) return undefined;

  const name = basename(file);
  const levels = root === undefined ? [directory] : upTo(directory, root);
  const texts = await Promise.all(levels.map((level) => readIfAny(join(level, '.gitignore'))));
  const isListed = texts.some((text) => text.split(/\r?\n/).some((line) => line.trim() === name));
  if (isListed) return undefined;

  const text = texts[0] ?? '';
  const separator = text === '' || text.endsWith('\n') ? '' : '\n';
  await replaceFile(ignore, `${text}${separator}${name}\n`);
  return ignore;
}

async function workTree(directory: string): Promise<string | undefined> {
  if (await existsFile(join(directory, '.git'))) return directory;
  const parent = dirname(directory);
  return parent === directory ? undefined : workTree(parent);
}

function upTo(directory: string, root: string): string[] {
  return directory === root ? [root] : [directory, ...upTo(dirname(directory), root)];
}

async function readIfAny(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}
