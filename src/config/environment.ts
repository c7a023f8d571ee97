import { parse } from 'yaml';
import { isListPath, isTextPath } from './keys.js';
import type { ConfigPath } from './path.js';

/** A value that replaces one of the file. */
export interface Override {
  path: ConfigPath;
  value: unknown;
  origin: 'environment' | 'flag';
  /** The variable it came from, or `command line`. */
  source: string;
}

const PREFIX = 'VDB__';

/**
 * Overrides from variables such as `VDB__QDRANT__LOG_LEVEL=DEBUG` or `VDB__HOSTS__0__PORT=2222`. Values are
 * read as YAML, except where the configuration wants text.
 */
export function environmentOverrides(env: NodeJS.ProcessEnv): Override[] {
  return Object.entries(env)
    .filter((entry): entry is [string, string] => entry[0].startsWith(PREFIX) && entry[1] !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([source, text]) => {
      const path = pathOf(source);
      return { path, value: readText(path, text), origin: 'environment', source };
    });
}

function pathOf(variable: string): ConfigPath {
  const path: (string | number)[] = [];
  for (const part of variable.slice(PREFIX.length).toLowerCase().split('__')) {
    path.push(/^\d+$/.test(part) && isListPath(path) ? Number(part) : part);
  }
  return path;
}

/** Text as the value that the configuration wants at `path`. */
export function readText(path: ConfigPath, text: string): unknown {
  if (isTextPath(path)) return text;
  try {
    return parse(text) as unknown;
  } catch {
    return text;
  }
}
