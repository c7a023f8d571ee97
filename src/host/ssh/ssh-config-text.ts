import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { EXIT, VdbError } from '../../errors.js';
import { inHome } from '../paths.js';

const MAX_DEPTH = 16;

/** The text of an ssh configuration with the files that it includes put in place. A missing file is empty. */
export async function configText(path: string, home: string, depth = 0): Promise<string> {
  if (depth > MAX_DEPTH) return '';
  const lines = (await readOrEmpty(path)).split('\n');
  const expanded = await Promise.all(lines.map((line) => expandedLine(line, home, depth)));
  return expanded.join('\n');
}

async function expandedLine(line: string, home: string, depth: number): Promise<string> {
  const patterns = /^\s*Include[\s=]+(.*)$/i.exec(line)?.[1];
  if (patterns === undefined) return line;
  const files = await Promise.all(
    patterns
      .trim()
      .split(/\s+/)
      .map((pattern) => matching(pattern, home)),
  );
  const texts = await Promise.all(files.flat().map((file) => configText(file, home, depth + 1)));
  return texts.join('\n');
}

/** Files for one pattern of `Include`; wildcards count in its last part only. */
async function matching(pattern: string, home: string): Promise<string[]> {
  const bare = inHome(pattern.replaceAll('"', ''), home);
  const path = isAbsolute(bare) ? bare : join(home, '.ssh', bare);
  if (!/[*?]/.test(path)) return [path];
  const wanted = new RegExp(
    `^${basename(path)
      .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  );
  const names = await readdir(dirname(path)).catch(() => []);
  return names
    .filter((name) => wanted.test(name))
    .sort()
    .map((name) => join(dirname(path), name));
}

async function readOrEmpty(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EISDIR') return '';
    throw new VdbError(`Cannot read ${path}`, {
      code: 'host.ssh-config-unreadable',
      exitCode: EXIT.usage,
      next: 'Correct its permissions, or set `use_ssh_config: false` for the host.',
      cause: error,
    });
  }
}
