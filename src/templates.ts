import { existsSync, readFileSync } from 'node:fs';
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
