import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Eta } from 'eta';

/** `templates/` of the package: beside `dist/` when bundled, beside `src/` in the source tree. */
const DIRECTORY = new URL('../templates/', import.meta.url);

/** The directory `templates/NAME` of the package. */
export function templateDirectory(name: string): string {
  return fileURLToPath(new URL(name, DIRECTORY));
}

const eta = new Eta({ autoEscape: false, autoTrim: false });

/** The text of `templates/NAME`, with `data` filled in where it has eta tags. Throws when there is no such file. */
export function template(name: string, data?: Record<string, unknown>): string {
  const path = new URL(name, DIRECTORY);
  if (!existsSync(path)) throw new Error(`no template ${name}`);
  const text = readFileSync(path, 'utf8');
  return data === undefined ? text : eta.renderString(text, data);
}

/** A file below a directory of `templates/`, as it is. */
export interface TemplateFile {
  /** Relative to that directory, with `/` between names. */
  path: string;
  content: string;
}

/** Every file below `templates/NAME`, in the order of their paths; `keep` decides on each directory and file. */
export function templateTree(name: string, keep: (path: string) => boolean): TemplateFile[] {
  const root = new URL(`${name}/`, DIRECTORY);
  const below = (directory: string): TemplateFile[] =>
    readdirSync(new URL(directory, root), { withFileTypes: true }).flatMap((entry) => {
      const path = `${directory}${entry.name}`;
      if (!keep(path)) return [];
      if (entry.isDirectory()) return below(`${path}/`);
      return [{ path, content: readFileSync(new URL(path, root), 'utf8') }];
    });
  return below('').sort((a, b) => (a.path < b.path ? -1 : 1));
}
