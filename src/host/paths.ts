import { join } from 'node:path';

/** `path` with a leading `~` replaced by the operator's home directory. */
export function inHome(path: string, home: string): string {
  return path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : path;
}
