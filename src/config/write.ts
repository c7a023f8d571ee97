import { randomBytes } from 'node:crypto';
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Whether there is something at `path`. */
export async function existsFile(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Replaces `file` in one step: readers see the old content or the new one, never a part. */
export async function replaceFile(file: string, text: string, mode = 0o644): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const aside = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(aside, text, { mode, flag: 'wx' });
    await rename(aside, file);
  } finally {
    await rm(aside, { force: true });
  }
}
