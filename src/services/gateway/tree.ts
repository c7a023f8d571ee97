import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { TarFile } from '../../tar.js';

/** What a run or a developer leaves in a tree of Python: no part of an application. */
const LEFTOVERS = /^(\..*|__pycache__|venv|node_modules|.*\.py[cod]|.*\.egg-info)$/;

/** The files of a directory on this machine, by their paths in it, in an order that is the same everywhere. */
export function treeOf(directory: string): TarFile[] {
  return filesIn(directory)
    .map((path) => ({
      path: relative(directory, path).replaceAll('\\', '/'),
      content: readFileSync(path),
      executable: (statSync(path).mode & 0o100) !== 0,
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function filesIn(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter(({ name }) => !LEFTOVERS.test(name))
    .flatMap((entry) => {
      const path = join(directory, entry.name);
      return entry.isDirectory() ? filesIn(path) : entry.isFile() ? [path] : [];
    });
}
