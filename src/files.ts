import { randomBytes } from 'node:crypto';
import { access, link, mkdir, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Whether there is something at `path`. */
export async function existsFile(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/**
 * Replaces `file` in one step: readers see the old content or the new one, never a part. Its directory is made
 * where it is missing. A link stays, and what it points to is replaced. What is no file but takes text, such as
 * `/dev/null`, `/dev/stdout` or a named pipe, is written to: a rename would put a file in its place.
 */
export async function replaceFile(file: string, text: string | Uint8Array, mode = 0o644): Promise<void> {
  const there = await stat(file).catch(() => undefined);
  if (there !== undefined && !there.isFile() && !there.isDirectory()) return writeFile(file, text);
  const place = there === undefined ? file : await realpath(file);
  await aside(place, text, mode, (written) => rename(written, place));
}

/** Like {@link replaceFile}, but a file that is there already is never touched: then the answer is false. */
export async function createFile(file: string, text: string, mode = 0o644): Promise<boolean> {
  try {
    await aside(file, text, mode, (written) => link(written, file));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

async function aside(
  file: string,
  text: string | Uint8Array,
  mode: number,
  publish: (written: string) => Promise<void>,
): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const written = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(written, text, { mode, flag: 'wx' });
    await publish(written);
  } finally {
    await rm(written, { force: true });
  }
}
